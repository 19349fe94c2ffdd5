import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { removeKept } from '../../lib/last-used.js'

/** The number of this process is in the name, so that a later run knows whether it is left over. */
export function createTempFolder(parent: string): string {
  const folder = path.join(parent, `${process.pid}-${randomBytes(6).toString('hex')}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Removes the folders that a tool left which was killed. Failing to is no harm. */
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
    // Somebody else's process.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
