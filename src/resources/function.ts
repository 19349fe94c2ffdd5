import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { STACK_TAG } from '../config/names.js'
import { fixAspects, type Aspect } from './aspects.js'
import { untilFetched } from './bucket-call.js'
import { codeTags, hasCode, identifyCode, syncCode } from './function-code.js'
import { isRoleNotReady, roleUnusable, UNTIL_ASSUMED } from './function-errors.js'
import { observeFunction, readFunction, type FunctionSeen } from './function-seen.js'
import { settingAspects, settingsInput } from './function-settings.js'
import { untilActive, updateFunction } from './function-update.js'
import { describeFunction, functionArn, type CodeIdentity, type FunctionWanted } from './function-wanted.js'
import { refuseOthers } from './ownership.js'
import { listVersions } from './version.js'

/**
 * Creates the function, or updates its settings, then its code, then its tags. Lambda takes one change at a time,
 * so each is waited for.
 * @param seen as `findFunction` returned it.
 * @throws GenatoError NOT_OURS, FUNCTION_FAILED, ROLE_UNUSABLE, OVERTAKEN, TOO_LATE
 */
export async function ensureFunction(
  session: Session,
  wanted: FunctionWanted,
  seen: FunctionSeen | undefined,
): Promise<FunctionSeen> {
  session.ledger.seen('function', wanted.name)
  const found = await withoutFailedCreation(session, wanted, seen)
  const code = await identifyCode(found, wanted)
  const made = found ?? (await create(session, wanted, code))
  if (!found && made.state === 'planned') return made
  // Lambda accepts an update after a failed one.
  if (!found || !made.failed) await untilActive(session, wanted, made)
  const configured = await syncSettings(session, made, wanted)
  const coded = await syncCode(session, configured, wanted, code)
  if (session.ledger.dryRun || (found && coded === made)) return coded
  return (await observeFunction(session, wanted)) ?? coded
}

/**
 * Deletes a function that Lambda could not create, because Lambda doesn't update it. If it has published versions,
 * it was active before and a distribution may run them: then it is kept, and updated.
 */
async function withoutFailedCreation(
  session: Session,
  { region, name }: FunctionWanted,
  found: FunctionSeen | undefined,
): Promise<FunctionSeen | undefined> {
  if (found?.failed !== 'creation') return found
  if ((await listVersions(session, { region, name })).length > 0) return found
  await session.ledger.change(
    { action: 'delete', resource: 'function', name, aspect: 'its creation failed', expect: undefined },
    async () => {
      await orAbsent(
        session.clients.in(region).lambda.send(new DeleteFunctionCommand({ FunctionName: name })),
        'ResourceNotFoundException',
      )
    },
  )
  return undefined
}

/** As CreateFunction and UpdateFunctionConfiguration take it. */
function configurationOf(wanted: FunctionWanted) {
  return { Description: describeFunction(wanted), ...settingsInput(wanted) }
}

async function create(session: Session, wanted: FunctionWanted, code: CodeIdentity): Promise<FunctionSeen> {
  const { region, name, stack, role, architecture } = wanted
  const { bucket, key, codeSha256 } = await wanted.zip()
  const tags = { [STACK_TAG]: stack, ...wanted.tags, ...codeTags(code, codeSha256) }
  const command = new CreateFunctionCommand({
    FunctionName: name,
    ...configurationOf(wanted),
    Architectures: [architecture],
    Code: { S3Bucket: bucket, S3Key: key },
    Tags: tags,
  })
  const FunctionArn = functionArn(session.account, wanted)
  const planned = readFunction({ ...configurationOf(wanted), FunctionArn, CodeSha256: codeSha256 }, tags)
  const expect = { ...planned, state: 'planned' }
  return session.ledger.change({ action: 'create', resource: 'function', name, expect }, async () => {
    try {
      const made = await retryWhile(session, UNTIL_ASSUMED, async () =>
        untilFetched(session, bucket, async () => session.clients.in(region).lambda.send(command)),
      )
      return readFunction(made, tags)
    } catch (error) {
      if (isRoleNotReady(error)) throw roleUnusable(role, error)
      // Created by another run, or by an attempt of this one whose response was lost.
      if (!isNamed(error, 'ResourceConflictException')) throw error
      const there = await observeFunction(session, wanted)
      if (!there) throw error
      refuseOthers(`function ${name}`, there.tags, wanted)
      return there
    }
  })
}

const ASPECTS: Aspect<FunctionSeen, FunctionWanted>[] = [
  ...settingAspects<FunctionSeen>(),
  {
    name: 'it failed',
    fix: (seen) => (seen.failed ? { ...seen, failed: undefined } : undefined),
  },
  {
    // An early version of genato did not note it. Added only together with other code, which publishes a version anyway.
    name: 'note of its role',
    fix: (seen, { roleId, digest }) =>
      seen.roleId === undefined && roleId !== undefined && !hasCode(seen, digest)
        ? { ...seen, roleId }
        : undefined,
  },
]

/** @returns the function as it is then: `seen` itself if nothing differed. */
async function syncSettings(
  session: Session,
  seen: FunctionSeen,
  wanted: FunctionWanted,
): Promise<FunctionSeen> {
  const { fixed, differing } = fixAspects(ASPECTS, seen, wanted)
  if (differing.length === 0) return seen
  const command = new UpdateFunctionConfigurationCommand({
    FunctionName: wanted.name,
    ...configurationOf(wanted),
  })
  await updateFunction(session, wanted, differing.join(', '), async () =>
    session.clients.in(wanted.region).lambda.send(command),
  )
  await untilActive(session, wanted)
  // The description was written with all settings.
  return { ...fixed, roleId: wanted.roleId }
}
