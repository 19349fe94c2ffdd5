import { GENERATED } from '../../handler/shared/contract.js'
import type { Session } from '../aws/session.js'
import { listObjects } from '../resources/bucket-contents.js'
import { bucketNamed, type StackDescription } from './description.js'

const ENOUGH = 10_000

/** Counts the stored images of a generation. `more`: counting stopped at `count`. */
export async function countOlder(
  session: Session,
  stack: StackDescription,
  generation: string,
): Promise<{ count: number; more: boolean }> {
  let count = 0
  for await (const page of listObjects(
    session,
    bucketNamed(stack, 'images').name,
    `${GENERATED}${generation}/`,
  )) {
    count += page.length
    if (count >= ENOUGH) return { count, more: true }
  }
  return { count, more: false }
}
