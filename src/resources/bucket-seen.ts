import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  type LifecycleRule,
  type PublicAccessBlockConfiguration,
  type TransitionDefaultMinimumObjectSize,
} from '@aws-sdk/client-s3'
import { isDenied, isNamed, orAbsent, statusOf } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { isOwnBucketName } from '../config/names.js'
import type { Statement } from '../../templates/policy.js'
import { HOME_REGION } from '../lib/home-region.js'
import { APPEARING, ownBucket, s3Of } from './bucket-call.js'
import { readStatements } from './bucket-policy.js'
import { readTags, type Tags } from './tags.js'

export interface BucketSeen {
  tags: Tags
  publicAccess: PublicAccessBlockConfiguration
  ownership: string | undefined
  /** The default algorithm: `AES256`, `aws:kms` or `aws:kms:dsse`. */
  encryption: string | undefined
  lifecycle: LifecycleRule[]
  /** From which size on lifecycle rules move objects to other storage classes. Holds for all rules of the bucket. */
  transitionSize: TransitionDefaultMinimumObjectSize | undefined
  /** Whether deleted and replaced objects may be kept as versions: versioning is enabled, or was before. */
  versioned: boolean
  policy: Statement[]
}

/**
 * Reads everything about a bucket at once. After a bucket was created or deleted, S3 may contradict itself for a
 * while: then it is asked again, for up to 60 s.
 * @throws GenatoError BUCKET_TAKEN, BUCKET_ELSEWHERE, BUCKET_UNCLEAR
 */
export async function observeBucket(session: Session, name: string): Promise<BucketSeen | undefined> {
  const seen = await waitFor(session, {
    ...APPEARING,
    title: `S3 to agree on whether there is a bucket ${name}`,
    look: async () => look(session, name),
    late: () =>
      new GenatoError('BUCKET_UNCLEAR', `S3 says both that the bucket ${name} exists and that it doesn't.`, {
        hint: 'It was created or deleted a moment ago. Run the same command again in a few minutes.',
      }),
  })
  return seen === 'absent' ? undefined : seen
}

/** @returns `undefined` if the responses contradict each other. */
async function look(session: Session, name: string): Promise<BucketSeen | 'absent' | undefined> {
  const s3 = s3Of(session)
  const bucket = ownBucket(session, name)
  const [head, ...others] = await Promise.allSettled([
    s3.send(new HeadBucketCommand(bucket)),
    orAbsent(s3.send(new GetBucketTaggingCommand(bucket)), 'NoSuchTagSet'),
    orAbsent(s3.send(new GetPublicAccessBlockCommand(bucket)), 'NoSuchPublicAccessBlockConfiguration'),
    orAbsent(s3.send(new GetBucketOwnershipControlsCommand(bucket)), 'OwnershipControlsNotFoundError'),
    orAbsent(
      s3.send(new GetBucketEncryptionCommand(bucket)),
      'ServerSideEncryptionConfigurationNotFoundError',
    ),
    orAbsent(s3.send(new GetBucketLifecycleConfigurationCommand(bucket)), 'NoSuchLifecycleConfiguration'),
    s3.send(new GetBucketVersioningCommand(bucket)),
    orAbsent(s3.send(new GetBucketPolicyCommand(bucket)), 'NoSuchBucketPolicy'),
  ])
  const [tags, publicAccess, ownership, encryption, lifecycle, versioning, policy] = others
  if (head.status === 'rejected') {
    if (isNamed(head.reason, 'NotFound', 'NoSuchBucket')) return 'absent'
    // The response to HEAD has no body with the reason, but those to the other calls do.
    const reason: unknown =
      tags.status === 'rejected' && !isNamed(tags.reason, 'NoSuchBucket') ? tags.reason : head.reason
    if (statusOf(head.reason) === 301 || isNamed(reason, 'PermanentRedirect', 'AuthorizationHeaderMalformed'))
      throw elsewhere(name, head.reason)
    if (statusOf(head.reason) === 403 && isDenied(reason)) throw taken(name, head.reason)
    throw reason
  }
  if (others.some((one) => one.status === 'rejected' && isNamed(one.reason, 'NoSuchBucket'))) return undefined
  const [encrypts] = valueOf(encryption)?.ServerSideEncryptionConfiguration?.Rules ?? []
  return {
    tags: readTags(valueOf(tags)?.TagSet),
    publicAccess: valueOf(publicAccess)?.PublicAccessBlockConfiguration ?? {},
    ownership: valueOf(ownership)?.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
    encryption: encrypts?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    lifecycle: valueOf(lifecycle)?.Rules ?? [],
    transitionSize: valueOf(lifecycle)?.TransitionDefaultMinimumObjectSize,
    versioned: valueOf(versioning).Status !== undefined,
    policy: readStatements(valueOf(policy)?.Policy),
  }
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

export function taken(name: string, cause: unknown): GenatoError {
  return new GenatoError(
    'BUCKET_TAKEN',
    `The bucket ${name} belongs to another account, or these credentials may not look at it (s3:ListBucket).`,
    {
      hint: 'Set generate.bucket or packages.bucket in the configuration to another name; genato permissions prints what has to be allowed.',
      cause,
    },
  )
}

function elsewhere(name: string, cause: unknown): GenatoError {
  return new GenatoError('BUCKET_ELSEWHERE', `The bucket ${name} is in another region than ${HOME_REGION}.`, {
    hint: `Lambda takes its package from ${HOME_REGION} only: set generate.bucket or packages.bucket in the configuration to another name.`,
    cause,
  })
}

/**
 * Whether a run was killed between creating this bucket and tagging it: it is empty, has no tags, and has a name
 * that only genato would give. Under any other name it may be somebody's new bucket.
 */
export async function isCutOff(
  session: Session,
  { name, stack }: { name: string; stack: string },
  seen: BucketSeen,
): Promise<boolean> {
  return isOwnBucketName(name, stack, session.account) && (await isBare(session, name, seen))
}

/** Whether it is empty and has no tags. */
export async function isBare(session: Session, name: string, { tags }: BucketSeen): Promise<boolean> {
  if (Object.keys(tags).length > 0) return false
  const found = await orAbsent(
    s3Of(session).send(new ListObjectVersionsCommand({ ...ownBucket(session, name), MaxKeys: 1 })),
    'NoSuchBucket',
  )
  return (found?.Versions ?? []).length + (found?.DeleteMarkers ?? []).length === 0
}
