import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketTaggingCommand,
  PutBucketAclCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
  type PublicAccessBlockConfiguration,
} from '@aws-sdk/client-s3'
import { isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { CLOSING_TAG, STACK_TAG } from '../config/names.js'
import { deniesAes256 } from './aes256-denied.js'
import { APPEARING, bucketCall, unlessBusy } from './bucket-call.js'
import { isBare, isCutOff, observeBucket, taken, type BucketSeen } from './bucket-seen.js'
import { canonicalDocument } from './document.js'
import { refuseOthers, type Claim } from './ownership.js'
import { missingTags, readTags, tagList, type Tags } from './tags.js'

export interface BucketWanted extends Claim {
  name: string
  /** Whether a bucket policy may let anyone read. */
  public: boolean
  /** What genato stores in it. CloudFront also serves what users put beside images. */
  holds: 'images' | 'packages'
  /** Of the keys that genato stores there. */
  prefix: string
  /** Rules of genato's own, each with an ID that starts with `genato-`. */
  lifecycle: (versioned: boolean) => LifecycleRule[]
}

const RULE_PREFIX = 'genato-'

/**
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
 * @throws GenatoError BUCKET_TAKEN, NOT_OURS, ENCRYPTION_DENIED
 */
export async function prepareBucket(session: Session, wanted: BucketWanted): Promise<PreparedBucket> {
  const { name } = wanted
  session.ledger.seen('bucket', name)
  const found = await observeBucket(session, name)
  if (found) {
    await refuseStrangers(session, found, wanted)
    refuseEncryption(found, wanted)
    warnOfKms(session, found, wanted)
  }
  let seen = found
  return {
    seen: found,
    async ensure(tags = {}) {
      seen ??= await create(session, wanted)
      // One after the other: S3 refuses simultaneous changes of one bucket. The tag first, to say whose it is.
      seen = await syncTags(session, seen, wanted, tags)
      // Only lifted: what ACLs let in stays until the policy does.
      if (wanted.public)
        seen = await syncPublicAccess(
          session,
          seen,
          { ...seen.publicAccess, BlockPublicPolicy: false, RestrictPublicBuckets: false },
          name,
        )
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
      if (CLOSING_TAG in seen.tags) await dropClosingTag(session, wanted)
    },
  }
}

async function create(session: Session, { name, stack }: BucketWanted): Promise<BucketSeen> {
  return session.ledger.change(
    { action: 'create', resource: 'bucket', name, expect: NEW_BUCKET },
    async () => {
      try {
        // Nothing about the region: us-east-1 must not be named. No tags either: they ask for s3:TagResource.
        await unlessBusy(session, nameInUse(name), async () =>
          session.clients.s3.send(new CreateBucketCommand({ Bucket: name })),
        )
      } catch (error) {
        if (isNamed(error, 'BucketAlreadyExists')) throw taken(name, error)
        if (!isNamed(error, 'BucketAlreadyOwnedByYou')) throw error
      }
      session.freshBuckets.add(name)
      // In us-east-1, creating a bucket that another run has just created succeeds: whose it is has to be seen.
      const seen = await waitFor(session, {
        ...APPEARING,
        title: `bucket ${name} to be seen`,
        look: async () => observeBucket(session, name),
        late: () =>
          new GenatoError('BUCKET_UNCLEAR', `S3 created the bucket ${name}, and does not show it.`, {
            hint: 'Run the same command again in some minutes: it goes on from there.',
          }),
      })
      refuseOthers(`bucket ${name}`, seen.tags, { stack, adopt: true })
      return seen
    },
  )
}

function nameInUse(name: string) {
  return {
    finishing: `the deletion of an earlier bucket ${name}`,
    hint: 'A name can be used again once S3 has finished deleting the bucket that had it, which may take an hour. Run the same command again then, or set generate.bucket or packages.bucket in the configuration to another name.',
  }
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
  encryption: 'AES256',
  lifecycle: [],
  transitionSize: undefined,
  versioned: false,
  policy: [],
}

async function refuseStrangers(session: Session, seen: BucketSeen, wanted: BucketWanted): Promise<void> {
  const { name, stack } = wanted
  const adopt = wanted.adopt || (await isCutOff(session, wanted, seen))
  if (!adopt && (await isBare(session, name, seen)))
    throw new GenatoError('NOT_OURS', `There is a bucket ${name} already, empty and without a tag.`, {
      hint: 'If it is yours, or a deploy that was interrupted has left it: genato deploy --adopt takes it over. Otherwise set generate.bucket or packages.bucket in the configuration to another name.',
    })
  refuseOthers(`bucket ${name}`, seen.tags, { stack, adopt })
}

/** Images and packages are stored with S3's own key (AES256): Lambda and CloudFront need no key's permission then. */
function refuseEncryption({ policy }: BucketSeen, { name, prefix }: BucketWanted): void {
  const statement = policy.find((one) => deniesAes256(one, `arn:aws:s3:::${name}/${prefix}x`))
  if (!statement) return
  throw new GenatoError(
    'ENCRYPTION_DENIED',
    `The policy of ${name} denies what genato stores there (statement ${statement.Sid ?? JSON.stringify(statement)}): it demands a KMS key.`,
    {
      hint: 'genato stores with AES256, because CloudFront and Lambda could not read objects under a KMS key without more permissions. Remove that statement, or set generate.bucket or packages.bucket in the configuration to another bucket.',
    },
  )
}

/** Images are stored with AES256 whatever the default is; what users put there has the bucket's default. */
function warnOfKms(session: Session, { encryption }: BucketSeen, { name, holds }: BucketWanted): void {
  if (holds !== 'images' || !encryption?.startsWith('aws:kms')) return
  session.reporter.warn(
    `The bucket ${name} encrypts new objects with a KMS key by default (${encryption}). Images are stored with AES256 and are served; your own files under that key are not, because CloudFront can't decrypt them. Upload files with --sse AES256.`,
  )
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

/** The tags are asked for again: the roll-out may have taken long, and the call replaces all of them. */
async function dropClosingTag(session: Session, { name }: BucketWanted): Promise<void> {
  await update(session, name, 'tags', async (bucket) => {
    const found = await orAbsent(session.clients.s3.send(new GetBucketTaggingCommand(bucket)), 'NoSuchTagSet')
    const { [CLOSING_TAG]: _closed, ...others } = readTags(found?.TagSet)
    return session.clients.s3.send(
      new PutBucketTaggingCommand({ ...bucket, Tagging: { TagSet: tagList(others) } }),
    )
  })
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
  await update(session, name, 'object ownership', async (bucket) => {
    const { s3 } = session.clients
    const enforce = async () =>
      s3.send(
        new PutBucketOwnershipControlsCommand({
          ...bucket,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        }),
      )
    try {
      return await enforce()
    } catch (error) {
      // The bucket's own ACL lets somebody in, which nothing heeds any more once ACLs are off.
      if (!isNamed(error, 'InvalidBucketAclWithObjectOwnership')) throw error
      await s3.send(new PutBucketAclCommand({ ...bucket, ACL: 'private' }))
      return enforce()
    }
  })
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
    ...(seen.encryption ? [] : ['encryption']),
    ...(sameRules(ourRules(seen), wanted.lifecycle(seen.versioned)) ? [] : ['lifecycle']),
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
  { encryption }: BucketSeen,
  { name }: BucketWanted,
): Promise<void> {
  // Whatever it is: keys of the user's own are kept.
  if (encryption) return
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
  const rules = wanted.lifecycle(seen.versioned)
  if (sameRules(ours, rules)) return
  const others = seen.lifecycle.filter((rule) => !ours.includes(rule))
  // One call replaces all rules: what others put there goes with it, unchanged.
  await update(session, wanted.name, 'lifecycle', async (bucket) =>
    session.clients.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        ...bucket,
        LifecycleConfiguration: { Rules: [...others, ...rules] },
        // Left out, S3 would set its default, for others' rules too.
        ...(seen.transitionSize ? { TransitionDefaultMinimumObjectSize: seen.transitionSize } : {}),
      }),
    ),
  )
}

function sameRules(there: LifecycleRule[], wanted: LifecycleRule[]): boolean {
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
      await bucketCall(session, name, async () => run({ Bucket: name, ExpectedBucketOwner: session.account }))
    },
  )
}

/** Deletes an empty bucket. @throws BucketNotEmpty, when something was put into it meanwhile. */
export async function removeBucket(session: Session, name: string): Promise<void> {
  await session.ledger.change({ action: 'delete', resource: 'bucket', name, expect: undefined }, async () => {
    await orAbsent(
      bucketCall(session, name, async () =>
        session.clients.s3.send(
          new DeleteBucketCommand({ Bucket: name, ExpectedBucketOwner: session.account }),
        ),
      ),
      'NoSuchBucket',
    )
  })
}
