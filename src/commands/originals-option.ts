import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Mount } from '../../handler/shared/pictures/mount.js'
import { looksLikePictureSize } from '../../handler/shared/pictures/size.js'
import { loadSettings, type Overrides } from '../config/load.js'
import { withMounts } from '../config/mounts.js'
import type { Settings } from '../config/types.js'
import { usageError } from '../lib/errors.js'

/** The values of `--originals`, in order. */
export interface OriginalsOption {
  originals?: readonly string[]
}

const EXAMPLE = 'Write a mount and a folder, such as --originals photos=./pictures.'

/**
 * Reads `--originals photos=DIR`, which may be given several times.
 * @returns absolute folders by the mounts' names.
 * @throws GenatoError BAD_ORIGINALS
 */
export async function readOriginals(
  { originals = [] }: OriginalsOption,
  cwd: string,
): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>()
  for (const given of originals) {
    const at = given.indexOf('=')
    const [name, folder] = [given.slice(0, Math.max(at, 0)), given.slice(at + 1)]
    if (name === '' || folder === '')
      throw usageError('BAD_ORIGINALS', `--originals can't read ${JSON.stringify(given)}.`, EXAMPLE)
    if (folders.has(name))
      throw usageError(
        'BAD_ORIGINALS',
        `--originals names the mount ${name} twice.`,
        'Give each folder a mount of its own.',
      )
    folders.set(name, await existingFolder(path.resolve(cwd, folder), folder))
  }
  return folders
}

async function existingFolder(absolute: string, given: string): Promise<string> {
  const found = await stat(absolute).catch(() => undefined)
  if (!found) throw usageError('BAD_ORIGINALS', `--originals: there is no folder ${given}.`, EXAMPLE)
  if (!found.isDirectory())
    throw usageError('BAD_ORIGINALS', `--originals: ${given} is not a folder.`, EXAMPLE)
  return absolute
}

/** Reads the configuration, and adds the mounts that `--originals` names. */
export async function loadWithMounts(
  cwd: string,
  overrides: Overrides,
  folders: ReadonlyMap<string, string>,
): Promise<Settings> {
  return withMounts(await loadSettings(cwd, overrides), folders.keys())
}

/**
 * What to do about a path that has a stored picture's form, but begins with no mount.
 * @returns `undefined` if it has another form, or its mount is there.
 */
export function missingMount(path: string, settings: Pick<Settings, 'originals'>): string | undefined {
  const [, name = '', head = ''] = /^\/([a-z][a-z0-9-]*)\/([^/,]+)[^/]*\/./.exec(path) ?? []
  if (!looksLikePictureSize(head) || mountOf(path, settings)) return undefined
  return `There is no mount ${name}. --originals ${name}=DIR serves a folder as one.`
}

/** The mount that a path is below. */
export function mountOf(path: string, { originals }: Pick<Settings, 'originals'>): Mount | undefined {
  const name = /^\/([^/]*)\//.exec(path)?.[1]
  return originals.mounts.find((mount) => mount.name === name)
}
