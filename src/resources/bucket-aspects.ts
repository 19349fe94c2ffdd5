import {
  PutBucketAclCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
  type PublicAccessBlockConfiguration,
} from '@aws-sdk/client-s3'
import { isNamed } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { STACK_TAG } from '../config/names.js'
import { fixAspects, type Subject, type WrittenAspect } from './aspects.js'
import { bucketCall, ownBucket, s3Of } from './bucket-call.js'
import type { BucketSeen } from './bucket-seen.js'
import { canonicalDocument } from './document.js'
import type { Claim } from './ownership.js'
import { missingTags, tagList, type Tags } from './tags.js'

export interface BucketWanted extends Claim {
  name: string
  /** Whether a bucket policy may let anyone read. */
  public: boolean
  /** What genato stores in it. From `images`, CloudFront also serves files that users put there. */
  holds: 'images' | 'packages'
  /** Of the keys that genato stores there. */
  prefix: string
  /** genato's rules, each with an ID that starts with `genato-`. */
  lifecycle: (versioned: boolean) => LifecycleRule[]
}

type BucketAspect = WrittenAspect<BucketSeen, BucketWanted>

export function bucketSubject(session: Session, name: string): Subject {
  return { resource: 'bucket', name, call: async (run) => bucketCall(session, name, run) }
}

export const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
}

/** @param more tags beside the stack's own. Tags that others set are kept. */
export function tagsAspect(more: Tags): BucketAspect {
  return {
    name: 'tags',
    fix: (seen, { stack }) => {
      const missing = missingTags({ ...more, [STACK_TAG]: stack }, seen.tags)
      return missing && { ...seen, tags: { ...seen.tags, ...missing } }
    },
    write: async (session, { tags }, { name }) => putTags(session, name, tags),
  }
}

/** Replaces all tags. */
export async function putTags(session: Session, bucket: string, tags: Tags): Promise<void> {
  await s3Of(session).send(
    new PutBucketTaggingCommand({ ...ownBucket(session, bucket), Tagging: { TagSet: tagList(tags) } }),
  )
}

/** What the configuration lets in, and nobody else. */
const PUBLIC_ACCESS = publicAccessAspect((_, wanted) =>
  wanted.public ? { ...ALL_BLOCKED, BlockPublicPolicy: false, RestrictPublicBuckets: false } : ALL_BLOCKED,
)

/** Lets a public policy take effect. ACLs that let somebody in are kept until the policy does. */
export const PUBLIC_POLICY_HOLDS = publicAccessAspect(({ publicAccess }) => ({
  ...publicAccess,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
}))

/** Accepts a policy with public statements. */
export const PUBLIC_POLICY_ACCEPTED = publicAccessAspect(({ publicAccess }) => ({
  ...publicAccess,
  BlockPublicPolicy: false,
}))

function publicAccessAspect(
  blockOf: (seen: BucketSeen, wanted: BucketWanted) => PublicAccessBlockConfiguration,
): BucketAspect {
  return {
    name: 'public access block',
    fix: (seen, wanted) => {
      const publicAccess = blockOf(seen, wanted)
      return sameBlock(seen.publicAccess, publicAccess) ? undefined : { ...seen, publicAccess }
    },
    write: async (session, { publicAccess }, { name }) =>
      s3Of(session).send(
        new PutPublicAccessBlockCommand({
          ...ownBucket(session, name),
          PublicAccessBlockConfiguration: publicAccess,
        }),
      ),
  }
}

function sameBlock(one: PublicAccessBlockConfiguration, other: PublicAccessBlockConfiguration): boolean {
  const flags = Object.keys(ALL_BLOCKED) as (keyof PublicAccessBlockConfiguration)[]
  return flags.every((flag) => (one[flag] ?? false) === (other[flag] ?? false))
}

const OWNERSHIP: BucketAspect = {
  name: 'object ownership',
  fix: (seen) =>
    seen.ownership === 'BucketOwnerEnforced' ? undefined : { ...seen, ownership: 'BucketOwnerEnforced' },
  write: async (session, _, { name }) => {
    const bucket = ownBucket(session, name)
    const enforce = async () =>
      s3Of(session).send(
        new PutBucketOwnershipControlsCommand({
          ...bucket,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        }),
      )
    try {
      await enforce()
    } catch (error) {
      // S3 disables ACLs only once the bucket's own ACL lets nobody else in.
      if (!isNamed(error, 'InvalidBucketAclWithObjectOwnership')) throw error
      await s3Of(session).send(new PutBucketAclCommand({ ...bucket, ACL: 'private' }))
      await enforce()
    }
  },
}

const ENCRYPTION: BucketAspect = {
  name: 'encryption',
  // A default that the user chose is kept, whichever it is.
  fix: (seen) => (seen.encryption ? undefined : { ...seen, encryption: 'AES256' }),
  write: async (session, _, { name }) =>
    s3Of(session).send(
      new PutBucketEncryptionCommand({
        ...ownBucket(session, name),
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      }),
    ),
}

const LIFECYCLE: BucketAspect = {
  name: 'lifecycle',
  fix: (seen, wanted) => {
    const ours = seen.lifecycle.filter(({ ID = '' }) => ID.startsWith('genato-'))
    const rules = wanted.lifecycle(seen.versioned)
    if (sameRules(ours, rules)) return undefined
    // A call replaces all rules, so those of others are sent along unchanged.
    return { ...seen, lifecycle: [...seen.lifecycle.filter((rule) => !ours.includes(rule)), ...rules] }
  },
  write: async (session, { lifecycle, transitionSize }, { name }) =>
    s3Of(session).send(
      new PutBucketLifecycleConfigurationCommand({
        ...ownBucket(session, name),
        LifecycleConfiguration: { Rules: lifecycle },
        // If it is left out, S3 sets its default for all rules, those of others included.
        ...(transitionSize ? { TransitionDefaultMinimumObjectSize: transitionSize } : {}),
      }),
    ),
}

function sameRules(seen: LifecycleRule[], wanted: LifecycleRule[]): boolean {
  const form = (rules: LifecycleRule[]) =>
    canonicalDocument(
      rules.map((rule) => ({
        ID: rule.ID,
        Status: rule.Status,
        prefix: rule.Filter?.Prefix ?? '',
        days: rule.Expiration?.Days,
        markers: rule.Expiration?.ExpiredObjectDeleteMarker,
        noncurrent: rule.NoncurrentVersionExpiration?.NoncurrentDays,
        abort: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
      })),
    )
  return form(seen) === form(wanted)
}

/** They shut nobody out. */
export const KEEPING_ASPECTS = [ENCRYPTION, LIFECYCLE]
/** They shut out whoever the configuration does not let in. */
export const CLOSING_ASPECTS = [PUBLIC_ACCESS, OWNERSHIP]

/** Names the aspects of the bucket that differ from those wanted. */
export function bucketDrift(seen: BucketSeen, wanted: BucketWanted): string[] {
  return fixAspects([OWNERSHIP, PUBLIC_ACCESS, ENCRYPTION, LIFECYCLE], seen, wanted).differing
}
