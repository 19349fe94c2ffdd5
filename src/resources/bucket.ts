import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
  type PublicAccessBlockConfiguration,
} from '@aws-sdk/client-s3'
import { isBusy, isDenied, isNamed, orAbsent, statusOf } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { GenatoError } from '../errors.js'
import { CLOSING_TAG, STACK_TAG } from '../names.js'
import { canonicalDocument } from './document.js'
import { refuseOthers, type Claim } from './ownership.js'
import { readTags, missingTags, tagList, type Tags } from './tags.js'

export interface BucketWanted extends Claim {
  name: string
  /** Whether a bucket policy may let anyone read. */
  public: boolean
  /** Rules of genato's own, each with an ID that starts with `genato-`. */
  lifecycle: LifecycleRule[]
}

/** What is there. */
export interface BucketSeen {
  tags: Tags
  publicAccess: PublicAccessBlockConfiguration
  ownership: string | undefined
  encrypted: boolean
  lifecycle: LifecycleRule[]
}

const RULE_PREFIX = 'genato-'

/**
 * Asks for everything at once: of a bucket that is not there, each question says so.
 * IAM: s3:ListBucket, s3:GetBucketTagging, s3:GetBucketPublicAccessBlock, s3:GetBucketOwnershipControls,
 * s3:GetEncryptionConfiguration, s3:GetLifecycleConfiguration.
 * @throws GenatoError BUCKET_TAKEN
 */
export async function observeBucket(session: Session, name: string): Promise<BucketSeen | undefined> {
  const { s3 } = session.clients
  const bucket = { Bucket: name, ExpectedBucketOwner: session.account }
  const [head, tags, publicAccess, ownership, encryption, lifecycle] = await Promise.allSettled([
    s3.send(new HeadBucketCommand(bucket)),
    orAbsent(s3.send(new GetBucketTaggingCommand(bucket)), 'NoSuchTagSet'),
    orAbsent(s3.send(new GetPublicAccessBlockCommand(bucket)), 'NoSuchPublicAccessBlockConfiguration'),
    orAbsent(s3.send(new GetBucketOwnershipControlsCommand(bucket)), 'OwnershipControlsNotFoundError'),
    orAbsent(
      s3.send(new GetBucketEncryptionCommand(bucket)),
      'ServerSideEncryptionConfigurationNotFoundError',
    ),
    orAbsent(s3.send(new GetBucketLifecycleConfigurationCommand(bucket)), 'NoSuchLifecycleConfiguration'),
  ])
  if (head.status === 'rejected') {
    if (isNamed(head.reason, 'NotFound', 'NoSuchBucket')) return undefined
    // HEAD has no body to say what is wrong: another question's answer has one.
    const told: unknown =
      tags.status === 'rejected' && !isNamed(tags.reason, 'NoSuchBucket') ? tags.reason : head.reason
    if (statusOf(head.reason) === 301 || isNamed(told, 'PermanentRedirect', 'AuthorizationHeaderMalformed'))
      throw elsewhere(name, head.reason)
    if (statusOf(head.reason) === 403 && isDenied(told)) throw taken(name, head.reason)
    throw told
  }
  // Made, by another run, while it was looked at: then once more.
  const others = [tags, publicAccess, ownership, encryption, lifecycle]
  if (others.some((one) => one.status === 'rejected' && isNamed(one.reason, 'NoSuchBucket')))
    return observeBucket(session, name)
  return {
    tags: readTags(valueOf(tags)?.TagSet),
    publicAccess: valueOf(publicAccess)?.PublicAccessBlockConfiguration ?? {},
    ownership: valueOf(ownership)?.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
    encrypted: (valueOf(encryption)?.ServerSideEncryptionConfiguration?.Rules ?? []).length > 0,
    lifecycle: valueOf(lifecycle)?.Rules ?? [],
  }
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

function taken(name: string, cause: unknown): GenatoError {
  return new GenatoError(
    'BUCKET_TAKEN',
    `The bucket ${name} belongs to another account, or these credentials may not look at it (s3:ListBucket).`,
    {
      hint: 'Set buckets in the configuration to names of your own; genato permissions prints what has to be allowed.',
      cause,
    },
  )
}

function elsewhere(name: string, cause: unknown): GenatoError {
  return new GenatoError('BUCKET_ELSEWHERE', `The bucket ${name} is in another region than us-east-1.`, {
    hint: 'Lambda takes its package from us-east-1 only: set buckets in the configuration to other names.',
    cause,
  })
}

/** A bucket that was looked at, and nothing written yet. */
export interface PreparedBucket {
  /** `undefined`: there is none, and `ensure` creates it. */
  seen: BucketSeen | undefined
  /** Creates or updates it. Nobody who reads it is shut out. @param tags beside the stack's own. */
  ensure(tags?: Tags): Promise<void>
  /** Lets a policy be put that has public statements, as one that is there already may have. */
  admitPublicPolicy(): Promise<void>
  /** Shuts out whoever the configuration does not let in, for when nobody needs to be let in any more. */
  close(): Promise<void>
}

/**
 * Looks, and refuses what is another's: nothing is written yet.
 * @throws GenatoError BUCKET_TAKEN, NOT_OURS
 */
export async function prepareBucket(session: Session, wanted: BucketWanted): Promise<PreparedBucket> {
  const { name } = wanted
  session.ledger.seen('bucket', name)
  const found = await observeBucket(session, name)
  if (found) await refuseStrangers(session, found, wanted)
  let seen = found
  return {
    seen: found,
    async ensure(tags = {}) {
      seen ??= await create(session, name)
      // One after the other: S3 refuses simultaneous changes of one bucket. The tag first, to say whose it is.
      seen = await syncTags(session, seen, wanted, tags)
      if (wanted.public) seen = await syncPublicAccess(session, seen, publicAccessWanted(wanted), name)
      await syncEncryption(session, seen, wanted)
      await syncLifecycle(session, seen, wanted)
    },
    async admitPublicPolicy() {
      if (!seen?.publicAccess.BlockPublicPolicy) return
      seen = await syncPublicAccess(session, seen, { ...seen.publicAccess, BlockPublicPolicy: false }, name)
    },
    async close() {
      if (!seen) return
      await syncPublicAccess(session, seen, publicAccessWanted(wanted), name)
      await syncOwnership(session, seen, wanted)
      if (CLOSING_TAG in seen.tags) await dropClosingTag(session, seen, wanted)
    },
  }
}

async function create(session: Session, name: string): Promise<BucketSeen> {
  return session.ledger.change(
    { action: 'create', resource: 'bucket', name, expect: NEW_BUCKET },
    async () => {
      try {
        // Nothing about the region: us-east-1 must not be named.
        await unlessBusy(session, async () =>
          session.clients.s3.send(new CreateBucketCommand({ Bucket: name })),
        )
      } catch (error) {
        if (isNamed(error, 'BucketAlreadyExists')) throw taken(name, error)
        if (!isNamed(error, 'BucketAlreadyOwnedByYou')) throw error
      }
      return (await observeBucket(session, name)) ?? NEW_BUCKET
    },
  )
}

const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
}

