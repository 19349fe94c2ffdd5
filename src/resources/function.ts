import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  ListVersionsByFunctionCommand,
  TagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type FunctionConfiguration,
} from '@aws-sdk/client-lambda'
import { isBusy, isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { STACK_TAG } from '../config/names.js'
import { untilFetched } from './bucket-call.js'
import { overtaken } from './overtaken.js'
import { refuseOthers, type Claim } from './ownership.js'
import { missingTags, type Tags } from './tags.js'

/** What a later run has to know of the code that is there, written after the code. */
export const CODE_TAGS = {
  /** The package's content digest. */
  digest: 'genato:package',
  /** `CodeSha256` of the zip that it came in. */
  sha256: 'genato:code',
  /** Part of the keys of what it makes. */
  generation: 'genato:generation',
  /** Changes with what CloudFront may keep of its answers. */
  cached: 'genato:cached',
} as const

/** Written before the distribution is deleted, to find its logs afterwards. */
export const DISTRIBUTION_TAG = 'genato:distribution'

interface CodeIdentity {
  digest: string
  generation: string
  cached: string
}

export interface FunctionSettings {
  role: string
  /** The role's unique id: another role may have the same ARN. `undefined`: not known. */
  roleId: string | undefined
  runtime: string
  memory: number
  timeout: number
}

export interface FunctionWanted extends Claim, FunctionSettings {
  name: string
  /** As `findFunction` saw it. */
  found: FunctionSeen | undefined
  /** Tags beside those of the stack and the code. */
  tags: Tags
  /** The package's content digest. */
  digest: string
  /** Loads the package: only asked for when the code that is there is another. */
  load: () => Promise<Omit<CodeIdentity, 'digest'>>
  /** Where the zip is, and its `CodeSha256`: only asked for when the code has to be written. */
  zip: () => Promise<{ bucket: string; key: string; codeSha256: string }>
}

export interface FunctionSeen extends FunctionSettings {
  arn: string
  codeSha256: string
  handler: string
  tags: Tags
  state: string
  /** Lambda could not make it, or could not carry out the last update. */
  failed: 'creation' | 'update' | undefined
  updating: boolean
  /** Why it is as it is, if AWS says so. */
  reason: string | undefined
  revision: string | undefined
}

const HANDLER = 'index.handler'
/** How long Lambda may take to make a function or an update of it active. */
const ACTIVE = { timeout: 300_000, pauses: [1_000, 5_000] as [number, number] }

/** IAM: lambda:GetFunction. */
export async function observeFunction(session: Session, name: string): Promise<FunctionSeen | undefined> {
  const found = await orAbsent(
    session.clients.lambda.send(new GetFunctionCommand({ FunctionName: name })),
    'ResourceNotFoundException',
  )
  // Without them nobody knows whose it is.
  if (found?.TagsError)
    throw new GenatoError(
      'TAGS_UNREADABLE',
      `Lambda can't tell the tags of the function ${name}: ${found.TagsError.ErrorCode}: ${found.TagsError.Message}`,
      {
        hint: 'Allow lambda:ListTags (genato permissions prints the policy), then run the same command again.',
      },
    )
  return found?.Configuration && readFunction(found.Configuration, found.Tags ?? {})
}

/** @throws GenatoError NOT_OURS */
export async function findFunction(
  session: Session,
  name: string,
  claim: Claim,
): Promise<FunctionSeen | undefined> {
  const found = await observeFunction(session, name)
  if (found) refuseOthers(`function ${name}`, found.tags, claim)
  return found
}

function readFunction(configuration: FunctionConfiguration, tags: Tags): FunctionSeen {
  const {
    FunctionArn = '',
    CodeSha256 = '',
    Handler = '',
    Role = '',
    Runtime = '',
    MemorySize = 0,
    Timeout = 0,
    State = 'Active',
    LastUpdateStatus = 'Successful',
    StateReason,
    LastUpdateStatusReason,
    RevisionId,
    Description = '',
  } = configuration
  return {
    arn: FunctionArn,
    codeSha256: CodeSha256,
    handler: Handler,
    role: Role,
    roleId: /, role (\w+)$/.exec(Description)?.[1],
    runtime: Runtime,
    memory: MemorySize,
    timeout: Timeout,
    tags,
    state: State,
    failed: State === 'Failed' ? 'creation' : LastUpdateStatus === 'Failed' ? 'update' : undefined,
    updating: LastUpdateStatus === 'InProgress',
    reason: StateReason ?? LastUpdateStatusReason,
    revision: RevisionId,
  }
}

/** What of the settings differs from what is there. */
export function functionDrift(seen: FunctionSeen, wanted: FunctionSettings): string[] {
  const differing = (['role', 'runtime', 'memory', 'timeout'] as const).filter(
    (key) => seen[key] !== wanted[key],
  )
  return [
    ...differing,
    ...(seen.handler === HANDLER ? [] : ['handler']),
    ...(isOtherRole(seen, wanted) && !differing.includes('role') ? ['role'] : []),
  ]
}

/** A role that was deleted and made again has the same ARN, and Lambda's grant is still the old one's. */
function isOtherRole(seen: FunctionSettings, wanted: FunctionSettings): boolean {
  return seen.roleId !== undefined && wanted.roleId !== undefined && seen.roleId !== wanted.roleId
}

/** Whether code and settings are the same. */
export function sameFunction(one: FunctionSeen, other: FunctionSeen): boolean {
  return one.codeSha256 === other.codeSha256 && functionDrift(one, other).length === 0
}

function descriptionOf({ stack, roleId }: Pick<FunctionWanted, 'stack' | 'roleId'>): string {
  return `Makes images on demand: genato, stack ${stack}${roleId ? `, role ${roleId}` : ''}`
}

/** What the code there is, as its tags tell it; else as it tells itself. */
async function identify(found: FunctionSeen | undefined, wanted: FunctionWanted): Promise<CodeIdentity> {
  const { digest } = wanted
  const { [CODE_TAGS.generation]: generation, [CODE_TAGS.cached]: cached } = found?.tags ?? {}
  if (found && hasCode(found, digest) && generation !== undefined && cached !== undefined)
    return { digest, generation, cached }
  return { digest, ...(await wanted.load()) }
}

/** Whether the code there is what was written last, and that has this digest. */
function hasCode({ tags, codeSha256 }: FunctionSeen, digest: string): boolean {
  return tags[CODE_TAGS.digest] === digest && tags[CODE_TAGS.sha256] === codeSha256
}

/**
 * Creates the function, or makes configuration and code as they have to be, each on its own, waiting in
 * between as Lambda demands.
 * @throws GenatoError NOT_OURS, FUNCTION_FAILED, ROLE_UNUSABLE
 */
export async function ensureFunction(session: Session, wanted: FunctionWanted): Promise<FunctionSeen> {
  const { name } = wanted
  session.ledger.seen('function', name)
  const found = await withoutFailedCreation(session, wanted)
  const code = await identify(found, wanted)
  const seen = found ?? (await create(session, wanted, code))
  if (!found && seen.state === 'planned') return seen
  if (!found || !seen.failed) await settled(session, name, seen)
  const configured = await syncConfiguration(session, seen, wanted)
  const coded = await syncCode(session, configured, wanted, code)
  if (session.ledger.dryRun || (found && coded === seen)) return coded
  return (await observeFunction(session, name)) ?? coded
}

/**
 * Lambda takes no update of a function that it could not create: such a one is deleted, to be made again. One
 * that has published versions was active once, and a distribution may run them: it is updated instead.
 */
async function withoutFailedCreation(
  session: Session,
  { name, found }: FunctionWanted,
): Promise<FunctionSeen | undefined> {
  if (found?.failed !== 'creation') return found
  const { Versions = [] } = await session.clients.lambda.send(
    new ListVersionsByFunctionCommand({ FunctionName: name }),
  )
  if (Versions.some(({ Version }) => Version !== '$LATEST')) return found
  await session.ledger.change(
    { action: 'delete', resource: 'function', name, aspect: 'it failed to be made', expect: undefined },
    async () => {
      await orAbsent(
        session.clients.lambda.send(new DeleteFunctionCommand({ FunctionName: name })),
        'ResourceNotFoundException',
      )
    },
  )
  return undefined
}

async function create(session: Session, wanted: FunctionWanted, code: CodeIdentity): Promise<FunctionSeen> {
  const { name, stack, role, roleId, runtime, memory, timeout } = wanted
  const { bucket, key, codeSha256 } = await wanted.zip()
  const tags = { [STACK_TAG]: stack, ...wanted.tags, ...codeTags(code, codeSha256) }
  const expect: FunctionSeen = {
    role,
    roleId,
    runtime,
    memory,
    timeout,
    tags,
    codeSha256,
    handler: HANDLER,
    arn: functionArn(session.account, name),
    state: 'planned',
    failed: undefined,
    updating: false,
    reason: undefined,
    revision: undefined,
  }
  const command = new CreateFunctionCommand({
    FunctionName: name,
    Description: descriptionOf(wanted),
    Role: role,
    Runtime: runtime as never,
    Handler: HANDLER,
    MemorySize: memory,
    Timeout: timeout,
    // The only one that Lambda@Edge runs.
    Architectures: ['x86_64'],
    Code: { S3Bucket: bucket, S3Key: key },
    Tags: tags,
  })
  return session.ledger.change({ action: 'create', resource: 'function', name, expect }, async () => {
    try {
      return readFunction(
        await retryWhile(session, UNTIL_ASSUMED, async () =>
          untilFetched(session, bucket, async () => session.clients.lambda.send(command)),
        ),
        tags,
      )
    } catch (error) {
      if (roleNotReady(error)) throw roleUnusable(role, error)
      // Another run, or an attempt of this one whose answer was lost, has made it.
      if (!isNamed(error, 'ResourceConflictException')) throw error
      const there = await observeFunction(session, name)
      if (!there) throw error
      refuseOthers(`function ${name}`, there.tags, wanted)
      return there
    }
  })
}

/** IAM tells Lambda of a new role with a delay; a wrong trust policy says the same for ever. */
const UNTIL_ASSUMED = {
  passing: (error: unknown) => roleNotReady(error) || isBusy(error),
  timeout: 150_000,
  pauses: [2_000, 5_000] as [number, number],
}

function roleNotReady(error: unknown): boolean {
  return (
    isNamed(error, 'InvalidParameterValueException') &&
    error instanceof Error &&
    /cannot be assumed by Lambda|execution role does not have permissions/.test(error.message)
  )
}

function roleUnusable(role: string, cause: unknown): GenatoError {
  return new GenatoError('ROLE_UNUSABLE', `Lambda can't assume the role ${role}.`, {
    hint: 'IAM usually takes seconds to make a new role known: run the same command again in some minutes. If it stays, something changes the trust of the role.',
    cause,
  })
}

export function functionArn(account: string, name: string): string {
  return `arn:aws:lambda:us-east-1:${account}:function:${name}`
}

function codeTags({ digest, generation, cached }: CodeIdentity, sha256: string): Tags {
  return {
    [CODE_TAGS.digest]: digest,
    [CODE_TAGS.sha256]: sha256,
    [CODE_TAGS.generation]: generation,
    [CODE_TAGS.cached]: cached,
  }
}

/** @returns the function as it is then: `seen` itself where nothing was changed. */
async function syncConfiguration(
  session: Session,
  seen: FunctionSeen,
  wanted: FunctionWanted,
): Promise<FunctionSeen> {
  const { name, role, roleId, runtime, memory, timeout } = wanted
  // After a failed update, Lambda takes another.
  const drift = [
    ...functionDrift(seen, wanted),
    ...(seen.failed ? ['it failed'] : []),
    // An earlier version did not note it: made up for together with a change of the code, which publishes anyway.
    ...(seen.roleId === undefined && wanted.roleId !== undefined && !hasCode(seen, wanted.digest)
      ? ['note of its role']
      : []),
  ]
  if (drift.length === 0) return seen
  await update(session, name, drift.join(', '), async () =>
    session.clients.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: name,
        Description: descriptionOf(wanted),
        Role: role,
        Runtime: runtime as never,
        Handler: HANDLER,
        MemorySize: memory,
        Timeout: timeout,
      }),
    ),
  )
  await settled(session, name)
  return { ...seen, role, roleId, runtime, memory, timeout, handler: HANDLER, failed: undefined }
}

