import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Asset, Settings } from '../config/types.js'
import { messageOf, systemCode, usageError } from '../errors.js'

/**
 * The files that `assets` names; of a folder, all that is in it.
 * @throws GenatoError BAD_CONFIG for what is not there, not readable, or outside of the configuration's folder.
 */
export async function listAssets({ assets, root }: Pick<Settings, 'assets' | 'root'>): Promise<Asset[]> {
  const lists = await Promise.all(assets.map((entry) => listEntry(entry, root)))
  const byName = new Map(lists.flat().map((asset) => [asset.name, asset]))
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function listEntry(entry: string, root: string): Promise<Asset[]> {
  const absolute = path.resolve(root, entry)
  const relative = path.relative(root, absolute)
  if (relative.startsWith('..') || path.isAbsolute(relative))
    throw usageError('BAD_CONFIG', `assets: ${entry} is outside of ${root}.`, 'Copy it into the project.')
  try {
    const found = await stat(absolute)
    if (!found.isDirectory()) return [{ name: slashes(relative), file: absolute }]
    const inside = await readdir(absolute, { recursive: true, withFileTypes: true })
    return inside
      .filter((item) => item.isFile())
      .map((item) => path.join(item.parentPath, item.name))
      .map((file) => ({ name: slashes(path.relative(root, file)), file }))
  } catch (error) {
    throw unreadable(`assets: ${entry}`, error)
  }
}

/** @param what names the setting and its value. @throws GenatoError BAD_CONFIG */
export async function readSetting(what: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw unreadable(what, error)
  }
}

function unreadable(what: string, error: unknown): Error {
  return systemCode(error) === 'ENOENT'
    ? usageError('BAD_CONFIG', `${what} is not there.`, 'Paths are relative to the configuration file.')
    : usageError('BAD_CONFIG', `${what} can't be read: ${messageOf(error)}.`)
}

function slashes(file: string): string {
  return file.split(path.sep).join('/')
}
