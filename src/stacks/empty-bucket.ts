import { isNamed } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { GenatoError } from '../lib/errors.js'
import { count } from '../lib/text.js'
import { listVersionsOf, type StoredVersion } from '../resources/bucket-contents.js'
import { removeBucket } from '../resources/bucket.js'
import { removeBucketPolicy } from '../resources/bucket-policy.js'
import { deleteObjects } from '../resources/object-removal.js'

/**
 * Deletes genato's objects in all their versions, and the bucket if nothing else is in it.
 * @throws GenatoError FILES_LEFT
 */
export async function emptyAndRemove(
  session: Session,
  bucket: string,
  ours: (key: string) => boolean,
  what: string,
): Promise<void> {
  for (let round = 1; ; round++) {
    const kept = await empty(session, bucket, ours, what)
    if (kept > 0) {
      await removeBucketPolicy(session, bucket)
      // The list of a dry run says so already.
      if (session.ledger.dryRun) return
      throw new GenatoError(
        'FILES_LEFT',
        `The bucket ${bucket} stays: it has ${count(kept, 'file')} that genato did not make.`,
        {
          hint: 'Copy what is needed, then run genato cleanup --delete-files to delete them with the bucket.',
        },
      )
    }
    try {
      await removeBucket(session, bucket)
      return
    } catch (error) {
      // A function that was still running stored an object in the meantime.
      if (!isNamed(error, 'BucketNotEmpty') || round === 3) throw error
    }
  }
}

/** @returns the number of keys that stay. */
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

/** Yields genato's versions page by page. @param kept collects the keys of all others. */
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

/** Counts current objects, and separately the older versions that versioning kept. */
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
