import { DeleteObjectsCommand, type _Error } from '@aws-sdk/client-s3'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { ownBucket, s3Of } from './bucket-call.js'

/** The most that one call takes. */
const MOST = 1000
/** S3 reports these for single keys in a response with status 200, which the SDK does not retry. */
const PASSING = ['InternalError', 'SlowDown', 'ServiceUnavailable']
const AGAIN = { timeout: 60_000, pauses: [500, 10_000] as [number, number] }

interface Removed {
  Key: string
  VersionId?: string
}

/**
 * Deletes these objects, or these versions of them. Absent ones are no error.
 * @throws GenatoError ACCESS_DENIED, NOT_DELETED, S3_FAILED
 */
export async function deleteObjects(
  session: Session,
  bucket: string,
  objects: readonly Removed[],
): Promise<void> {
  for (let from = 0; from < objects.length; from += MOST) {
    session.signal.throwIfAborted()
    await deleteSome(session, bucket, objects.slice(from, from + MOST))
  }
}

async function deleteSome(session: Session, bucket: string, objects: readonly Removed[]): Promise<void> {
  let left = objects
  const refused: _Error[] = []
  await retryWhile(session, { ...AGAIN, passing: (error) => error instanceof NotYet }, async () => {
    const { Errors = [] } = await s3Of(session).send(
      new DeleteObjectsCommand({
        ...ownBucket(session, bucket),
        Delete: { Objects: [...left], Quiet: true },
      }),
    )
    const failed = Errors.filter(({ Code }) => Code !== 'NoSuchKey' && Code !== 'NoSuchVersion')
    const passing = failed.filter(({ Code = '' }) => PASSING.includes(Code))
    refused.push(...failed.filter((one) => !passing.includes(one)))
    if (passing.length === 0) return
    left = left.filter((one) => passing.some((error) => isAbout(error, one)))
    throw new NotYet(passing)
  }).catch((error: unknown) => {
    if (!(error instanceof NotYet)) throw error
    refused.push(...error.errors)
  })
  if (refused.length > 0) throw notDeleted(bucket, refused)
}

class NotYet extends Error {
  constructor(readonly errors: _Error[]) {
    super('S3 asked to try some keys again.')
  }
}

/** S3 names the version only if the request did. */
function isAbout({ Key, VersionId }: _Error, one: Removed): boolean {
  return Key === one.Key && (VersionId === undefined || VersionId === (one.VersionId ?? VersionId))
}

function notDeleted(bucket: string, errors: readonly _Error[]): GenatoError {
  // Permanent refusals first, because somebody must act on them.
  const first = errors.find(({ Code = '' }) => !PASSING.includes(Code)) ?? errors[0]
  const { Key, Code = '', Message } = first ?? {}
  const [code, hint] =
    Code === 'AccessDenied'
      ? [
          'ACCESS_DENIED',
          'Allow s3:DeleteObject and s3:DeleteObjectVersion (genato permissions prints the policy), or remove the object lock. Then run the same command again.',
        ]
      : PASSING.includes(Code)
        ? ['S3_FAILED', 'S3 has been overloaded for more than a minute. Run the same command again later.']
        : ['NOT_DELETED', 'Run the same command again once that is solved: it continues from there.']
  return new GenatoError(
    code,
    `S3 did not delete ${errors.length} of the objects in ${bucket}, such as ${Key}: ${[Code, Message].filter(Boolean).join(': ')}`,
    { hint },
  )
}
