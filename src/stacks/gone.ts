import type { Session } from '../aws/session.js'
import { waitFor } from '../aws/wait.js'
import { EXIT, GenatoError } from '../lib/errors.js'
import type { StackDescription } from './description.js'
import { bucketSeen, findLogGroups, partsOf, takeInventory } from './inventory.js'

/** How long S3 and IAM may show deleted resources. Both document that reads may lag, but not for how long. */
const LAG = { timeout: 60_000, pauses: [1_000, 10_000] as [number, number] }

/** S3's answers contradict each other about a bucket that was just deleted: it isn't gone yet. */
function unlessUnclear(error: unknown): undefined {
  if (!(error instanceof GenatoError) || error.code !== 'BUCKET_UNCLEAR') throw error
}

/**
 * Waits after a cleanup until AWS shows nothing of the stack any more, for up to 60 s.
 * @returns whether the images bucket exists, as it may with `keepImages`.
 * @throws GenatoError LEFT with exit code 3
 */
export async function untilGone(
  session: Session,
  stack: StackDescription,
  { keepImages }: { keepImages: boolean },
): Promise<{ imagesKept: boolean }> {
  let left: string[] = []
  return waitFor(session, {
    ...LAG,
    title: 'AWS to show that all of it is gone',
    detail: () => left.join(', '),
    look: async () => {
      const inventory = await takeInventory(session, stack).catch(unlessUnclear)
      if (inventory === undefined) return undefined
      const groups = await findLogGroups(session, stack, inventory)
      const imagesKept = keepImages && bucketSeen(inventory, 'images') !== undefined
      const parts = partsOf(inventory).filter(
        ({ exists, label }) => exists && !(imagesKept && label === 'images bucket'),
      )
      left = [
        ...parts.toReversed().map(({ label }) => `the ${label}`),
        ...groups.map(({ region, name }) => `log group ${name} in ${region}`),
      ]
      return left.length === 0 ? { imagesKept } : undefined
    },
    late: () =>
      new GenatoError('LEFT', `Some resources are left: ${left.join(', ')}.`, {
        hint: 'Run genato cleanup again.',
        exitCode: EXIT.unfinished,
      }),
  })
}
