import { GENERATED } from '../handler/shared/contract.js'
import type { Files } from '../handler/shared/served-files.js'
import type { Statement } from './policy.js'

/** The objects that are served, as resources of a policy: what is generated, and the files that `generate.files` allows. */
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

/** `generate.access: 'public'`: anyone reads. Nothing else is delivered into a bucket that the world reads. */
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

export interface Rule {
  ID: `genato-${string}`
  Status: 'Enabled'
  Filter: { Prefix: string }
  Expiration?: { Days: number } | { ExpiredObjectDeleteMarker: true }
  NoncurrentVersionExpiration?: { NoncurrentDays: number }
  AbortIncompleteMultipartUpload?: { DaysAfterInitiation: number }
}

/**
 * In a versioned bucket, what is deleted stays as an older version, and is paid for. Everything that genato stores
 * can be made again, so it need not.
 */
const OLDER_VERSIONS = { NoncurrentVersionExpiration: { NoncurrentDays: 1 } } as const
/** A marker that hides no version any more. S3 does this by itself where a rule has `Days`, and takes not both. */
const MARKERS = { Expiration: { ExpiredObjectDeleteMarker: true } } as const

/** @param prefix of the stack's packages; versions of anything else in the bucket are not genato's to delete. */
export function packagesLifecycle(prefix: string, versioned: boolean): Rule[] {
  if (!versioned) return [ABORTED_UPLOADS]
  return [
    ABORTED_UPLOADS,
    {
      ID: 'genato-old-packages',
      Status: 'Enabled',
      Filter: { Prefix: prefix },
      ...MARKERS,
      ...OLDER_VERSIONS,
    },
  ]
}

/** @param days after which what was made is deleted; files that users put in the bucket never are. */
export function imagesLifecycle(days: number | false, versioned: boolean): Rule[] {
  if (days === false && !versioned) return [ABORTED_UPLOADS]
  return [
    ABORTED_UPLOADS,
    {
      ID: 'genato-generated-images',
      Status: 'Enabled',
      Filter: { Prefix: GENERATED },
      ...(days === false ? MARKERS : { Expiration: { Days: days } }),
      ...(versioned ? OLDER_VERSIONS : {}),
    },
  ]
}
