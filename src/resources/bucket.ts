import { CreateBucketCommand, DeleteBucketCommand, GetBucketTaggingCommand } from '@aws-sdk/client-s3'
import { isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { CLOSING_TAG } from '../config/names.js'
import { deniesAes256 } from './aes256-denied.js'
import { syncAspects, update } from './aspects.js'
import {
  ALL_BLOCKED,
  bucketSubject,
  CLOSING_ASPECTS,
  KEEPING_ASPECTS,
  PUBLIC_POLICY_ACCEPTED,
  PUBLIC_POLICY_HOLDS,
  putTags,
  tagsAspect,
  type BucketWanted,
} from './bucket-aspects.js'
import { APPEARING, bucketCall, ownBucket, s3Of, unlessBusy } from './bucket-call.js'
import { isBare, isCutOff, observeBucket, taken, type BucketSeen } from './bucket-seen.js'
import { refuseOthers } from './ownership.js'
import { readTags, type Tags } from './tags.js'

/** A bucket that was looked at. Nothing is written yet. */
export interface PreparedBucket {
  /** `undefined`: it does not exist, and `ensure` creates it. */
  seen: BucketSeen | undefined
  /** Creates or updates it. Whoever could read it still can. @param tags beside the stack's own. */
  ensure(tags?: Tags): Promise<void>
  /** Makes S3 accept a policy with public statements, such as one that others put there. */
  admitPublicPolicy(): Promise<void>
  /** Shuts out whoever the configuration does not let in: for when nobody depends on it any more. */
  close(): Promise<void>
}

/**
 * Looks at the bucket, and refuses another stack's. Writes nothing yet.
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
  const subject = bucketSubject(session, name)
  let seen = found
  return {
    seen: found,
    async ensure(tags = {}) {
      seen ??= await create(session, wanted)
      // One after the other, because S3 refuses simultaneous changes of a bucket. The tag is first, as it says whose it is.
      const aspects = [tagsAspect(tags), ...(wanted.public ? [PUBLIC_POLICY_HOLDS] : []), ...KEEPING_ASPECTS]
      seen = await syncAspects(session, subject, aspects, { seen, wanted })
    },
    async admitPublicPolicy() {
      if (seen) seen = await syncAspects(session, subject, [PUBLIC_POLICY_ACCEPTED], { seen, wanted })
    },
    async close() {
      if (!seen) return
      seen = await syncAspects(session, subject, CLOSING_ASPECTS, { seen, wanted })
      if (CLOSING_TAG in seen.tags)
        await update(session, subject, 'tags', async () => dropClosingTag(session, name))
    },
  }
}

async function create(session: Session, { name, stack }: BucketWanted): Promise<BucketSeen> {
  return session.ledger.change(
    { action: 'create', resource: 'bucket', name, expect: NEW_BUCKET },
    async () => {
      try {
        // Without a region: S3 refuses the home region's name. Without tags: they need s3:TagResource.
        await unlessBusy(session, nameInUse(name), async () =>
          s3Of(session).send(new CreateBucketCommand({ Bucket: name })),
        )
      } catch (error) {
        if (isNamed(error, 'BucketAlreadyExists')) throw taken(name, error)
        if (!isNamed(error, 'BucketAlreadyOwnedByYou')) throw error
      }
      session.freshBuckets.add(name)
      // In the home region, CreateBucket also succeeds if another run has just created it: check whose it is.
      const seen = await waitFor(session, {
        ...APPEARING,
        title: `bucket ${name} to be seen`,
        look: async () => observeBucket(session, name),
        late: () =>
          new GenatoError('BUCKET_UNCLEAR', `S3 created the bucket ${name}, and does not show it.`, {
            hint: 'Run the same command again in a few minutes: it continues from there.',
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

/** As AWS creates buckets since April 2023. */
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
      hint: 'If it is yours, or an interrupted deploy left it, run genato deploy --adopt. Otherwise set generate.bucket or packages.bucket in the configuration to another name.',
    })
  refuseOthers(`bucket ${name}`, seen.tags, { stack, adopt })
}

/** Images and packages are stored under S3's own key (AES256), so that Lambda and CloudFront need no KMS permission. */
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

/** Images are stored with AES256 whatever the default is. Files that users put there get the bucket's default. */
function warnOfKms(session: Session, { encryption }: BucketSeen, { name, holds }: BucketWanted): void {
  if (holds !== 'images' || !encryption?.startsWith('aws:kms')) return
  session.reporter.warn(
    `The bucket ${name} encrypts new objects with a KMS key by default (${encryption}). Images are stored with AES256 and are served; your own files under that key are not, because CloudFront can't decrypt them. Upload files with --sse AES256.`,
  )
}

/** Reads the tags again, because the roll-out may have taken long and the call replaces all of them. */
async function dropClosingTag(session: Session, name: string): Promise<void> {
  const found = await orAbsent(
    s3Of(session).send(new GetBucketTaggingCommand(ownBucket(session, name))),
    'NoSuchTagSet',
  )
  const { [CLOSING_TAG]: _closed, ...others } = readTags(found?.TagSet)
  await putTags(session, name, others)
}

/** Deletes an empty bucket. @throws BucketNotEmpty if something was put into it meanwhile. */
export async function removeBucket(session: Session, name: string): Promise<void> {
  await session.ledger.change({ action: 'delete', resource: 'bucket', name, expect: undefined }, async () => {
    await orAbsent(
      bucketCall(session, name, async () =>
        s3Of(session).send(new DeleteBucketCommand(ownBucket(session, name))),
      ),
      'NoSuchBucket',
    )
  })
}
