import { DeleteBucketPolicyCommand, GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import { isDenied, isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import type { PolicyDocument, Statement } from '../../templates/policy.js'
import { bucketCall, ownBucket, s3Of } from './bucket-call.js'
import { sameDocument } from './document.js'

/** The Sid of each of genato's statements starts so. */
const OUR_SID = 'Genato'

async function observeBucketPolicy(session: Session, bucket: string): Promise<Statement[]> {
  const found = await orAbsent(
    s3Of(session).send(new GetBucketPolicyCommand(ownBucket(session, bucket))),
    'NoSuchBucketPolicy',
    'NoSuchBucket',
  )
  return readStatements(found?.Policy)
}

/** @param policy a bucket policy in JSON, as S3 returns it. */
export function readStatements(policy: string | undefined): Statement[] {
  const { Statement = [] } = JSON.parse(policy ?? '{}') as { Statement?: Statement[] | Statement }
  return Array.isArray(Statement) ? Statement : [Statement]
}

export function isOurs({ Sid = '' }: Statement): boolean {
  return Sid.startsWith(OUR_SID)
}

/**
 * Condition keys by which S3 does not consider a policy public, because they limit who is let in.
 * Source: Amazon S3 user guide, "Blocking public access", The meaning of "public".
 */
const LIMITING =
  /^(aws:(principalorgid|principalorgpaths|principalarn|principalaccount|principalservicename|principaltag\/.*|sourcearn|sourcevpc|sourcevpce|sourceip|vpcsourceip|sourceowner|sourceaccount|sourceorgid|userid)|s3:(dataaccesspointarn|dataaccesspointaccount))$/

/** Whether S3 considers a statement public: it lets everybody in, and no condition limits who. */
export function isPublic({ Effect, Principal, Condition = {} }: Statement): boolean {
  const anyone =
    Principal === '*' || (typeof Principal === 'object' && [Principal['AWS']].flat().includes('*'))
  const keys = Object.values(Condition).flatMap((one) => Object.keys(one))
  return Effect === 'Allow' && anyone && !keys.some((key) => LIMITING.test(key.toLowerCase()))
}

/**
 * Replaces the statements of a bucket's policy.
 * @param there the statements as they were last seen.
 * @param change makes the new statements from the present ones. They are read again right before they are
 *   replaced, so that a statement that somebody else adds meanwhile is kept.
 * @returns the new statements.
 * @throws GenatoError PUBLIC_BLOCKED, PUBLIC_STATEMENTS
 */
export async function syncBucketPolicy(
  session: Session,
  bucket: string,
  there: Statement[],
  change: (there: Statement[]) => Statement[],
): Promise<Statement[]> {
  session.ledger.seen('bucket policy', bucket)
  if (sameDocument({ s: there }, { s: change(there) })) return there
  const written = {
    action: 'update',
    resource: 'bucket policy',
    name: bucket,
    expect: change(there),
  } as const
  return session.ledger.change(written, async () => {
    const next = change(await observeBucketPolicy(session, bucket))
    await putPolicy(session, bucket, next)
    return next
  })
}

async function putPolicy(session: Session, bucket: string, statements: Statement[]): Promise<void> {
  const document: PolicyDocument = { Version: '2012-10-17', Statement: statements }
  const open = statements.filter(isPublic)
  try {
    // Lifting the public access block takes a moment to take effect.
    await retryWhile(
      session,
      {
        passing: (error) => isNamed(error, 'MalformedPolicy') || (open.length > 0 && isDenied(error)),
        timeout: 20_000,
        pauses: [1_000, 5_000],
      },
      async () =>
        bucketCall(session, bucket, async () =>
          s3Of(session).send(
            new PutBucketPolicyCommand({
              ...ownBucket(session, bucket),
              Policy: JSON.stringify(document),
            }),
          ),
        ),
    )
  } catch (error) {
    if (isDenied(error) && open.some(isOurs)) throw publicBlocked(bucket, error)
    if (isDenied(error) && open.length > 0) throw publicStatements(bucket, error)
    throw error
  }
}

function publicBlocked(bucket: string, cause: unknown): GenatoError {
  return new GenatoError(
    'PUBLIC_BLOCKED',
    `The bucket ${bucket} can't be made public: the account's or the organization's block of public access forbids it, or s3:PutBucketPolicy is denied.`,
    {
      hint: "Leave generate.access at 'private' (the images are as public through CloudFront), or lift the account's block in the S3 console.",
      cause,
    },
  )
}

function publicStatements(bucket: string, cause: unknown): GenatoError {
  return new GenatoError(
    'PUBLIC_STATEMENTS',
    `The policy of ${bucket} has statements that let anyone read, which a private bucket refuses.`,
    { hint: 'Remove them in the S3 console, then run the same command again.', cause },
  )
}

/** Removes genato's statements, and keeps those of others. */
export async function removeBucketPolicy(session: Session, bucket: string): Promise<void> {
  const there = await observeBucketPolicy(session, bucket)
  const kept = there.filter((one) => !isOurs(one))
  if (kept.length === there.length) return
  const target = ownBucket(session, bucket)
  const change = { action: 'delete', resource: 'bucket policy', name: bucket, expect: undefined } as const
  await session.ledger.change(change, async () => {
    const s3 = s3Of(session)
    try {
      await bucketCall(session, bucket, async () =>
        kept.length === 0
          ? s3.send(new DeleteBucketPolicyCommand(target))
          : s3.send(
              new PutBucketPolicyCommand({
                ...target,
                Policy: JSON.stringify({ Version: '2012-10-17', Statement: kept }),
              }),
            ),
      )
    } catch (error) {
      if (!isDenied(error) || !kept.some(isPublic)) throw error
      session.reporter.warn(
        `The policy of ${bucket} stays as it is: others put public statements there, and the bucket refuses every policy with public statements.`,
      )
    }
  })
}
