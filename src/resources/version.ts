import {
  AddPermissionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda'
import { isBusy, isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { KNOWN_AFTER } from '../aws/change.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import { explainAwsError } from '../aws/explain.js'
import { EXIT, GenatoError, messageOf } from '../lib/errors.js'
import { overtaken } from './overtaken.js'
import { functionArn, isReplicated, observeFunction, sameFunction, type FunctionSeen } from './function.js'

export interface Version {
  arn: string
  number: number
  codeSha256: string
  /** The content digest of its package, as its description tells. */
  digest: string | undefined
  runtime: string
  memory: number
  timeout: number
  role: string
  /** The unique id of that role, as its description tells. */
  roleId: string | undefined
  handler: string
}

const DESCRIPTION = /^package ([0-9a-f]{64})(?: role (\w+))?$/

/** The published versions, oldest first. IAM: lambda:ListVersionsByFunction. */
export async function listVersions(session: Session, name: string): Promise<Version[]> {
  const versions: Version[] = []
  for (let Marker: string | undefined; ;) {
    const page = await orAbsent(
      session.clients.lambda.send(
        new ListVersionsByFunctionCommand({ FunctionName: name, ...(Marker ? { Marker } : {}) }),
      ),
      'ResourceNotFoundException',
    )
    for (const one of page?.Versions ?? []) {
      if (!/^\d+$/.test(one.Version ?? '')) continue
      versions.push({
        arn: one.FunctionArn ?? '',
        number: Number(one.Version),
        codeSha256: one.CodeSha256 ?? '',
        digest: DESCRIPTION.exec(one.Description ?? '')?.[1],
        roleId: DESCRIPTION.exec(one.Description ?? '')?.[2],
        runtime: one.Runtime ?? '',
        memory: one.MemorySize ?? 0,
        timeout: one.Timeout ?? 0,
        role: one.Role ?? '',
        handler: one.Handler ?? '',
      })
    }
    Marker = page?.NextMarker
    if (!Marker) return versions.sort((a, b) => a.number - b.number)
  }
}

/** Whether a version is what would be published now. */
function isPublished(version: Version, latest: FunctionSeen): boolean {
  // Lambda's grant is bound to the role's id, not to its ARN.
  if (version.roleId !== undefined && latest.roleId !== undefined && version.roleId !== latest.roleId)
    return false
  return (['codeSha256', 'runtime', 'memory', 'timeout', 'role', 'handler'] as const).every(
    (key) => version[key] === latest[key],
  )
}

export interface PublishedVersion {
  arn: string
  number: number
  /** By this run. */
  published: boolean
  /** How many there are besides it. */
  older: number
  /** The digest of the package of the newest version before this run, if genato published it. */
  digestBefore: string | undefined
}

/**
 * The newest version if it is what the function is now, else one that is published.
 * @param digest of the package's content.
 * @throws GenatoError OVERTAKEN when somebody changed the function meanwhile.
 */
export async function ensureVersion(
  session: Session,
  { name, latest, digest }: { name: string; latest: FunctionSeen; digest: string },
): Promise<PublishedVersion> {
  const versions = await listVersions(session, name)
  const newest = versions.at(-1)
  const digestBefore = newest?.digest
  if (newest && isPublished(newest, latest)) {
    session.ledger.seen('version', `${name}:${newest.number}`)
    return {
      arn: newest.arn,
      number: newest.number,
      published: false,
      older: versions.length - 1,
      digestBefore,
    }
  }
  const made = { published: true, older: versions.length, digestBefore }
  const expect = {
    ...made,
    arn: `${functionArn(session.account, name)}:${KNOWN_AFTER}`,
    number: Infinity,
  }
  const version = await session.ledger.change(
    { action: 'publish', resource: 'version', name, expect, named: ({ number }) => `${name}:${number}` },
    async () => {
      try {
        return { ...made, ...(await publish(session, name, latest, digest)) }
      } catch (error) {
        if (!isOvertaken(error)) throw error
        // The answer to an attempt before this one may have been lost.
        const there = (await listVersions(session, name)).at(-1)
        if (there && there.number > (newest?.number ?? 0) && isPublished(there, latest))
          return { ...made, arn: there.arn, number: there.number }
        throw overtaken(name, error)
      }
    },
  )
  if (version.arn.endsWith(KNOWN_AFTER)) return version
  await active(session, version)
  return version
}

/**
 * Bound to the revision that this run has seen. Lambda may give a function another revision by itself after it
 * became active: where nothing else differs, the new one is taken.
 */
async function publish(session: Session, name: string, latest: FunctionSeen, digest: string) {
  const { roleId, codeSha256 } = latest
  let { revision } = latest
  return retryWhile(
    session,
    { passing: (error) => isBusy(error) || isRevised(error), timeout: 120_000, pauses: [1_000, 5_000] },
    async () => {
      try {
        const { FunctionArn = '', Version = '' } = await session.clients.lambda.send(
          new PublishVersionCommand({
            FunctionName: name,
            Description: `package ${digest}${roleId ? ` role ${roleId}` : ''}`,
            CodeSha256: codeSha256,
            ...(revision ? { RevisionId: revision } : {}),
          }),
        )
        return { arn: FunctionArn, number: Number(Version) }
      } catch (error) {
        if (!isNamed(error, 'PreconditionFailedException')) throw error
        const now = await observeFunction(session, name)
        if (!now || now.revision === revision || !sameFunction(now, latest)) throw error
        ;({ revision } = now)
        throw new Revised(error)
      }
    },
  )
}

/** The same function under another revision. */
class Revised extends Error {
  constructor(cause: unknown) {
    super('The function has another revision.', { cause })
    this.name = 'PreconditionFailedException'
  }
}

function isRevised(error: unknown): boolean {
  return error instanceof Revised
}

function isOvertaken(error: unknown): boolean {
  return (
    isNamed(error, 'PreconditionFailedException') ||
    (isNamed(error, 'InvalidParameterValueException') &&
      error instanceof Error &&
      /CodeSHA256/i.test(error.message))
  )
}

async function active(session: Session, { arn, number }: PublishedVersion): Promise<void> {
  const name = arn.split(':')[6] ?? ''
  await waitFor(session, {
    title: `version ${number} to be active`,
    usual: 'some seconds',
    timeout: 300_000,
    pauses: [1_000, 5_000],
    look: async () => {
      const { State = 'Active', StateReason } = await session.clients.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: String(number) }),
      )
      if (State === 'Failed')
        throw new GenatoError(
          'FUNCTION_FAILED',
          `Lambda could not make version ${number} active: ${StateReason}`,
        )
      return State === 'Pending' ? undefined : true
    },
    late: () =>
      new GenatoError('TOO_LATE', `Version ${number} is still not active.`, {
        hint: 'Run the same command again: it goes on from there.',
        exitCode: EXIT.failed,
      }),
  })
}

