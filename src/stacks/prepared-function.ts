import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { CODE_TAGS } from '../resources/function-code.js'
import { findFunction, observeFunction, type FunctionSeen } from '../resources/function-seen.js'
import { tagFunction } from '../resources/function-update.js'
import { ensureFunction } from '../resources/function.js'
import { prepareLogGroups } from '../resources/log-group.js'
import type { Claim } from '../resources/ownership.js'
import { prepareRole, type RoleSeen } from '../resources/role.js'
import { otherRuntime, runtimeOf, runtimeTags } from '../resources/runtime.js'
import { ensureVersion, type PublishedVersion } from '../resources/version.js'
import type { StackDescription, StackFunction } from './description.js'
import type { PreparedPackage } from './prepared-package.js'

/** A function that was looked at. Nothing is written yet. */
export interface PreparedFunction {
  described: StackFunction
  ensureRole(): Promise<void>
  /** Creates or updates the function and its log groups. Needs the role. */
  ensure(): Promise<void>
  /** Publishes a version, unless the newest one is the same. */
  publish(): Promise<DeployedFunction>
  /**
   * Deploys the function again with another runtime, after CloudFront refused the one that it has.
   * @throws the error, if it isn't about the runtime; GenatoError RUNTIME_REFUSED
   */
  replaceRuntime(error: unknown): Promise<DeployedFunction>
}

/** A function as this run left it. */
export interface DeployedFunction {
  described: StackFunction
  version: PublishedVersion
  digest: string
  /** Part of the keys of the images that it stores. */
  generation: string
  /** Changes with what CloudFront may cache of its responses. */
  cached: string
}

/**
 * Looks at a function, its role and its log groups, and refuses what belongs to others.
 * @throws GenatoError NOT_OURS
 */
export async function prepareFunction(
  session: Session,
  stack: StackDescription,
  { described, code, claim }: { described: StackFunction; code: PreparedPackage; claim: Claim },
): Promise<PreparedFunction> {
  const [prepared, found, groups] = await together([
    prepareRole(session, { ...described.role, ...claim }),
    findFunction(session, described, claim),
    together(
      described.logGroups
        .filter(({ created }) => created)
        .map(async ({ name, regions }) =>
          prepareLogGroups(session, {
            stack: stack.name,
            name,
            regions,
            retentionDays: stack.settings.logs.retentionDays,
          }),
        ),
    ),
  ])
  let role: Pick<RoleSeen, 'arn' | 'id'> | undefined
  let runtime = runtimeOf(described.runtime, found?.tags)
  let latest: FunctionSeen | undefined

  const ensure = async (seen: FunctionSeen | undefined) => {
    if (role === undefined) throw new Error(`${described.name} is ensured before its role.`)
    latest = await ensureFunction(
      session,
      {
        ...claim,
        ...described.fixed,
        role: role.arn,
        roleId: role.id,
        runtime,
        tags: runtimeTags(described.runtime, runtime),
        digest: await code.digest,
        load: code.load,
        zip: code.upload,
      },
      seen,
    )
  }
  const chooseOtherRuntime = (error: unknown) => {
    const other = otherRuntime(error, runtime, described.runtime)
    session.reporter.warn(
      `AWS does not run ${runtime} at the edge yet: the function gets ${other}. Set generate.runtime to choose another.`,
    )
    runtime = other
  }
  const publish = async (): Promise<DeployedFunction> => {
    if (latest === undefined) throw new Error(`${described.name} is published before it is ensured.`)
    const digest = await code.digest
    const version = await ensureVersion(session, { place: described, latest, digest })
    const { [CODE_TAGS.generation]: generation = '', [CODE_TAGS.cached]: cached = '' } = latest.tags
    return { described, version, digest, generation, cached }
  }

  return {
    described,
    async ensureRole() {
      role = await prepared()
    },
    async ensure() {
      await together([
        ensure(found).catch(async (error: unknown) => {
          chooseOtherRuntime(error)
          await ensure(found)
        }),
        ...groups.map(async (create) => create()),
      ])
    },
    publish,
    async replaceRuntime(error) {
      chooseOtherRuntime(error)
      // Written first: if this run is killed now, the next one continues with this runtime.
      await tagFunction(session, described, runtimeTags(described.runtime, runtime))
      await ensure(await observeFunction(session, described))
      return publish()
    },
  }
}