async function syncCode(
  session: Session,
  seen: FunctionSeen,
  wanted: FunctionWanted,
  code: CodeIdentity,
): Promise<FunctionSeen> {
  const { name, stack } = wanted
  let { codeSha256 } = seen
  if (!hasCode(seen, code.digest)) {
    const zip = await wanted.zip()
    if (zip.codeSha256 !== codeSha256) {
      await update(session, name, 'code', async () =>
        untilFetched(session, zip.bucket, async () =>
          session.clients.lambda.send(
            new UpdateFunctionCodeCommand({ FunctionName: name, S3Bucket: zip.bucket, S3Key: zip.key }),
          ),
        ),
      )
      ;({ codeSha256 } = zip)
      await settled(session, name)
      const now = await observeFunction(session, name)
      if (now && !session.ledger.dryRun && now.codeSha256 !== codeSha256) throw overtaken(name)
    }
  }
  const tags = { ...seen.tags, ...wanted.tags, [STACK_TAG]: stack, ...codeTags(code, codeSha256) }
  const missing = missingTags(tags, seen.tags)
  if (missing) await tagFunction(session, name, missing)
  return missing || codeSha256 !== seen.codeSha256 ? { ...seen, codeSha256, tags } : seen
}

export async function tagFunction(session: Session, name: string, tags: Tags): Promise<void> {
  await update(session, name, 'tags', async () =>
    session.clients.lambda.send(
      new TagResourceCommand({ Resource: functionArn(session.account, name), Tags: tags }),
    ),
  )
}

