import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Asset } from '../config/types.js'
import { messageOf, systemCode, usageError } from '../lib/errors.js'

/**
 * The files that `generate.assets` names. A folder stands for all files in it.
 * @throws GenatoError BAD_CONFIG for files that are missing, unreadable, or outside the configuration's
 * folder.
 */
export async function listAssets(assets: readonly string[], root: string): Promise<Asset[]> {
  const lists = await Promise.all(assets.map((entry) => listEntry(entry, root)))
  const byName = new Map(lists.flat().map((asset) => [asset.name, asset]))
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function listEntry(entry: string, root: string): Promise<Asset[]> {
  const absolute = path.resolve(root, entry)
  const relative = path.relative(root, absolute)
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
    throw usageError(
      'BAD_CONFIG',
      `generate.assets: ${entry} is outside ${root}.`,
      'Copy it into the project.',
    )
  const files = await listFiles(absolute, `generate.assets: ${entry}`)
  return files.map((file) => ({ name: nameOf(file, root), file }))
}

/** A file itself, or all files in a folder except genato's own. Follows links. */
async function listFiles(place: string, what: string): Promise<string[]> {
  const found = await stat(place).catch((error: unknown) => {
    throw unreadable(what, error)
  })
  if (found.isFile()) return [place]
  if (!found.isDirectory()) throw usageError('BAD_CONFIG', `${what} is neither a file nor a folder.`)
  const names = (await readdir(place)).filter((name) => name !== '.genato')
  const lists = await Promise.all(
    names.map(async (name) =>
      listFiles(path.join(place, name), `generate.assets: ${path.join(place, name)}`),
    ),
  )
  return lists.flat()
}

function nameOf(file: string, root: string): string {
  const name = path.relative(root, file)
  if (path.sep === '/' && name.includes('\\'))
    throw usageError(
      'BAD_CONFIG',
      `generate.assets: ${name} has a backslash in its name.`,
      'Rename it: zip tools read it as a slash.',
    )
  return name.split(path.sep).join('/')
}

/** @param what the setting and its value, for the error. @throws GenatoError BAD_CONFIG */
export async function readSetting(what: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw unreadable(what, error)
  }
}

function unreadable(what: string, error: unknown): Error {
  return systemCode(error) === 'ENOENT'
    ? usageError('BAD_CONFIG', `${what} does not exist.`, 'Paths are relative to the configuration file.')
    : usageError('BAD_CONFIG', `${what} can't be read: ${messageOf(error)}.`)
}
