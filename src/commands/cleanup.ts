import { GENERATED } from '../../handler/shared/contract.js'
import { EXIT, type ExitCode } from '../lib/errors.js'
import type { Session } from '../aws/session.js'
import { listVersionsOf } from '../resources/bucket-contents.js'
import { cleanup as cleanUpStack } from '../stacks/cleanup.js'
import { findLogGroups, partsOf, takeInventory, type Inventory } from '../stacks/inventory.js'
import { untilGone } from '../stacks/gone.js'
import { bucketNamed, type StackDescription } from '../stacks/description.js'
import { byName, type LogGroup } from '../resources/log-group.js'
import { count } from '../lib/text.js'
import { readDuration } from '../lib/units.js'
import { withStack } from './with-stack.js'
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
  return withStack(run, { dryRun }, async (session, stack) => {
    const inventory = await takeInventory(session, stack)
    const groups = await findLogGroups(session, stack, inventory)
    for (const what of inventory.notManaged)
      run.reporter.warn(`The ${what} does not belong to this stack, and stays.`)
    const list = await listOf(session, stack, inventory, groups, args)
    if (list.length === 0) {
      run.reporter.result(`Nothing is left of the stack ${stack.name}.`, { left: [] })
      return EXIT.done
    }
    run.reporter.result(
      `To be deleted from the stack ${stack.name}:\n${list.map((one) => `  ${one}`).join('\n')}`,
      { deletes: list },
    )
    if (!dryRun) await run.confirm('Delete it?')
    await cleanUpStack(session, stack, inventory, groups, {
      keepImages: args.keepImages === true,
      deleteFiles: args.deleteFiles === true,
      timeout,
    })
    return dryRun ? EXIT.done : lookAgain(session, stack, args, run)
  })
}

async function listOf(
  session: Session,
  stack: StackDescription,
  inventory: Inventory,
  groups: readonly LogGroup[],
  { keepImages, deleteFiles }: CleanupArguments,
): Promise<string[]> {
  const { distribution } = inventory
  const images = bucketNamed(stack, 'images').name
  const lines: string[] = []
  for (const { kind, name, exists } of partsOf(inventory).toReversed()) {
    if (!exists) continue
    if (kind === 'distribution') {
      const domains = [distribution?.domain, ...(distribution?.config.Aliases?.Items ?? [])]
      lines.push(`distribution ${name} (${domains.join(', ')}) with all its behaviours`)
    } else if (kind === 'bucket' && name === images) {
      if (!keepImages) lines.push(await imagesLine(session, images, deleteFiles === true))
    } else lines.push(`${kind} ${name}${CONTENTS[kind]}`)
  }
  for (const [name, regions] of byName(groups))
    lines.push(
      regions.length === 1
        ? `log group ${name} in ${regions.join('')}`
        : `log groups ${name} in ${regions.length} regions`,
    )
  return lines
}

const CONTENTS = {
  bucket: ' with all its packages',
  role: ' with all its policies',
  function: ' with all its versions',
  'access control': '',
} as const

async function imagesLine(session: Session, images: string, deleteFiles: boolean): Promise<string> {
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
  stack: StackDescription,
  { keepImages = false }: CleanupArguments,
  { reporter }: Run,
): Promise<ExitCode> {
  const { name: images } = bucketNamed(stack, 'images')
  const { imagesKept } = await untilGone(session, stack, { keepImages })
  reporter.result(
    imagesKept
      ? `Nothing is left of the stack ${stack.name} but the bucket ${images}.`
      : `Nothing is left of the stack ${stack.name}.`,
    { left: imagesKept ? [images] : [] },
  )
  return EXIT.done
}