async function update(
  session: Session,
  name: string,
  aspect: string,
  run: () => Promise<unknown>,
): Promise<void> {
  await session.ledger.change(
    { action: 'update', resource: 'function', name, aspect, expect: undefined },
    async () => {
      try {
        await retryWhile(session, UNTIL_ASSUMED, run)
      } catch (error) {
        throw roleNotReady(error) ? roleUnusable('of the function', error) : error
      }
    },
  )
}

/** Lambda takes one change at a time. @throws GenatoError FUNCTION_FAILED with Lambda's reason. */
async function settled(session: Session, name: string, known?: FunctionSeen): Promise<void> {
  let seen = known
  await waitFor(session, {
    title: `function ${name} to be active`,
    usual: 'some seconds',
    ...ACTIVE,
    look: async () => {
      const now = seen ?? (await observeFunction(session, name))
      seen = undefined
      if (now?.failed)
        throw new GenatoError(
          'FUNCTION_FAILED',
          `Lambda could not make the function ${name} active: ${now.reason}`,
          { hint: 'Run the same command again once that is mended.' },
        )
      return now && now.state !== 'Pending' && !now.updating ? true : undefined
    },
    late: () =>
      new GenatoError('TOO_LATE', `The function ${name} is still not active.`, {
        hint: 'Run the same command again: it goes on from there.',
      }),
  })
}

