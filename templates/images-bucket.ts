import { GENERATED } from '../handler/contract.js'
import type { Statement } from './policy.js'

/**
 * One distribution reads objects, signed by its access control. Never a list: a viewer's `GET /` would be
 * answered with the bucket's.
 */
export function distributionReads(bucket: string, distributionArn: string): Statement[] {
  return [
    {
      Sid: 'GenatoDistributionRead',
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
      Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
    },
  ]
}

/** `access: 'public'`: anyone reads, and logs of the caller's own account may be delivered. */
export function anyoneReads(bucket: string, account: string): Statement[] {
  const ours = { StringEquals: { 'aws:SourceAccount': account } }
  return [
    {
      Sid: 'GenatoPublicRead',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
    },
    {
      Sid: 'GenatoLogDelivery',
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${bucket}/AWSLogs/${account}/*`,
      Condition: ours,
    },
    {
      Sid: 'GenatoLogDeliveryCheck',
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 's3:GetBucketAcl',
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: ours,
    },
  ]
}

const ABORTED_UPLOADS = {
  ID: 'genato-aborted-uploads',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
} as const

export type Rule =
  | typeof ABORTED_UPLOADS
  | {
      ID: 'genato-generated-images'
      Status: 'Enabled'
      Filter: { Prefix: string }
      Expiration: { Days: number }
    }

export function packagesLifecycle(): Rule[] {
  return [ABORTED_UPLOADS]
}

/** @param days after which what was made is deleted; files that users put in the bucket never are. */
export function imagesLifecycle(days: number | false): Rule[] {
  if (days === false) return [ABORTED_UPLOADS]
  return [
    ABORTED_UPLOADS,
    {
      ID: 'genato-generated-images',
      Status: 'Enabled',
      Filter: { Prefix: GENERATED },
      Expiration: { Days: days },
    },
  ]
}
