import { GENERATED } from '../../handler/shared/contract.js'
import { EXIT, type ExitCode } from '../lib/errors.js'
import type { Session } from '../aws/session.js'
import { listVersionsOf } from '../resources/bucket-contents.js'
import { cleanup as cleanUpStack } from '../stacks/cleanup.js'
import { findLogGroups, takeInventory, type Inventory } from '../stacks/inventory.js'
import { untilGone } from '../stacks/gone.js'
import type { Target } from '../stacks/target.js'
import { byName, type LogGroup } from '../resources/log-group.js'
import { count } from '../lib/text.js'
import { readDuration } from '../lib/units.js'
import { withTarget } from './with-target.js'
import type { Run } from './run.js'

interface CleanupArguments {
  dryRun?: boolean
  keepImages?: boolean
  deleteFiles?: boolean
  wait?: boolean
  timeout: string
}

/** `genato cleanup` */
export async function cleanup(run: Run, args: CleanupArguments): Promise<ExitCode> {
  const dryRun = args.dryRun === true
  const timeout = args.wait === false ? 0 : readDuration(args.timeout, '--timeout')
  return withTarget(run, { dryRun }, async (session, target) => {
    const inventory = await takeInventory(session, target)
    const groups = await findLogGroups(session, target, inventory)
    for (const what of inventory.strangers)
      run.reporter.warn(`The ${what} does not belong to this stack, and stays.`)
    const list = await listOf(session, target, inventory, groups, args)
    if (list.length === 0) {
      run.reporter.result(`Nothing is left of the stack ${target.stack}.`, { left: [] })
      return EXIT.done
    }
    run.reporter.result(
      `To be deleted from the stack ${target.stack}:\n${list.map((one) => `  ${one}`).join('\n')}`,
      { deletes: list },
    )
    if (!dryRun) await run.confirm('Delete it?')
    await cleanUpStack(session, target, inventory, groups, {
      keepImages: args.keepImages === true,
      deleteFiles: args.deleteFiles === true,
      timeout,
    })
    return dryRun ? EXIT.done : lookAgain(session, target, args, run)
  })
}

async function listOf(
  session: Session,
  target: Target,
  { distribution, accessControl, function: fn, role, packages, images }: Inventory,
  groups: readonly LogGroup[],
  { keepImages, deleteFiles }: CleanupArguments,
): Promise<string[]> {
  const aliases = distribution?.config.Aliases?.Items ?? []
  return [
    ...(distribution
      ? [
          `distribution ${distribution.id} (${[distribution.domain, ...aliases].join(', ')}) with all its behaviours`,
        ]
      : []),
    ...(accessControl ? [`access control ${target.accessControl}`] : []),
    ...(fn ? [`function ${target.function.name} with all its versions`] : []),
    ...(role ? [`role ${target.role} with all its policies`] : []),
    ...(packages ? [`bucket ${target.packages} with all its packages`] : []),
    ...(images && !keepImages ? [await imagesLine(session, target, deleteFiles === true)] : []),
    ...byName(groups).map(([name, regions]) =>
      regions.length === 1
        ? `log group ${name} in ${regions.join('')}`
        : `log groups ${name} in ${regions.length} regions`,
    ),
  ]
}

async function imagesLine(session: Session, { images }: Target, deleteFiles: boolean): Promise<string> {
  let generated = 0
  // Like cleanup, this counts files of which only older versions are left.
  const others = new Set<string>()
  for await (const page of listVersionsOf(session, images))
    for (const { Key, current } of page) {
      if (!Key.startsWith(GENERATED)) others.add(Key)
      else if (current) generated++
    }
  const own = count(generated, 'image')
  const files = count(others.size, 'file')
  if (others.size === 0) return `bucket ${images} with ${own}`
  return deleteFiles
    ? `bucket ${images} with ${own}, and ${files} that genato did not make`
    : `${own} in bucket ${images}, which stays because of ${files} that genato did not make (--delete-files deletes them too)`
}

/** Announces success only once nothing is left. */
async function lookAgain(
  session: Session,
  target: Target,
  { keepImages = false }: CleanupArguments,
  { reporter }: Run,
): Promise<ExitCode> {
  const { imagesKept } = await untilGone(session, target, { keepImages })
  reporter.result(
    imagesKept
      ? `Nothing is left of the stack ${target.stack} but the bucket ${target.images}.`
      : `Nothing is left of the stack ${target.stack}.`,
    { left: imagesKept ? [target.images] : [] },
  )
  return EXIT.done
}