const REPLICATED = 'because it is a replicated function'

/** Whether Lambda refuses because replicas at the edge are still there: it removes them itself, in hours. */
export function isReplicated(error: unknown): boolean {
  return error instanceof Error && error.message.includes(REPLICATED)
}

export interface RemoveWait {
  /** In ms. */
  timeout: number
  pauses: [first: number, last: number]
  /** What is known to be left, to be shown. */
  left: () => Promise<string>
  late: () => GenatoError
}

/**
 * Deletes the function with all its versions, as soon as Lambda lets go of the replicas.
 * @throws the error of `wait.late`
 */
export async function removeFunction(session: Session, name: string, wait: RemoveWait): Promise<void> {
  const remove = async (): Promise<true | undefined> => {
    try {
      await orAbsent(
        retryWhile(session, { passing: isBusy, timeout: 120_000, pauses: [1_000, 5_000] }, async () =>
          session.clients.lambda.send(new DeleteFunctionCommand({ FunctionName: name })),
        ),
        'ResourceNotFoundException',
      )
      return true
    } catch (error) {
      if (isReplicated(error)) return undefined
      throw error
    }
  }
  let left = ''
  await session.ledger.change(
    { action: 'delete', resource: 'function', name, expect: undefined },
    async () => {
      await waitFor(session, {
        title: `the replicas of function ${name} to be removed`,
        usual: '15 min to 4 h',
        ...wait,
        look: async () => {
          const gone = await remove()
          if (!gone) left = await wait.left()
          return gone
        },
        detail: () => left,
      })
    },
  )
}
