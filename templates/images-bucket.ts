import { GENERATED } from '../handler/contract.js'
import type { Files } from '../handler/files.js'
import type { Statement } from './policy.js'

/** The objects that are served, as resources of a policy: what is generated, and the files that `files` allows. */
export function servedObjects(bucket: string, files: Files): string | string[] {
  const arn = `arn:aws:s3:::${bucket}`
  if (files === true) return `${arn}/*`
  const generated = `${arn}/${GENERATED}*`
  return files === false ? generated : [generated, `${arn}/${files}*`]
}

/**
 * One distribution reads objects, signed by its access control. Never a list: a viewer's `GET /` would be
 * answered with the bucket's.
 */
export function distributionReads(bucket: string, files: Files, distributionArn: string): Statement[] {
  return [
    {
      Sid: 'GenatoDistributionRead',
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: servedObjects(bucket, files),
      Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
    },
  ]
}

/** `access: 'public'`: anyone reads. Nothing else is delivered into a bucket that the world reads. */
export function anyoneReads(bucket: string, files: Files): Statement[] {
  return [
    {
      Sid: 'GenatoPublicRead',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: servedObjects(bucket, files),
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
