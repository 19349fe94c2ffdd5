import type { S3Client } from '@aws-sdk/client-s3'
import { isNamed } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { HOME_REGION } from '../lib/home-region.js'

type Pauses = [first: number, last: number]

/** After CreateBucket, other S3 servers may answer NoSuchBucket for a while. */
export const APPEARING = { timeout: 60_000, pauses: [1_000, 5_000] as Pauses }
/** S3 takes one change of a bucket at a time, and frees a deleted bucket's name late. */
const BUSY = { timeout: 300_000, pauses: [1_000, 10_000] as Pauses }

/** Every bucket of a stack is in the function's region: Lambda reads a package from its own region only. */
export function s3Of(session: Session): S3Client {
  return session.clients.in(HOME_REGION).s3
}

/** Names a bucket in a call. S3 refuses the call if the bucket belongs to another account. */
export interface OwnBucket {
  Bucket: string
  ExpectedBucketOwner: string
}

export function ownBucket({ account }: Session, name: string): OwnBucket {
  return { Bucket: name, ExpectedBucketOwner: account }
}

interface Busy {
  /** What S3 is doing, such as `an earlier change of bucket b`. */
  finishing: string
  hint: string
}

/**
 * Calls S3 about a bucket. Waits while S3 finishes an earlier change of it (OperationAborted, up to 5 minutes),
 * and while S3 does not know it yet (NoSuchBucket, up to 60 s) if this run created it.
 * @throws GenatoError BUCKET_BUSY; what `run` throws.
 */
export async function bucketCall<T>(session: Session, bucket: string, run: () => Promise<T>): Promise<T> {
  const passing = (error: unknown) => isNamed(error, 'NoSuchBucket') && session.freshBuckets.has(bucket)
  return unlessBusy(
    session,
    {
      finishing: `an earlier change of bucket ${bucket}`,
      hint: 'Something else is changing the same bucket. Run the same command again in a few minutes.',
    },
    async () => retryWhile(session, { ...APPEARING, passing }, run),
  )
}

/** Waits while S3 answers OperationAborted. @throws GenatoError BUCKET_BUSY */
export async function unlessBusy<T>(
  session: Session,
  { finishing, hint }: Busy,
  run: () => Promise<T>,
): Promise<T> {
  let cause: unknown
  const done = await waitFor(session, {
    ...BUSY,
    title: `S3 to finish ${finishing}`,
    look: async () => {
      try {
        return { value: await run() }
      } catch (error) {
        if (!isNamed(error, 'OperationAborted')) throw error
        cause = error
        return undefined
      }
    },
    late: () =>
      new GenatoError(
        'BUCKET_BUSY',
        `S3 has not finished ${finishing} within 5 minutes (OperationAborted).`,
        { hint, cause },
      ),
  })
  return done.value
}

/**
 * Calls Lambda, which fetches a package from this bucket. If this run created the bucket, waits up to 60 s until
 * Lambda sees it and its objects. @throws what `run` throws.
 */
export async function untilFetched<T>(session: Session, bucket: string, run: () => Promise<T>): Promise<T> {
  const passing = (error: unknown) =>
    session.freshBuckets.has(bucket) &&
    isNamed(error, 'InvalidParameterValueException') &&
    error instanceof Error &&
    /S3 Error Code: NoSuch(Bucket|Key)/.test(error.message)
  return retryWhile(session, { ...APPEARING, passing }, run)
}
