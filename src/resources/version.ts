import {
  GetFunctionConfigurationCommand,
  paginateListVersionsByFunction,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda'
import { KNOWN_AFTER } from '../aws/change.js'
import { isBusy, isNamed } from '../aws/errors.js'
import { pagesIfAny } from '../aws/pages.js'
import type { Session } from '../aws/session.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { observeFunction, runsTheSame, type FunctionSeen } from './function-seen.js'
import { readSettings, type FunctionSettings } from './function-settings.js'
import { ACTIVE } from './function-update.js'
import { functionArn, type FunctionPlace } from './function-wanted.js'
import { overtaken } from './ownership.js'

/** A published version. Its settings never change. */
export interface Version extends FunctionSettings {
  arn: string
  number: number
  codeSha256: string
  /** The content digest of its package, from its description. */
  digest: string | undefined
}

const DESCRIPTION = /^package ([0-9a-f]{64})(?: role (\w+))?$/

function describeVersion(digest: string, roleId: string | undefined): string {
  return `package ${digest}${roleId ? ` role ${roleId}` : ''}`
}

/** The published versions, oldest first. */
export async function listVersions(session: Session, { region, name }: FunctionPlace): Promise<Version[]> {
  const versions: Version[] = []
  const pages = paginateListVersionsByFunction(
    { client: session.clients.in(region).lambda },
    { FunctionName: name },
    { abortSignal: session.signal },
  )
  for await (const { Versions = [] } of pagesIfAny(pages, 'ResourceNotFoundException'))
    for (const one of Versions) {
      const { FunctionArn = '', CodeSha256 = '', Description = '' } = one
      const [, digest, roleId] = DESCRIPTION.exec(Description) ?? []
      versions.push({
        ...readSettings(one),
        roleId,
        arn: FunctionArn,
        number: Number(one.Version),
        codeSha256: CodeSha256,
        digest,
      })
    }
  // The first one listed is `$LATEST`, which has no number.
  return versions.filter(({ number }) => !Number.isNaN(number)).sort((a, b) => a.number - b.number)
}

export interface PublishedVersion {
  arn: string
  number: number
  /** By this run. */
  published: boolean
  /** How many there are besides it. */
  older: number
  /** The package digest of the newest version before this run, if genato published it. */
  digestBefore: string | undefined
}

export interface VersionWanted {
  place: FunctionPlace
  /** The function as this run left it. */
  latest: FunctionSeen
  /** Of the package's content. */
  digest: string
}

/**
 * Publishes a version, unless the newest one has the function's code and settings.
 * @throws GenatoError OVERTAKEN if somebody changed the function meanwhile.
 */
export async function ensureVersion(session: Session, wanted: VersionWanted): Promise<PublishedVersion> {
  const { place, latest } = wanted
  const { name } = place
  const versions = await listVersions(session, place)
  const newest = versions.at(-1)
  const digestBefore = newest?.digest
  if (newest && runsTheSame(newest, latest)) {
    const { arn, number } = newest
    session.ledger.seen('version', `${name}:${number}`)
    return { arn, number, published: false, older: versions.length - 1, digestBefore }
  }
  const made = { published: true, older: versions.length, digestBefore }
  const expect = {
    ...made,
    arn: `${functionArn(session.account, place)}:${KNOWN_AFTER}`,
    number: Infinity,
  }
  const version = await session.ledger.change(
    { action: 'publish', resource: 'version', name, expect, named: ({ number }) => `${name}:${number}` },
    async () => {
      try {
        return { ...made, ...(await publish(session, wanted)) }
      } catch (error) {
        if (!isOvertaken(error)) throw error
        // An earlier attempt may have succeeded, and only its response was lost.
        const there = (await listVersions(session, place)).at(-1)
        if (there && there.number > (newest?.number ?? 0) && runsTheSame(there, latest))
          return { ...made, arn: there.arn, number: there.number }
        throw overtaken(name, error)
      }
    },
  )
  if (version.arn.endsWith(KNOWN_AFTER)) return version
  await untilVersionActive(session, place, version.number)
  return version
}

/**
 * Publishes the revision that this run has seen, and no other. Lambda may change the revision by itself after a
 * function became active: if nothing else differs, the new one is published.
 */
async function publish(session: Session, { place, latest, digest }: VersionWanted) {
  const { region, name } = place
  const { roleId, codeSha256 } = latest
  let { revision } = latest
  return retryWhile(
    session,
    {
      passing: (error) => isBusy(error) || error instanceof Revised,
      timeout: 120_000,
      pauses: [1_000, 5_000],
    },
    async () => {
      try {
        const { FunctionArn = '', Version = '' } = await session.clients.in(region).lambda.send(
          new PublishVersionCommand({
            FunctionName: name,
            Description: describeVersion(digest, roleId),
            CodeSha256: codeSha256,
            ...(revision ? { RevisionId: revision } : {}),
          }),
        )
        return { arn: FunctionArn, number: Number(Version) }
      } catch (error) {
        if (!isNamed(error, 'PreconditionFailedException')) throw error
        const now = await observeFunction(session, place)
        if (!now || now.revision === revision || !runsTheSame(now, latest)) throw error
        ;({ revision } = now)
        throw new Revised(error)
      }
    },
  )
}

/** The function is the same, and has another revision. */
class Revised extends Error {
  constructor(cause: unknown) {
    super('The function has another revision.', { cause })
    this.name = 'PreconditionFailedException'
  }
}

function isOvertaken(error: unknown): boolean {
  return (
    isNamed(error, 'PreconditionFailedException') ||
    (isNamed(error, 'InvalidParameterValueException') &&
      error instanceof Error &&
      /CodeSHA256/i.test(error.message))
  )
}

/** @throws GenatoError FUNCTION_FAILED with Lambda's reason, TOO_LATE */
async function untilVersionActive(
  session: Session,
  { region, name }: FunctionPlace,
  number: number,
): Promise<void> {
  await waitFor(session, {
    title: `version ${number} to be active`,
    usual: 'some seconds',
    ...ACTIVE,
    look: async () => {
      const { State = 'Active', StateReason } = await session.clients
        .in(region)
        .lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: String(number) }))
      if (State === 'Failed')
        throw new GenatoError(
          'FUNCTION_FAILED',
          `Lambda could not make version ${number} active: ${StateReason}`,
        )
      return State === 'Pending' ? undefined : true
    },
    late: () =>
      new GenatoError('TOO_LATE', `Version ${number} is still not active.`, {
        hint: 'Run the same command again: it continues from there.',
      }),
  })
}
