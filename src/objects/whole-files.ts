import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const TEMPORARY = /\.(\d+)-(\d+)-[0-9a-f]{16}\.tmp$/
const BUSY_RETRY_MS = [1, 5, 20, 50, 100, 200, 400]

/** The file's bytes, or undefined where there is none. Any other failure is thrown. */
export async function readIfPresent(file: string): Promise<Buffer | undefined> {
  return absentAs(undefined, () => readFile(file))
}

/** The names in a folder, or none where there is no folder. Any other failure is thrown. */
export async function namesIn(dir: string): Promise<string[]> {
  return absentAs([], () => readdir(dir))
}

/** Removes a file; false where there was none. Any other failure is thrown. */
export async function removeIfPresent(file: string): Promise<boolean> {
  return absentAs(false, async () => {
    await whileBusy(() => unlink(file))
    return true
  })
}

/**
 * Puts a file of these parts in place of what was there, making its folder first. Killed at whatever moment,
 * it leaves either the old file or the new one. Failures are thrown and leave nothing behind.
 */
export async function writeWhole(file: string, parts: readonly Buffer[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}-${processStart()}-${randomBytes(8).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      for (const part of parts) await handle.writeFile(part)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await whileBusy(() => rename(temporary, file))
  } catch (error) {
    // The first failure is the one to tell; on a full or unplugged disk this one fails too.
    await removeIfPresent(temporary).catch(() => false)
    throw error
  }
}

/** Whether the file is a temporary one of writeWhole() whose process is no more. */
export function isLeftover(file: string): boolean {
  const parts = TEMPORARY.exec(file)
  if (!parts) return false
  const pid = Number(parts[1])
  // In a container each run tends to get the same process id.
  return pid === process.pid ? Number(parts[2]) !== processStart() : !isAlive(pid)
}

function processStart(): number {
  return Math.floor(performance.timeOrigin)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

async function absentAs<T>(absent: T, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return absent
    throw error
  }
}

// On Windows a file that a virus scanner or an indexer is looking at can for a moment not be replaced.
async function whileBusy(action: () => Promise<void>): Promise<void> {
  for (const delay of process.platform === 'win32' ? BUSY_RETRY_MS : []) {
    try {
      return await action()
    } catch (error) {
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '')) throw error
      await sleep(delay)
    }
  }
  return action()
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
