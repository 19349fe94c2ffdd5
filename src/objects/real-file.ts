import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { systemCode } from '../lib/errors.js'
import { isOriginalsKey } from './originals-key.js'

/**
 * The file that a key names in a folder, with symlinks followed.
 * @param root the folder's real path.
 * @returns `undefined` if there is no such file, or none that may be served: it lies outside of the folder, is hidden,
 * or is spelled otherwise.
 */
export async function realFile(root: string, key: string): Promise<string | undefined> {
  const real = await realPath(root, key)
  if (real === undefined) return undefined
  // A pipe or a device would hold up whoever opens it. The file may be gone by now.
  const about = await stat(real).catch(() => undefined)
  return about?.isFile() ? real : undefined
}

/** The same for a file or a folder. */
export async function realPath(root: string, key: string): Promise<string | undefined> {
  if (!isOriginalsKey(key)) return undefined
  try {
    const real = await realpath(path.join(root, ...key.split('/')))
    const inside = keyInside(root, real)
    if (inside === undefined || !isOriginalsKey(inside)) return undefined
    return (await isSpelledSo(root, key)) ? real : undefined
  } catch (error) {
    if (ABSENT.includes(systemCode(error) ?? '')) return undefined
    throw error
  }
}

/** What systems answer for a path that leads nowhere. */
const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL']

/** The key of a file in the folder; `undefined` for a file outside of it. */
function keyInside(root: string, file: string): string | undefined {
  const way = path.relative(root, file)
  const isOutside = way === '' || way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way)
  return isOutside ? undefined : way.split(path.sep).join('/')
}

/**
 * Whether files and folders are really named so: S3 knows no other spelling, while a file system may ignore the case
 * of letters, or treat two forms of an accent as one.
 */
async function isSpelledSo(root: string, key: string): Promise<boolean> {
  const swapped = key.replace(/[a-zA-Z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
  // Where the other case names nothing, the system tells spellings apart, and found this one.
  if (swapped !== key && !(await exists(path.join(root, swapped)))) return true
  // oxlint-disable-next-line no-control-regex
  if (swapped === key && /^[\u0020-\u007e]*$/.test(key)) return true
  let folder = root
  for (const name of key.split('/')) {
    if (!(await readdir(folder)).includes(name)) return false
    folder = path.join(folder, name)
  }
  return true
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file)
    return true
  } catch {
    return false
  }
}
