import { AddPermissionCommand, GetPolicyCommand } from '@aws-sdk/client-lambda'
import { KNOWN_AFTER } from '../aws/change.js'
import { isBusy, isNamed, orAbsent } from '../aws/errors.js'
import { explainAwsError } from '../aws/explain.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { messageOf } from '../lib/errors.js'
import type { FunctionPlace } from './function-wanted.js'

const STATEMENT = 'genato-edge'

/**
 * Looks whether Lambda@Edge may invoke a version. CloudFront grants itself what it needs, so a failure is only a
 * warning.
 * @returns a function that adds the statement if it is missing. CloudFront writes its own statement into the same
 *   policy when it associates the version, and Lambda loses statements of parallel writes: call it after that.
 */
export async function prepareEdgePermission(
  session: Session,
  { region, name }: FunctionPlace,
  number: number,
): Promise<() => Promise<void>> {
  const { lambda } = session.clients.in(region)
  const qualifier = { FunctionName: name, Qualifier: String(number) }
  // A dry run's version has no number.
  const known = Number.isFinite(number)
  const label = `${name}:${known ? number : KNOWN_AFTER}`
  session.ledger.seen('permission', label)
  const warn = (error: unknown) => {
    session.signal.throwIfAborted()
    session.reporter.warn(
      `The invoke permission of version ${number} could not be added (${messageOf(explainAwsError(error))}). CloudFront grants itself what it needs, so the service works without it.`,
    )
  }
  try {
    const found = known
      ? await orAbsent(lambda.send(new GetPolicyCommand(qualifier)), 'ResourceNotFoundException')
      : undefined
    const { Statement = [] } = JSON.parse(found?.Policy ?? '{}') as { Statement?: { Sid?: string }[] }
    if (Statement.some(({ Sid }) => Sid === STATEMENT)) return async () => undefined
  } catch (error) {
    warn(error)
    return async () => undefined
  }
  const change = {
    action: 'create',
    resource: 'permission',
    name: label,
    expect: undefined,
    forgive: (error: unknown) => (isStatementThere(error) ? 'exists already' : undefined),
  } as const
  const command = new AddPermissionCommand({
    ...qualifier,
    StatementId: STATEMENT,
    Principal: 'edgelambda.amazonaws.com',
    Action: 'lambda:InvokeFunction',
    SourceAccount: session.account,
  })
  return async () =>
    session.ledger
      .change(change, async () => {
        await retryWhile(session, { passing: isBusy, timeout: 60_000, pauses: [1_000, 5_000] }, async () =>
          lambda.send(command),
        )
      })
      .catch(warn)
}

function isStatementThere(error: unknown): boolean {
  return isNamed(error, 'ResourceConflictException') && !isBusy(error)
}
