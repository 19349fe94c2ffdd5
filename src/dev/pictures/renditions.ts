import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { NOTES } from '../../../handler/shared/pictures/generation.js'
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

function isChosen({ mount, key }: { mount: string; key: string }, chosen: Chosen): boolean {
  if (mount !== chosen.mount) return false
  return 'key' in chosen ? key === chosen.key : key.startsWith(chosen.prefix)
}

/**
 * What each mount's stored renditions were made by, by its name: the generation, and for a mount that asks Rekognition
 * also a digest of what the local one answers from.
 */
type MadeBy = Record<string, string>

function noteOf(data: string): string {
  return path.join(data, 'generations.json')
}

async function readNote(data: string): Promise<MadeBy> {
  try {
    return JSON.parse(await readFile(noteOf(data), 'utf8')) as MadeBy
  } catch {
    // A missing or damaged note only means that nothing is dropped now.
    return {}
  }
}

/** The mounts that `genato dev` served from this folder of data. */
export async function servedMounts(data: string): Promise<string[]> {
  return Object.keys(await readNote(data))
}

/**
 * Deletes what was stored under another generation of these mounts, or with other answers of Rekognition. Renditions of
 * mounts that are not configured now stay.
 * @param data holds the note.
 * @param answers a digest of what the local Rekognition answers from.
 * @returns how many renditions were deleted.
 */
export async function dropOutdatedRenditions(
  renditions: Pick<ObjectFolder, 'removePrefix'>,
  data: string,
  { mounts, answers = '' }: { mounts: readonly Mount[]; answers: string | undefined },
): Promise<number> {
  const before = await readNote(data)
  const now = Object.fromEntries(
    mounts.map((mount): [string, string] => [
      mount.name,
      asksRekognition(mount) ? `${mount.generation} ${answers}` : mount.generation,
    ]),
  )
  let dropped = 0
  for (const [name, madeBy] of Object.entries(now)) {
    const other = before[name]
    if (other === undefined || other === madeBy) continue
    const [generation = ''] = other.split(' ')
    dropped += await renditions.removePrefix(`${name}/${generation}/`)
    await renditions.removePrefix(`${NOTES}${generation}/${name}/`)
  }
  await writeFile(noteOf(data), `${JSON.stringify({ ...before, ...now }, null, 2)}\n`)
  return dropped
}

/** Whether Rekognition looks at the originals of a mount. */
export function asksRekognition({ faces, moderate }: Pick<Mount, 'faces' | 'moderate'>): boolean {
  return faces === 'rekognition' || moderate !== false
}
