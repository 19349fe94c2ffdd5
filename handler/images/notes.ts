import { NOTES } from '../shared/pictures/generation.js'
import { createHash } from 'node:crypto'
import type { Bucket } from '../shared/s3/objects.js'
import type { Mount } from '../shared/pictures/mount.js'

/**
 * What was found out about an original at some expense, kept beside the renditions: that it is broken, its faces, its
 * labels.
 */
export type NoteKind = 'broken' | 'faces' | 'labels'

/** Bytes. Longer ones are not this module's. */
const LONGEST = 1_000_000

export interface Notes {
  /**
   * @returns `undefined` if there is no such note, or none that can be read.
   * @throws if the store gives no answer.
   */
  read(kind: NoteKind): Promise<unknown>
  /** @throws if the note can't be stored. */
  write(kind: NoteKind, value: unknown): Promise<void>
}

/**
 * The notes about one version of one original. They depend on the mount's policy as its pixels do: a detector or a
 * limit that was changed finds another result.
 * @param key of the original, below the mount.
 * @param etag of the original, as S3 sends it.
 */
export function notesOf(
  bucket: Bucket,
  { name, generation }: Pick<Mount, 'name' | 'generation'>,
  key: string,
  etag: string,
): Notes {
  const digest = createHash('sha256')
    .update(JSON.stringify([key, etag]))
    .digest('hex')
    .slice(0, 32)
  const nameOf = (kind: NoteKind) => `${NOTES}${generation}/${name}/${digest}/${kind}.json`
  return {
    async read(kind) {
      const found = await bucket.get(nameOf(kind), { mostBytes: LONGEST })
      if (found === undefined || typeof found === 'string') return undefined
      try {
        return JSON.parse(found.body.toString('utf8')) as unknown
      } catch {
        return undefined
      }
    },
    async write(kind, value) {
      await bucket.put(nameOf(kind), {
        body: Buffer.from(JSON.stringify(value)),
        contentType: 'application/json',
      })
    },
  }
}
