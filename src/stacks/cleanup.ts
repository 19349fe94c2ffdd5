import { EDGE_REGIONS } from '../aws/regions.js'
import type { Session } from '../aws/session.js'
import { errorsOf, Several } from '../aws/together.js'
import { EXIT, GenatoError } from '../lib/errors.js'
import { distributionLogGroup } from '../config/names.js'
import { replicasLeft } from '../resources/account.js'
import { removeAccessControl } from '../resources/access-control.js'
import { removeBucketPolicy } from '../resources/bucket-policy.js'
import { disableDistribution, removeDistribution, untilDisabled } from '../resources/distribution-removal.js'
import { removeFunction } from '../resources/function-removal.js'
import { DISTRIBUTION_TAG } from '../resources/function-seen.js'
import { tagFunction } from '../resources/function-update.js'
import type { FunctionPlace } from '../resources/function-wanted.js'
import { byName, removeLogGroups, type LogGroup } from '../resources/log-group.js'
import { removeRole } from '../resources/role-removal.js'
import type { StackBucket, StackDescription } from './description.js'
import { emptyAndRemove } from './empty-bucket.js'
import type { Inventory } from './inventory.js'

export interface CleanupOptions {
  keepImages: boolean
  /** Also deletes files that genato did not make. */
  deleteFiles: boolean
  /** For all waiting together, in ms. 0: no waiting. */
  timeout: number
}

/**
 * Deletes a stack. A failing step does not stop the independent ones.
 * @param groups found beforehand, while the distribution's id is still known.
 * @throws the errors; GenatoError with exit code 3 for a step that only needs more time.
 */
export async function cleanup(
  session: Session,
  stack: StackDescription,
  inventory: Inventory,
  groups: readonly LogGroup[],
  options: CleanupOptions,
): Promise<void> {
  const deadline = session.clock.now() + options.timeout
  const left = () => Math.max(0, deadline - session.clock.now())
  const errors: unknown[] = []
  const attempt = async (step: () => Promise<void>): Promise<boolean> => {
    try {
      await step()
      return true
    } catch (error) {
      session.signal.throwIfAborted()
      errors.push(...errorsOf(error))
      return false
    }
  }
  const removeGroups = async (some: readonly LogGroup[]) =>
    Promise.all(
      byName(some).map(async ([name, regions]) =>
        attempt(async () => removeLogGroups(session, name, regions)),
      ),
    )

  // While the distribution exists, everything behind it must stay.
  const free = await attempt(async () => endDistribution(session, inventory, left))
  if (free) {
    // Nothing writes to these any more. They go before the function, whose tag is the only record of their names.
    await removeGroups(groups.filter(isDistributions))
    const { buckets, functions, accessControls } = inventory
    await Promise.all([
      ...accessControls.map(async ({ described }) =>
        attempt(async () => removeAccessControl(session, described.name, stack.name)),
      ),
      ...buckets
        .filter(({ seen }) => seen)
        .map(async ({ described }) => attempt(async () => endBucket(session, described, options))),
      ...functions
        .filter(({ seen }) => seen)
        .map(async ({ described }) => attempt(async () => endFunction(session, described, left))),
    ])
    // Without its role, a function that still runs can't write logs any more.
    for (const { described, role } of functions)
      if (role) await attempt(async () => removeRole(session, described.role.name))
    await removeGroups(groups.filter((group) => !isDistributions(group)))
  }
  session.signal.throwIfAborted()
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new Several(errors)
}

function isDistributions({ name }: LogGroup): boolean {
  return name.startsWith(distributionLogGroup(''))
}

async function endDistribution(
  session: Session,
  { distribution, functions }: Inventory,
  left: () => number,
): Promise<void> {
  if (!distribution) return
  const { id } = distribution
  for (const { described, seen } of functions)
    if (seen && seen.tags[DISTRIBUTION_TAG] !== id)
      await tagFunction(session, described, { [DISTRIBUTION_TAG]: id })
  const arns = functions.map(({ described }) => described.arn)
  await disableDistribution(session, id, arns)
  if (!session.ledger.dryRun) await untilDisabled(session, id, left())
  await removeDistribution(session, id)
}

async function endBucket(
  session: Session,
  { name, holds, prefix }: StackBucket,
  { keepImages, deleteFiles }: CleanupOptions,
): Promise<void> {
  if (holds === 'images' && keepImages) return removeBucketPolicy(session, name)
  const isOurs = (key: string) => deleteFiles || key.startsWith(prefix)
  return emptyAndRemove(session, name, isOurs, holds === 'images' ? 'objects in' : 'packages in')
}

/** Lambda removes replicas by itself, in minutes to hours, so deleting the function is tried again and again. */
async function endFunction(session: Session, place: FunctionPlace, left: () => number): Promise<void> {
  const replicas = async () => {
    const counts = await replicasLeft(session, place, EDGE_REGIONS)
    return [...counts].map(([region, count]) => `${count} in ${region}`).join(', ')
  }
  await removeFunction(session, place, {
    timeout: left(),
    pauses: [20_000, 120_000],
    left: replicas,
    late: () =>
      new GenatoError(
        'REPLICAS_LEFT',
        `Lambda has not yet removed all replicas of ${place.name} from the edge.`,
        {
          hint: 'It removes them by itself within minutes to hours, and they cost nothing. Run genato cleanup again then.',
          exitCode: EXIT.unfinished,
        },
      ),
  })
}
