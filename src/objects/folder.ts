import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isLeftover, namesIn, readIfPresent, removeIfPresent, writeWhole } from '../lib/whole-files.js'
import { decodeObjectFile, encodeObjectFile } from './object-file.js'
import type { StoredObject } from './object-file.js'
import type { NewObject, Objects } from './object-store.js'
import { oneAtATime } from '../lib/async.js'

export interface ObjectFolderOptions {
  /**
   * Told of each file that is not whole, once it is removed. `key` is the key asked for, or undefined where
   * the file turned up in list() or removePrefix().
   */
  onCorrupt?: ((key: string | undefined, file: string) => void) | undefined
}

/**
 * Objects by key; any string is a key. Every method throws the file system's own error (`EACCES`, `ENOSPC`,
 * `EISDIR`, …); only `ENOENT` means there is no such object. A corrupt file counts as none and is removed.
 */
export interface ObjectFolder extends Objects {
  /** With `ifAbsent`, one of several puts racing through this ObjectFolder wins; the others get 'exists'. */
  put(
    key: string,
    object: NewObject,
    options?: { ifAbsent?: boolean | undefined },
  ): Promise<StoredObject | 'exists'>
  /** Does nothing where there is no such object. */
  delete(key: string): Promise<void>
  /** How many objects went. The empty prefix removes them all. */
  removePrefix(prefix: string): Promise<number>
  /** In the order of the keys' UTF-8 bytes, as S3 lists them; sizes in bytes. */
  list(prefix: string): Promise<{ key: string; size: number; lastModified: Date }[]>
}

/**
 * Opens a folder of objects, making it where there is none and removing what a killed process left half
 * written. Throws the file system's error where that fails.
 */
export async function openObjectFolder(
  dir: string,
  options: ObjectFolderOptions = {},
): Promise<ObjectFolder> {
  const root = resolve(dir)
  await mkdir(root, { recursive: true })
  for await (const file of shardFiles(root)) if (isLeftover(file)) await removeIfPresent(file)

  // ifAbsent rests on this queue rather than on link(), which exFAT and some network and container mounts
  // lack, and which cannot replace a corrupt file. It also keeps reads off a file being renamed over, which
  // Windows refuses, and the removal of a corrupt file off its successor.
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

    async put(key, { body, contentType, cacheControl }, { ifAbsent = false } = {}) {
      const file = fileOf(root, key)
      return queued(file, async () => {
        if (ifAbsent && (await read(file, key))) return 'exists'
        const object: StoredObject = {
          key,
          body,
          contentType,
          ...(cacheControl !== undefined && { cacheControl }),
          etag: `"${createHash('md5').update(body).digest('hex')}"`,
          lastModified: new Date(),
        }
        await writeWhole(file, encodeObjectFile(object))
        return object
      })
    },

    async delete(key) {
      const file = fileOf(root, key)
      await queued(file, () => removeIfPresent(file))
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
  // Unpaired surrogates all become U+FFFD in UTF-8; the byte 0xFF, never seen in UTF-8, sets such keys apart.
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
