import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { removeKept } from '../../lib/last-used.js'

/** Its name contains the pid, so that a later run can tell whether the folder is a leftover. */
export function createTempFolder(parent: string): string {
  const folder = path.join(parent, `${process.pid}-${randomBytes(6).toString('hex')}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Removes the folders of genato processes that were killed. Ignores failures. */
export async function removeLeftTempFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(/^(\d+)-[0-9a-f]{12}$/.exec(name)?.[1])
    if (pid > 0 && !isRunning(pid)) await removeKept(path.join(parent, name))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