/** As AWS makes buckets since April 2023. */
const NEW_BUCKET: BucketSeen = {
  tags: {},
  publicAccess: ALL_BLOCKED,
  ownership: 'BucketOwnerEnforced',
  encrypted: true,
  lifecycle: [],
}

async function refuseStrangers(session: Session, seen: BucketSeen, wanted: BucketWanted): Promise<void> {
  const { name, stack } = wanted
  const adopt = wanted.adopt || (await isBare(session, name, seen))
  refuseOthers(`bucket ${name}`, seen.tags, { stack, adopt })
}

/**
 * Creating and tagging are two calls: what is empty and has no tags is of a run that was killed between.
 * IAM: s3:ListBucketVersions.
 */
export async function isBare(session: Session, name: string, { tags }: BucketSeen): Promise<boolean> {
  if (Object.keys(tags).length > 0) return false
  const { Versions = [], DeleteMarkers = [] } = await session.clients.s3.send(
    new ListObjectVersionsCommand({ Bucket: name, ExpectedBucketOwner: session.account, MaxKeys: 1 }),
  )
  return Versions.length + DeleteMarkers.length === 0
}

async function syncTags(
  session: Session,
  seen: BucketSeen,
  { name, stack }: BucketWanted,
  more: Tags,
): Promise<BucketSeen> {
  const tags = { ...seen.tags, ...more, [STACK_TAG]: stack }
  if (!missingTags(tags, seen.tags)) return seen
  await putTags(session, name, tags)
  return { ...seen, tags }
}

async function dropClosingTag(session: Session, { tags }: BucketSeen, { name }: BucketWanted): Promise<void> {
  const { [CLOSING_TAG]: _closed, ...others } = tags
  await putTags(session, name, others)
}

async function putTags(session: Session, name: string, tags: Tags): Promise<void> {
  await update(session, name, 'tags', async (bucket) =>
    session.clients.s3.send(new PutBucketTaggingCommand({ ...bucket, Tagging: { TagSet: tagList(tags) } })),
  )
}

async function syncOwnership(
  session: Session,
  { ownership }: BucketSeen,
  { name }: BucketWanted,
): Promise<void> {
  if (ownership === 'BucketOwnerEnforced') return
  await update(session, name, 'object ownership', async (bucket) =>
    session.clients.s3.send(
      new PutBucketOwnershipControlsCommand({
        ...bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      }),
    ),
  )
}