const STATEMENT = 'genato-edge'

/**
 * Looks whether Lambda@Edge may invoke a version. CloudFront grants itself what it needs: if this can't be done,
 * the service works all the same, so that is a warning.
 * @returns what adds the statement where it is missing. CloudFront writes a statement of its own into the same
 *   policy when it associates the version, and Lambda loses statements of parallel writes: run it after that.
 * IAM: lambda:GetPolicy, lambda:AddPermission.
 */
export async function preparePermission(
  session: Session,
  name: string,
  number: number,
): Promise<() => Promise<void>> {
  const qualifier = { FunctionName: name, Qualifier: String(number) }
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
      ? await orAbsent(
          session.clients.lambda.send(new GetPolicyCommand(qualifier)),
          'ResourceNotFoundException',
        )
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
    forgive: (error: unknown) => (isStatementThere(error) ? 'is there already' : undefined),
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
          session.clients.lambda.send(command),
        )
      })
      .catch(warn)
}

function isStatementThere(error: unknown): boolean {
  return isNamed(error, 'ResourceConflictException') && !isBusy(error)
}

/** Deletes versions; one that is still replicated stays for a later run. */
export async function pruneVersions(
  session: Session,
  name: string,
  numbers: readonly number[],
): Promise<void> {
  for (const number of numbers) {
    await session.ledger.change(
      {
        action: 'delete',
        resource: 'version',
        name: `${name}:${number}`,
        expect: undefined,
        forgive: (error) =>
          isReplicated(error) ? 'not yet: replicas of it are left, and a later deploy deletes it' : undefined,
      },
      async () => {
        await orAbsent(
          session.clients.lambda.send(
            new DeleteFunctionCommand({ FunctionName: name, Qualifier: String(number) }),
          ),
          'ResourceNotFoundException',
        )
      },
    )
  }
}
