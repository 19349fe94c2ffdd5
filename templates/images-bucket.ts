import { GENERATED } from '../handler/shared/contract.js'
import type { Files } from '../handler/shared/served-files.js'
import { granted, reads, type Grant } from './grants.js'
import type { Statement } from './policy.js'

/** Reads the objects that are served: generated images, and the files that `generate.files` allows. */
export function readsServed(bucket: string, files: Files): Grant {
  if (files === true) return reads(bucket, '*')
  const generated = `${GENERATED}*`
  return files === false ? reads(bucket, generated) : reads(bucket, generated, `${files}*`)
}

/** The Sid of each statement that lets readers into the images bucket. */
export const READER_SIDS = { distribution: 'GenatoDistributionRead', anyone: 'GenatoPublicRead' } as const

/**
 * Lets one distribution read, with requests signed by its access control. It may never list: a viewer's `GET /`
 * would then return the bucket's listing.
 */
export function distributionReads(bucket: string, files: Files, distributionArn: string): Statement[] {
  return [
    {
      Sid: READER_SIDS.distribution,
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      ...granted(readsServed(bucket, files)),
      Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
    },
  ]
}

/** `generate.access: 'public'`: anyone may read. Never keep logs or anything else private in such a bucket. */
export function anyoneReads(bucket: string, files: Files): Statement[] {
  return [
    {
      Sid: READER_SIDS.anyone,
      Effect: 'Allow',
      Principal: '*',
      ...granted(readsServed(bucket, files)),
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
 * A versioned bucket keeps deleted objects as older versions, which cost money. Genato can recreate everything it
 * stores, so its older versions expire.
 */
const OLDER_VERSIONS = { NoncurrentVersionExpiration: { NoncurrentDays: 1 } } as const
/** Removes delete markers that hide no version. A rule with `Days` does this anyway, and S3 rejects both together. */
const MARKERS = { Expiration: { ExpiredObjectDeleteMarker: true } } as const

/** @param prefix of the stack's packages. Versions of any other object in the bucket stay. */
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

/** @param days after which generated images expire. Users' own files never do. */
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
