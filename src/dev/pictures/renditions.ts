import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseRenditionPath, operationsKey } from '../../../handler/shared/pictures/key.js'
import { AS_IS, type Mount } from '../../../handler/shared/pictures/mount.js'
import type { Operations } from '../../../handler/shared/pictures/operations.js'
import { GenatoError, messageOf } from '../../lib/errors.js'
import { openObjectFolder, type ObjectFolder } from '../../objects/folder.js'
import type { Reporter } from '../../reporter/reporter.js'

/** Originals of a mount: one by its key, or all whose keys begin with a prefix. */
export type Chosen = { mount: string } & ({ key: string } | { prefix: string })

/** A stored rendition. */
export interface StoredRendition {
  /** In the bucket of renditions. */
  objectKey: string
  mount: string
  generation: string
  /** Of its original. */
  key: string
  operations: Operations
  /** As they are written in keys: `400x300_webp`. */
  written: string
  /** Bytes. */
  size: number
  made: Date
}

/** Opens the folder that renditions are stored in on this machine. @throws GenatoError FOLDER_UNWRITABLE */
export async function openRenditions(data: string, reporter: Pick<Reporter, 'warn'>): Promise<ObjectFolder> {
  try {
    return await openObjectFolder(path.join(data, 'renditions'), {
      onCorrupt: (key) =>
        reporter.warn(`A stored rendition was damaged and will be made again: ${key ?? 'its name is lost'}.`),
    })
  } catch (cause) {
    throw new GenatoError('FOLDER_UNWRITABLE', `${data} can't be written: ${messageOf(cause)}.`, {
      hint: 'Name a writable folder with --data.',
      cause,
    })
  }
}

/** The renditions of these originals, of every generation, in the order of their keys. */
export async function listRenditions(
  renditions: Pick<ObjectFolder, 'list'>,
  chosen: Chosen,
): Promise<StoredRendition[]> {
  const objects = await renditions.list(`${chosen.mount}/`)
  return objects.flatMap(({ key: objectKey, size, lastModified }) => {
    const read = parseRenditionPath(`/${objectKey}`)
    if (!read || read.operations === AS_IS || !isChosen(read, chosen)) return []
    const { mount, generation, key, operations } = read
    const written = operationsKey(operations)
    return [{ objectKey, mount, generation, key, operations, written, size, made: lastModified }]
  })
}

export function isChosen({ mount, key }: { mount: string; key: string }, chosen: Chosen): boolean {
  if (mount !== chosen.mount) return false
  return 'key' in chosen ? key === chosen.key : key.startsWith(chosen.prefix)
}

/** The generation of each mount whose renditions are stored, by its name. */
type Generations = Record<string, string>

function noteOf(data: string): string {
  return path.join(data, 'generations.json')
}

/** The mounts that `genato dev` served from this folder of data. */
export async function readGenerations(data: string): Promise<Generations> {
  try {
    return JSON.parse(await readFile(noteOf(data), 'utf8')) as Generations
  } catch {
    // A missing or damaged note only means that nothing is dropped now.
    return {}
  }
}

/**
 * Deletes what was stored under another generation of these mounts. Renditions of mounts that are not configured now
 * stay.
 * @param data holds the note of the generations.
 * @returns how many renditions were deleted.
 */
export async function dropOldGenerations(
  renditions: Pick<ObjectFolder, 'removePrefix'>,
  data: string,
  mounts: readonly Pick<Mount, 'name' | 'generation'>[],
): Promise<number> {
  const before = await readGenerations(data)
  const old = mounts.filter(({ name, generation }) => (before[name] ?? generation) !== generation)
  let dropped = 0
  for (const { name } of old) {
    dropped += await renditions.removePrefix(`${name}/${before[name]}/`)
    await renditions.removePrefix(`_notes/${before[name]}/${name}/`)
  }
  const now = Object.fromEntries(mounts.map(({ name, generation }) => [name, generation]))
  await writeFile(noteOf(data), `${JSON.stringify({ ...before, ...now }, null, 2)}\n`)
  return dropped
}
