import { GENERATED } from '../../handler/shared/contract.js'
import { EDGE_REGIONS } from '../aws/regions.js'
import type { Session } from '../aws/session.js'
import { Several } from '../aws/together.js'
import { EXIT, GenatoError } from '../lib/errors.js'
import { distributionLogGroup, packagePrefix } from '../config/names.js'
import { replicasLeft } from '../resources/account.js'
import { removeAccessControl } from '../resources/access-control.js'
import { removeBucket } from '../resources/bucket.js'
import { removeBucketPolicy } from '../resources/bucket-policy.js'
import { disableDistribution, removeDistribution, untilDisabled } from '../resources/distribution-removal.js'
import { removeFunction } from '../resources/function-removal.js'
import { DISTRIBUTION_TAG } from '../resources/function-seen.js'
import { tagFunction } from '../resources/function-update.js'
import type { FunctionPlace } from '../resources/function-wanted.js'
import { byName, removeLogGroups, type LogGroup } from '../resources/log-group.js'
import { deleteObjects } from '../resources/object-removal.js'
import { listVersionsOf, type StoredVersion } from '../resources/bucket-contents.js'
import { removeRole } from '../resources/role-removal.js'
import { isNamed } from '../aws/errors.js'
import type { Inventory } from './inventory.js'
import type { Target } from './target.js'

export interface CleanupOptions {
  keepImages: boolean
  /** Also what genato did not make. */
  deleteFiles: boolean
  /** For all waiting together, in ms; 0: not at all. */
  timeout: number
}

/**
 * Takes a stack away again. A step that fails does not keep those that can still be done from being done.
 * @param groups found before, because the distribution's id is known by the distribution.
 * @throws what failed; GenatoError with exit code 3 for what only needs more time.
 */
export async function cleanup(
  session: Session,
  target: Target,
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
      errors.push(...(error instanceof Several ? error.errors : [error]))
      return false
    }
  }

  const removeGroups = async (some: readonly LogGroup[]) =>
    Promise.all(
      byName(some).map(async ([name, regions]) =>
        attempt(async () => removeLogGroups(session, name, regions)),
      ),
    )

  const { distribution, function: fn, role } = inventory
  // While the distribution stands, everything behind it has to.
  const free = !distribution || (await attempt(async () => endDistribution(session, target, inventory, left)))
  if (free) {
    // Nothing writes to these any more, and only the function's tag still tells which they are.
    await removeGroups(groups.filter(isDistributions))
    const tasks = [
      attempt(async () => removeAccessControl(session, target.accessControl, target.stack)),
      attempt(async () => {
        if (inventory.packages) await removePackages(session, target, options)
      }),
      attempt(async () => {
        if (inventory.images && !options.keepImages) await removeImages(session, target, options)
        else if (inventory.images) await removeBucketPolicy(session, target.images)
      }),
      attempt(async () => {
        if (fn) await endFunction(session, target.function, left)
      }),
    ]
    await Promise.all(tasks)
    // Without its role, nothing that still runs can write a log any more.
    if (role) await attempt(async () => removeRole(session, target.role))
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
  target: Target,
  { distribution, function: fn }: Inventory,
  left: () => number,
): Promise<void> {
  if (!distribution) return
  const { id } = distribution
  if (fn && fn.tags[DISTRIBUTION_TAG] !== id)
    await tagFunction(session, target.function, { [DISTRIBUTION_TAG]: id })
  await disableDistribution(session, id, [target.functionArn])
  if (!session.ledger.dryRun) await untilDisabled(session, id, left())
  await removeDistribution(session, id)
}

/** Lambda removes replicas itself, in minutes to hours: it is asked again now and then. */
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
          hint: 'It does so by itself, in some minutes to some hours, and nothing of it costs anything. Run genato cleanup again then.',
          exitCode: EXIT.unfinished,
        },
      ),
  })
}

async function removePackages(
  session: Session,
  { packages, stack }: Target,
  { deleteFiles }: CleanupOptions,
): Promise<void> {
  const ours = (key: string) => deleteFiles || key.startsWith(packagePrefix(stack))
  await emptyAndRemove(session, packages, ours, 'packages in')
}

async function removeImages(
  session: Session,
  { images }: Target,
  { deleteFiles }: CleanupOptions,
): Promise<void> {
  await emptyAndRemove(session, images, (key) => deleteFiles || key.startsWith(GENERATED), 'objects in')
}

/** Deletes what is genato's, in every version, and the bucket if nothing else is in it. */
async function emptyAndRemove(
  session: Session,
  bucket: string,
  ours: (key: string) => boolean,
  what: string,
): Promise<void> {
  for (let round = 1; ; round++) {
    const kept = await empty(session, bucket, ours, what)
    if (kept > 0) {
      await removeBucketPolicy(session, bucket)
      // Told already by what lists them.
      if (session.ledger.dryRun) return
      throw new GenatoError(
        'FILES_LEFT',
        `The bucket ${bucket} stays: there ${kept === 1 ? 'is 1 file' : `are ${kept} files`} in it that genato did not make.`,
        {
          hint: 'Copy what is needed, then run genato cleanup --delete-files to delete them with the bucket.',
        },
      )
    }
    try {
      await removeBucket(session, bucket)
      return
    } catch (error) {
      // A function that was still running has stored something meanwhile.
      if (!isNamed(error, 'BucketNotEmpty') || round === 3) throw error
    }
  }
}

/** @returns how many keys were kept. */
async function empty(
  session: Session,
  bucket: string,
  ours: (key: string) => boolean,
  what: string,
): Promise<number> {
  const kept = new Set<string>()
  const pages = oursOf(session, bucket, ours, kept)
  const first = await pages.next()
  if (first.done) return kept.size
  const change = { action: 'delete', resource: what, name: bucket } as const
  const sum = new Sum()
  if (session.ledger.dryRun) {
    for (let page: IteratorResult<StoredVersion[], undefined> = first; !page.done; page = await pages.next())
      sum.add(page.value)
    await session.ledger.change({ ...change, aspect: sum.text(), expect: undefined }, async () => undefined)
    return kept.size
  }
  await session.ledger.change(
    { ...change, expect: undefined, detail: () => sum.text() },
    async (progress) => {
      for (
        let page: IteratorResult<StoredVersion[], undefined> = first;
        !page.done;
        page = await pages.next()
      ) {
        const objects = page.value.map(({ Key, VersionId }) => ({ Key, VersionId }))
        await deleteObjects(session, bucket, objects)
        sum.add(page.value)
        progress(`${sum.text()} so far`)
      }
    },
  )
  return kept.size
}

/** What is ours of each page that has any. @param kept is given the keys of the rest. */
async function* oursOf(
  session: Session,
  bucket: string,
  ours: (key: string) => boolean,
  kept: Set<string>,
): AsyncGenerator<StoredVersion[], undefined> {
  for await (const page of listVersionsOf(session, bucket)) {
    const mine = page.filter(({ Key }) => ours(Key))
    for (const { Key } of page) if (!ours(Key)) kept.add(Key)
    if (mine.length > 0) yield mine
  }
}

/** Counts objects as people see them, and what else versioning has kept. */
class Sum {
  #objects = 0
  #older = 0

  add(page: readonly StoredVersion[]): void {
    const objects = page.filter(({ current }) => current).length
    this.#objects += objects
    this.#older += page.length - objects
  }

  text(): string {
    return this.#older === 0 ? `${this.#objects}` : `${this.#objects}, and ${this.#older} older versions`
  }
}
