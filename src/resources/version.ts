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
import { EXIT, GenatoError } from '../errors.js'
import { overtaken } from './overtaken.js'
import { functionArn, isReplicated, type FunctionSeen } from './function.js'

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
  handler: string
}

const DESCRIPTION = /^package ([0-9a-f]{64})$/

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
  if (newest && isPublished(newest, latest)) {
    session.ledger.seen('version', `${name}:${newest.number}`)
    return { arn: newest.arn, number: newest.number, published: false, older: versions.length - 1 }
  }
  const made = { published: true, older: versions.length }
  const expect = {
    ...made,
    arn: `${functionArn(session.account, name)}:${KNOWN_AFTER}`,
    number: Infinity,
  }
  const version = await session.ledger.change(
    { action: 'publish', resource: 'version', name, expect },
    async () => {
      try {
        const { FunctionArn = '', Version = '' } = await retryWhile(
          session,
          { passing: isBusy, timeout: 120_000, pauses: [1_000, 5_000] },
          async () =>
            session.clients.lambda.send(
              new PublishVersionCommand({
                FunctionName: name,
                Description: `package ${digest}`,
                CodeSha256: latest.codeSha256,
                ...(latest.revision ? { RevisionId: latest.revision } : {}),
              }),
            ),
        )
        return { ...made, arn: FunctionArn, number: Number(Version) }
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
 * Lets Lambda@Edge invoke a version. CloudFront grants itself what it needs: if this can't be done, the
 * service works all the same, so that is a warning.
 * IAM: lambda:GetPolicy, lambda:AddPermission.
 */
export async function ensurePermission(session: Session, name: string, number: number): Promise<void> {
  const qualifier = { FunctionName: name, Qualifier: String(number) }
  const known = Number.isFinite(number)
  const label = `${name}:${known ? number : KNOWN_AFTER}`
  session.ledger.seen('permission', label)
  try {
    const found = known
      ? await orAbsent(
          session.clients.lambda.send(new GetPolicyCommand(qualifier)),
          'ResourceNotFoundException',
        )
      : undefined
    const { Statement = [] } = JSON.parse(found?.Policy ?? '{}') as { Statement?: { Sid?: string }[] }
    if (Statement.some(({ Sid }) => Sid === STATEMENT)) return
    await session.ledger.change(
      {
        action: 'create',
        resource: 'permission',
        name: label,
        expect: undefined,
      },
      async () => {
        await session.clients.lambda
          .send(
            new AddPermissionCommand({
              ...qualifier,
              StatementId: STATEMENT,
              Principal: 'edgelambda.amazonaws.com',
              Action: 'lambda:InvokeFunction',
              SourceAccount: session.account,
            }),
          )
          .catch((error: unknown) => {
            if (!isNamed(error, 'ResourceConflictException')) throw error
          })
      },
    )
  } catch (error) {
    session.signal.throwIfAborted()
    session.reporter.warn(
      `The invoke permission of version ${number} could not be added (${error instanceof Error ? error.message : String(error)}). CloudFront grants itself what it needs, so the service works without it.`,
    )
  }
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
