import { DeleteBucketPolicyCommand, GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import { isDenied, isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import type { PolicyDocument, Statement } from '../../templates/policy.js'
import { bucketCall } from './bucket-call.js'
import { sameDocument } from './document.js'

/** Every statement of genato's has a Sid that starts so. */
const OUR_SID = 'Genato'

/** IAM: s3:GetBucketPolicy. */
async function observeBucketPolicy(session: Session, bucket: string): Promise<Statement[]> {
  const found = await orAbsent(
    session.clients.s3.send(
      new GetBucketPolicyCommand({ Bucket: bucket, ExpectedBucketOwner: session.account }),
    ),
    'NoSuchBucketPolicy',
    'NoSuchBucket',
  )
  return readStatements(found?.Policy)
}

/** @param policy a bucket policy as S3 gives it, in JSON. */
export function readStatements(policy: string | undefined): Statement[] {
  const { Statement = [] } = JSON.parse(policy ?? '{}') as { Statement?: Statement[] | Statement }
  return Array.isArray(Statement) ? Statement : [Statement]
}

export function isOurs({ Sid = '' }: Statement): boolean {
  return Sid.startsWith(OUR_SID)
}

/**
 * Condition keys that S3 takes for a limit on who is let in, so that the policy is not public.
 * Source: Amazon S3 user guide, "Blocking public access", The meaning of "public".
 */
const LIMITING =
  /^(aws:(principalorgid|principalorgpaths|principalarn|principalaccount|principalservicename|principaltag\/.*|sourcearn|sourcevpc|sourcevpce|sourceip|vpcsourceip|sourceowner|sourceaccount|sourceorgid|userid)|s3:(dataaccesspointarn|dataaccesspointaccount))$/

/** Lets everybody in, as S3 judges it: no condition says who. */
export function isPublic({ Effect, Principal, Condition = {} }: Statement): boolean {
  const anyone =
    Principal === '*' || (typeof Principal === 'object' && [Principal['AWS']].flat().includes('*'))
  const keys = Object.values(Condition).flatMap((one) => Object.keys(one))
  return Effect === 'Allow' && anyone && !keys.some((key) => LIMITING.test(key.toLowerCase()))
}

/**
 * Puts the statements in place of those that are there. IAM: s3:GetBucketPolicy, s3:PutBucketPolicy.
 * @param change from the statements that are there: asked again right before they are replaced, so that
 *   what somebody else adds meanwhile stays.
 * @param there as they were seen last.
 * @returns the statements as they are then.
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
    // A block of public access that was just lifted takes a moment to be so.
    await retryWhile(
      session,
      {
        passing: (error) => isNamed(error, 'MalformedPolicy') || (open.length > 0 && isDenied(error)),
        timeout: 20_000,
        pauses: [1_000, 5_000],
      },
      async () =>
        bucketCall(session, bucket, async () =>
          session.clients.s3.send(
            new PutBucketPolicyCommand({
              Bucket: bucket,
              ExpectedBucketOwner: session.account,
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

/** Takes genato's statements out; what others put there stays. */
export async function removeBucketPolicy(session: Session, bucket: string): Promise<void> {
  const there = await observeBucketPolicy(session, bucket)
  const kept = there.filter((one) => !isOurs(one))
  if (kept.length === there.length) return
  const target = { Bucket: bucket, ExpectedBucketOwner: session.account }
  const change = { action: 'delete', resource: 'bucket policy', name: bucket, expect: undefined } as const
  await session.ledger.change(change, async () => {
    const { s3 } = session.clients
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
        `The policy of ${bucket} stays as it is: it has public statements of others, and the bucket refuses every policy that has such.`,
      )
    }
  })
}
