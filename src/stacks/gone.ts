import type { Session } from '../aws/session.js'
import { waitFor } from '../aws/wait.js'
import { EXIT, GenatoError } from '../lib/errors.js'
import { findLogGroups, takeInventory } from './inventory.js'
import type { Target } from './target.js'

/** For how long S3 and IAM may go on showing what was deleted: both say that reads may lag, and not how long. */
const LAG = { timeout: 60_000, pauses: [1_000, 10_000] as [number, number] }

/** S3 contradicts itself about a bucket that was just deleted: it is still going. */
function unlessUnclear(error: unknown): undefined {
  if (!(error instanceof GenatoError) || error.code !== 'BUCKET_UNCLEAR') throw error
}

/**
 * Looks after a cleanup until nothing of the stack is seen any more, for up to 60 s.
 * @returns whether the images bucket is there, as it may be with `keepImages`.
 * @throws GenatoError LEFT with exit code 3
 */
export async function untilGone(
  session: Session,
  target: Target,
  { keepImages }: { keepImages: boolean },
): Promise<{ imagesKept: boolean }> {
  let left: string[] = []
  return waitFor(session, {
    ...LAG,
    title: 'AWS to show that all of it is gone',
    detail: () => left.join(', '),
    look: async () => {
      const inventory = await takeInventory(session, target).catch(unlessUnclear)
      if (inventory === undefined) return undefined
      const groups = await findLogGroups(session, target, inventory)
      const imagesKept = keepImages && inventory.images !== undefined
      left = [
        ...(inventory.distribution ? ['the distribution'] : []),
        ...(inventory.accessControl ? ['the access control'] : []),
        ...(inventory.function ? ['the function'] : []),
        ...(inventory.role ? ['the role'] : []),
        ...(inventory.packages ? ['the packages bucket'] : []),
        ...(inventory.images && !imagesKept ? ['the images bucket'] : []),
        ...groups.map(({ region, name }) => `log group ${name} in ${region}`),
      ]
      return left.length === 0 ? { imagesKept } : undefined
    },
    late: () =>
      new GenatoError('LEFT', `There is something left: ${left.join(', ')}.`, {
        hint: 'Run genato cleanup again.',
        exitCode: EXIT.unfinished,
      }),
  })
}
