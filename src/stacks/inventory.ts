import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { messageOf } from '../lib/errors.js'
import { isOfStack, observeAccessControl, type AccessControlSeen } from '../resources/access-control.js'
import { isCutOff, observeBucket, type BucketSeen } from '../resources/bucket-seen.js'
import { observeDistribution, type DistributionSeen } from '../resources/distribution-seen.js'
import { findDistribution } from '../resources/find-distribution.js'
import { DISTRIBUTION_TAG, observeFunction, type FunctionSeen } from '../resources/function-seen.js'
import { observeLogGroup, type LogGroup } from '../resources/log-group.js'
import { ownerOf } from '../resources/ownership.js'
import { observeRole, type RoleSeen } from '../resources/role.js'
import type { Tags } from '../resources/tags.js'
import {
  logGroupsOf,
  searchOf,
  type StackAccessControl,
  type StackBucket,
  type StackDescription,
  type StackFunction,
} from './description.js'

/** A described resource, and what AWS has of it. `undefined`: it doesn't exist, or it belongs to others. */
interface Observed<Described, Seen> {
  described: Described
  seen: Seen | undefined
}

export interface ObservedFunction extends Observed<StackFunction, FunctionSeen> {
  role: RoleSeen | undefined
}

/** The resources of a stack that exist. */
export interface Inventory {
  buckets: readonly Observed<StackBucket, BucketSeen>[]
  functions: readonly ObservedFunction[]
  accessControls: readonly Observed<StackAccessControl, AccessControlSeen>[]
  distribution: DistributionSeen | undefined
  /** Resources that have the stack's names and belong to others. */
  notManaged: string[]
}

/** @throws GenatoError TWO_DISTRIBUTIONS, OTHER_BUCKET, BUCKET_TAKEN, BUCKET_UNCLEAR */
export async function takeInventory(session: Session, stack: StackDescription): Promise<Inventory> {
  const notManaged: string[] = []
  const own = <T extends { tags: Tags }>(what: string, seen: T | undefined): T | undefined => {
    if (!seen || ownerOf(seen.tags, stack.name) === 'ours') return seen
    notManaged.push(what)
    return undefined
  }
  const [buckets, functions, accessControls, distribution] = await together([
    together(
      stack.buckets.map(async (described) => ({
        described,
        seen: await observeBucket(session, described.name),
      })),
    ),
    together(
      stack.functions.map(async (described) => {
        const { name, inline } = described.role
        const [seen, role] = await together([
          observeFunction(session, described),
          observeRole(session, name, inline.name),
        ])
        return { described, seen, role }
      }),
    ),
    together(
      stack.accessControls.map(async (described) => ({
        described,
        seen: await observeAccessControl(session, described.name),
      })),
    ),
    observeTheDistribution(session, stack),
  ])
  const ownBuckets: Inventory['buckets'][number][] = []
  for (const { described, seen } of buckets) {
    const { name } = described
    const cutOff = seen !== undefined && (await isCutOff(session, { name, stack: stack.name }, seen))
    ownBuckets.push({ described, seen: cutOff ? seen : own(`bucket ${name}`, seen) })
  }
  return {
    buckets: ownBuckets,
    functions: functions.map(({ described, seen, role }) => ({
      described,
      role: own(`role ${described.role.name}`, role),
      seen: own(`function ${described.name}`, seen),
    })),
    accessControls: accessControls.map(({ described, seen }) => ({
      described,
      seen: seen && isOfStack(seen, stack.name) ? seen : undefined,
    })),
    distribution: own(`distribution ${distribution?.id}`, distribution),
    notManaged,
  }
}

async function observeTheDistribution(
  session: Session,
  stack: StackDescription,
): Promise<DistributionSeen | undefined> {
  const found = await findDistribution(session, searchOf(stack), { anyBucket: false })
  return found && observeDistribution(session, found)
}

/** One resource of a stack, in the words of the commands. */
export interface Part {
  kind: 'bucket' | 'role' | 'function' | 'access control' | 'distribution'
  /** As `status` and `cleanup` call it. */
  label: string
  /** Its name on AWS. */
  name: string
  exists: boolean
  /** Whether a deployed stack has it. */
  needed: boolean
}

/** Everything that the stack consists of, except log groups. Each comes after what it needs. */
export function partsOf({ buckets, functions, accessControls, distribution }: Inventory): Part[] {
  return [
    ...buckets.map(({ described: { name, holds }, seen }) => part('bucket', name, seen, `${holds} bucket`)),
    ...functions.map(({ described, role }) => part('role', described.role.name, role)),
    ...functions.map(({ described, seen }) => part('function', described.name, seen)),
    ...accessControls.map(({ described: { name, wanted }, seen }) => ({
      ...part('access control', name, seen),
      needed: wanted,
    })),
    part('distribution', distribution?.id ?? '', distribution),
  ]
}

function part(kind: Part['kind'], name: string, seen: object | undefined, label: string = kind): Part {
  return { kind, label, name, exists: seen !== undefined, needed: true }
}

export function bucketSeen({ buckets }: Inventory, holds: StackBucket['holds']): BucketSeen | undefined {
  return buckets.find(({ described }) => described.holds === holds)?.seen
}

export function functionSeen(
  { functions }: Inventory,
  part: StackFunction['part'],
): ObservedFunction | undefined {
  return functions.find(({ described }) => described.part === part)
}

/**
 * Finds the stack's log groups in every region. A region that can't be read gets a warning.
 * CloudFront's own log group is named for the distribution, whose id the function's tag keeps once it is gone.
 */
export async function findLogGroups(
  session: Session,
  stack: StackDescription,
  { distribution, functions }: Pick<Inventory, 'distribution' | 'functions'>,
): Promise<LogGroup[]> {
  const tagged = functions.flatMap(({ seen }) => seen?.tags[DISTRIBUTION_TAG] ?? [])
  const [id] = distribution ? [distribution.id] : tagged
  const places = logGroupsOf(stack, id)
  const regions = [...new Set(places.flatMap((place) => place.regions))]
  const groups = await Promise.all(
    regions.map(async (region) => {
      try {
        const here = places.filter((place) => place.regions.includes(region))
        return await Promise.all(here.map(async ({ name }) => observeLogGroup(session, region, name)))
      } catch (error) {
        session.signal.throwIfAborted()
        session.reporter.warn(
          `Log groups in ${region} can't be read, and are not deleted: ${messageOf(error)}`,
        )
        return []
      }
    }),
  )
  return groups.flat().filter((group) => group !== undefined)
}