function publicAccessWanted({ public: open }: BucketWanted): PublicAccessBlockConfiguration {
  return open ? { ...ALL_BLOCKED, BlockPublicPolicy: false, RestrictPublicBuckets: false } : ALL_BLOCKED
}

function sameAccess(one: PublicAccessBlockConfiguration, other: PublicAccessBlockConfiguration): boolean {
  const flags = Object.keys(ALL_BLOCKED) as (keyof PublicAccessBlockConfiguration)[]
  return flags.every((flag) => (one[flag] ?? false) === (other[flag] ?? false))
}

/** What of the bucket is not as it has to be. */
export function bucketDrift(seen: BucketSeen, wanted: BucketWanted): string[] {
  return [
    ...(seen.ownership === 'BucketOwnerEnforced' ? [] : ['object ownership']),
    ...(sameAccess(seen.publicAccess, publicAccessWanted(wanted)) ? [] : ['public access block']),
    ...(seen.encrypted ? [] : ['encryption']),
    ...(sameRules(ourRules(seen), wanted.lifecycle) ? [] : ['lifecycle']),
  ]
}

function ourRules({ lifecycle }: BucketSeen): LifecycleRule[] {
  return lifecycle.filter(({ ID = '' }) => ID.startsWith(RULE_PREFIX))
}

async function syncPublicAccess(
  session: Session,
  seen: BucketSeen,
  block: PublicAccessBlockConfiguration,
  name: string,
): Promise<BucketSeen> {
  if (sameAccess(seen.publicAccess, block)) return seen
  await update(session, name, 'public access block', async (bucket) =>
    session.clients.s3.send(
      new PutPublicAccessBlockCommand({ ...bucket, PublicAccessBlockConfiguration: block }),
    ),
  )
  return { ...seen, publicAccess: block }
}

async function syncEncryption(
  session: Session,
  { encrypted }: BucketSeen,
  { name }: BucketWanted,
): Promise<void> {
  // Whatever it is: keys of the user's own are kept.
  if (encrypted) return
  await update(session, name, 'encryption', async (bucket) =>
    session.clients.s3.send(
      new PutBucketEncryptionCommand({
        ...bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      }),
    ),
  )
}

async function syncLifecycle(session: Session, seen: BucketSeen, wanted: BucketWanted): Promise<void> {
  const ours = ourRules(seen)
  if (sameRules(ours, wanted.lifecycle)) return
  const others = seen.lifecycle.filter((rule) => !ours.includes(rule))
  // One call replaces all rules: what others put there goes with it, unchanged.
  await update(session, wanted.name, 'lifecycle', async (bucket) =>
    session.clients.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        ...bucket,
        LifecycleConfiguration: { Rules: [...others, ...wanted.lifecycle] },
      }),
    ),
  )
}

function sameRules(there: LifecycleRule[], wanted: LifecycleRule[]): boolean {
  const form = (rules: LifecycleRule[]) =>
    canonicalDocument(
      rules.map(({ ID, Status, Filter, Expiration, AbortIncompleteMultipartUpload }) => ({
        ID,
        Status,
        prefix: Filter?.Prefix ?? '',
        days: Expiration?.Days,
        abort: AbortIncompleteMultipartUpload?.DaysAfterInitiation,
      })),
    )
  return form(there) === form(wanted)
}

async function update(
  session: Session,
  name: string,
  aspect: string,
  run: (bucket: { Bucket: string; ExpectedBucketOwner: string }) => Promise<unknown>,
): Promise<void> {
  await session.ledger.change(
    { action: 'update', resource: 'bucket', name, aspect, expect: undefined },
    async () => {
      await unlessBusy(session, async () => run({ Bucket: name, ExpectedBucketOwner: session.account }))
    },
  )
}

/** S3 takes one change of a bucket at a time, and a name of a bucket just deleted not at once. */
async function unlessBusy<T>(session: Session, run: () => Promise<T>): Promise<T> {
  return retryWhile(session, { passing: isBusy, timeout: 120_000, pauses: [1_000, 10_000] }, run)
}

/** Deletes an empty bucket. @throws BucketNotEmpty, when something was put into it meanwhile. */
export async function removeBucket(session: Session, name: string): Promise<void> {
  await session.ledger.change({ action: 'delete', resource: 'bucket', name, expect: undefined }, async () => {
    await orAbsent(
      unlessBusy(session, async () =>
        session.clients.s3.send(
          new DeleteBucketCommand({ Bucket: name, ExpectedBucketOwner: session.account }),
        ),
      ),
      'NoSuchBucket',
    )
  })
}
