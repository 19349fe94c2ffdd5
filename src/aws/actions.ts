import type { AwsCall } from './call.js'

type Operation = Pick<AwsCall, 'service' | 'operation'>
type Actions = readonly [first: string, ...others: string[]]

/** Lambda@Edge checks these for whoever changes the functions of a distribution. */
const REPLICATION = [
  'lambda:GetFunction',
  'lambda:EnableReplication*',
  'iam:CreateServiceLinkedRole',
] as const

/**
 * The IAM actions of each operation that needs others than the one of its own name. The first is the operation's
 * own; AWS checks the others too, some of them only when the input has tags, a role, code or functions.
 *
 * Sources: AWS service authorization reference; CloudFront developer guide, "Set up IAM permissions and roles for
 * Lambda@Edge"; for S3, "Required permissions for Amazon S3 API operations" in its user guide.
 */
export const ACTIONS: Readonly<Record<string, Actions>> = {
  's3:HeadBucket': ['s3:ListBucket'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
  // S3 answers 404 for an absent object only to those who may list.
  's3:GetObject': ['s3:GetObject', 's3:ListBucket'],
  's3:HeadObject': ['s3:GetObject', 's3:ListBucket'],
  's3:DeleteObjects': ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
  's3:PutPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:PutBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:GetBucketLifecycleConfiguration': ['s3:GetLifecycleConfiguration'],
  's3:PutBucketLifecycleConfiguration': ['s3:PutLifecycleConfiguration'],
  'iam:CreateRole': ['iam:CreateRole', 'iam:TagRole'],
  'lambda:CreateFunction': ['lambda:CreateFunction', 'lambda:TagResource', 'iam:PassRole', 's3:GetObject'],
  // Without it, the answer lacks the tags.
  'lambda:GetFunction': ['lambda:GetFunction', 'lambda:ListTags'],
  'lambda:UpdateFunctionCode': ['lambda:UpdateFunctionCode', 's3:GetObject'],
  'lambda:UpdateFunctionConfiguration': ['lambda:UpdateFunctionConfiguration', 'iam:PassRole'],
  'cloudfront:CreateDistributionWithTags': [
    'cloudfront:CreateDistribution',
    'cloudfront:TagResource',
    ...REPLICATION,
  ],
  'cloudfront:UpdateDistribution': [
    'cloudfront:UpdateDistribution',
    ...REPLICATION,
    'lambda:DisableReplication*',
    'wafv2:GetWebACL',
  ],
  'logs:CreateLogGroup': ['logs:CreateLogGroup', 'logs:TagResource'],
}

/** All IAM actions that the operation may need. */
export function actionsOf({ service, operation }: Operation): Actions {
  const name = `${service}:${operation}`
  return ACTIONS[name] ?? [name]
}

/** The operation's own IAM action, such as `s3:ListBucket` for a HEAD of a bucket. */
export function actionOf(operation: Operation): string {
  return actionsOf(operation)[0]
}
