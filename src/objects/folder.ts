import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isLeftover, namesIn, readIfPresent, removeIfPresent, writeWhole } from '../lib/whole-files.js'
import { decodeObjectFile, encodeObjectFile } from './object-file.js'
import type { StoredObject } from './object-file.js'
import { hasETag, type NewObject, type NotPut, type Objects, type PutOptions } from './object-store.js'
import { oneAtATime } from '../lib/async.js'

export interface ObjectFolderOptions {
  /**
   * Called after each removal of a corrupt file. `key` is the requested key, or `undefined` if list() or
   * removePrefix() came across the file.
   */
  onCorrupt?: ((key: string | undefined, file: string) => void) | undefined
}

/**
 * Objects by key. Any string is a key. Every method throws the file system's own errors (`EACCES`, `ENOSPC`,
 * `EISDIR`, …), except that `ENOENT` means "no such object". A corrupt file counts as none, and is removed.
 */
export interface ObjectFolder extends Objects {
  put(key: string, object: NewObject, options?: PutOptions): Promise<StoredObject | NotPut>
  /** Returns how many objects it removed. The empty prefix removes all of them. */
  removePrefix(prefix: string): Promise<number>
  /** In the order of the keys' UTF-8 bytes, as S3 lists them. Sizes in bytes. */
  list(prefix: string): Promise<{ key: string; size: number; lastModified: Date }[]>
}

/**
 * Opens a folder of objects. Creates it if needed, and removes partial files of killed processes. Throws the
 * file system's error if that fails.
 */
export async function openObjectFolder(
  dir: string,
  options: ObjectFolderOptions = {},
): Promise<ObjectFolder> {
  const root = resolve(dir)
  await mkdir(root, { recursive: true })
  for await (const file of shardFiles(root)) if (isLeftover(file)) await removeIfPresent(file)

  // ifAbsent relies on this queue and not on link(), which exFAT and some network and container mounts lack,
  // and which can't replace a corrupt file. The queue also keeps reads away from a file that is being
  // replaced, which Windows refuses, and keeps the removal of a corrupt file from hitting its successor.
  const queued = oneAtATime()

  async function read(file: string, key?: string): Promise<StoredObject | undefined> {
    const bytes = await readIfPresent(file)
    if (!bytes) return undefined
    const object = decodeObjectFile(bytes)
    if (object && fileOf(root, object.key) === file) return object
    await removeIfPresent(file)
    options.onCorrupt?.(key, file)
    return undefined
  }

  async function get(key: string): Promise<StoredObject | undefined> {
    const file = fileOf(root, key)
    return queued(file, () => read(file, key))
  }

  return {
    get,

    async head(key) {
      const found = await get(key)
      if (!found) return undefined
      const { body, ...about } = found
      return { ...about, size: body.length }
    },

    async put(key, { body, contentType, cacheControl, metadata }, { ifAbsent = false, ifMatch } = {}) {
      const file = fileOf(root, key)
      return queued(file, async () => {
        if (ifAbsent && (await read(file, key))) return 'exists'
        if (ifMatch !== undefined) {
          const before = await read(file, key)
          if (!before) return 'absent'
          if (!hasETag(before, ifMatch)) return 'changed'
        }
        const object: StoredObject = {
          key,
          body,
          contentType,
          ...(cacheControl !== undefined && { cacheControl }),
          ...(metadata !== undefined && { metadata }),
          etag: `"${createHash('md5').update(body).digest('hex')}"`,
          lastModified: new Date(),
        }
        await writeWhole(file, encodeObjectFile(object))
        return object
      })
    },

    async delete(key, { ifMatch } = {}) {
      const file = fileOf(root, key)
      return queued(file, async () => {
        if (ifMatch !== undefined) {
          const before = await read(file, key)
          if (!before) return 'absent'
          if (!hasETag(before, ifMatch)) return 'changed'
        }
        return (await removeIfPresent(file)) ? 'deleted' : 'absent'
      })
    },

    async removePrefix(prefix) {
      let removed = 0
      for await (const file of objectFiles(root)) {
        const went = await queued(file, async () => {
          const object = await read(file)
          return object?.key.startsWith(prefix) ? removeIfPresent(file) : false
        })
        if (went) removed++
      }
      return removed
    },

    async list(prefix) {
      const found: { key: string; size: number; lastModified: Date }[] = []
      for await (const file of objectFiles(root)) {
        const object = await queued(file, () => read(file))
        if (!object?.key.startsWith(prefix)) continue
        found.push({ key: object.key, size: object.body.length, lastModified: object.lastModified })
      }
      return found.sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)))
    },
  }
}

function fileOf(root: string, key: string): string {
  const hash = createHash('sha256')
  // In UTF-8, all unpaired surrogates become U+FFFD. The byte 0xFF, which UTF-8 never has, separates such
  // keys.
  if (key.isWellFormed()) hash.update(key)
  else hash.update(Buffer.of(0xff)).update(key, 'utf16le')
  const name = hash.digest('hex')
  return join(root, name.slice(0, 2), name)
}

async function* objectFiles(root: string): AsyncGenerator<string> {
  for await (const file of shardFiles(root)) if (/[\\/][0-9a-f]{64}$/.test(file)) yield file
}

async function* shardFiles(root: string): AsyncGenerator<string> {
  for (const shard of await namesIn(root)) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue
    for (const name of await namesIn(join(root, shard))) yield join(root, shard, name)
  }
}
