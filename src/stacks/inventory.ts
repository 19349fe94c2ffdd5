import { EDGE_REGIONS } from '../aws/regions.js'
import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { messageOf } from '../lib/errors.js'
import { HOME_REGION } from '../lib/home-region.js'
import { directLogGroup, distributionLogGroup, edgeLogGroup } from '../config/names.js'
import { observeAccessControl } from '../resources/access-control.js'
import { isCutOff, observeBucket, type BucketSeen } from '../resources/bucket-seen.js'
import { observeDistribution, type DistributionSeen } from '../resources/distribution-seen.js'
import { findDistribution } from '../resources/find-distribution.js'
import { DISTRIBUTION_TAG, observeFunction, type FunctionSeen } from '../resources/function-seen.js'
import { observeLogGroup, type LogGroup } from '../resources/log-group.js'
import { ownerOf } from '../resources/ownership.js'
import { observeRole, type RoleSeen } from '../resources/role.js'
import { INLINE_POLICY, searchOf, type Target } from './target.js'

/** What there is of a stack. What belongs to others is left out, and told. */
export interface Inventory {
  images: BucketSeen | undefined
  packages: BucketSeen | undefined
  role: RoleSeen | undefined
  function: FunctionSeen | undefined
  distribution: DistributionSeen | undefined
  /** Its id. */
  accessControl: string | undefined
  /** Of things that have the stack's names and are somebody else's. */
  strangers: string[]
}

export async function takeInventory(session: Session, target: Target): Promise<Inventory> {
  const [images, packages, role, fn, accessControl, distribution] = await together([
    observeBucket(session, target.images),
    observeBucket(session, target.packages),
    observeRole(session, target.role, INLINE_POLICY),
    observeFunction(session, target.function),
    observeAccessControl(session, target.accessControl),
    observeTheDistribution(session, target),
  ])
  const strangers: string[] = []
  const own = <T extends { tags: Record<string, string> }>(
    what: string,
    seen: T | undefined,
  ): T | undefined => {
    if (!seen || ownerOf(seen.tags, target.stack) === 'ours') return seen
    strangers.push(what)
    return undefined
  }
  const ownBucket = async (name: string, seen: BucketSeen | undefined) =>
    seen && (await isCutOff(session, { name, stack: target.stack }, seen))
      ? seen
      : own(`bucket ${name}`, seen)
  return {
    images: await ownBucket(target.images, images),
    packages: await ownBucket(target.packages, packages),
    role: own(`role ${target.role}`, role),
    function: own(`function ${target.function.name}`, fn),
    distribution: own(`distribution ${distribution?.id}`, distribution),
    accessControl:
      accessControl?.description === `genato:stack=${target.stack}` ? accessControl.id : undefined,
    strangers,
  }
}

async function observeTheDistribution(
  session: Session,
  target: Target,
): Promise<DistributionSeen | undefined> {
  const found = await findDistribution(session, searchOf(target), { anyBucket: false })
  return found && observeDistribution(session, found)
}

/**
 * The log groups that the stack left, in every region. A region that can't be looked at is told.
 * @param distribution whose refused answers CloudFront logged; known from the function's tag once it is gone.
 */
export async function findLogGroups(
  session: Session,
  { stack }: Target,
  { distribution, function: fn }: Pick<Inventory, 'distribution' | 'function'>,
): Promise<LogGroup[]> {
  const id = distribution?.id ?? fn?.tags[DISTRIBUTION_TAG]
  const names = [edgeLogGroup(stack), ...(id ? [distributionLogGroup(id)] : [])]
  const groups = await Promise.all(
    EDGE_REGIONS.map(async (region) => {
      try {
        const here = region === HOME_REGION ? [...names, directLogGroup(stack)] : names
        return await Promise.all(here.map(async (name) => observeLogGroup(session, region, name)))
      } catch (error) {
        session.signal.throwIfAborted()
        session.reporter.warn(
          `Logs in ${region} can't be looked at, and stay if there are any: ${messageOf(error)}`,
        )
        return []
      }
    }),
  )
  return groups.flat().filter((group) => group !== undefined)
}
