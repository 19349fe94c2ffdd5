import type { AwsCall } from './call.js'

/** Operations whose IAM action is named otherwise. Source: AWS service authorization reference. */
const ACTIONS: Record<string, string> = {
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:HeadObject': 's3:GetObject',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:GetBucketLifecycleConfiguration': 's3:GetLifecycleConfiguration',
  's3:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  'cloudfront:CreateDistributionWithTags': 'cloudfront:CreateDistribution',
}

/** The IAM action that a call needs, such as `s3:ListBucket` for a HEAD of a bucket. */
export function actionOf({ service, operation }: Pick<AwsCall, 'service' | 'operation'>): string {
  const action = `${service}:${operation}`
  return ACTIONS[action] ?? action
}
