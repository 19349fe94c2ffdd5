import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenatoError, messageOf, systemCode } from './errors.js'

const TEMPORARY = /\.(\d+)-(\d+)-[0-9a-f]{16}\.tmp$/
const BUSY_RETRY_MS = [1, 5, 20, 50, 100, 200, 400]

/** The file's bytes, or `undefined` if there is no such file. Throws any other failure. */
export async function readIfPresent(file: string): Promise<Buffer | undefined> {
  return absentAs(undefined, () => readFile(file))
}

/** The names in a folder, or none if there is no such folder. Throws any other failure. */
export async function namesIn(dir: string): Promise<string[]> {
  return absentAs([], () => readdir(dir))
}

/** Removes a file. @returns whether there was one. Throws any other failure. */
export async function removeIfPresent(file: string): Promise<boolean> {
  return absentAs(false, async () => {
    await whileBusy(() => unlink(file))
    return true
  })
}

/**
 * Writes a file of these parts, creating its folder. A process that is killed meanwhile leaves either the old
 * file or the new one. A failure is thrown, and leaves no partial file.
 */
export async function writeWhole(file: string, parts: readonly Uint8Array[]): Promise<void> {
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
    // Report the first failure. On a full or unplugged disk, this removal fails too.
    await removeIfPresent(temporary).catch(() => false)
    throw error
  }
}

/**
 * The same for a file that the user asked for, with an error that says what to do.
 * @throws GenatoError FOLDER_UNWRITABLE with this hint
 */
export async function saveFile(file: string, bytes: Uint8Array, hint: string): Promise<void> {
  await writeWhole(file, [bytes]).catch((cause: unknown) => {
    throw new GenatoError('FOLDER_UNWRITABLE', `${file} can't be written: ${messageOf(cause)}.`, {
      hint,
      cause,
    })
  })
}

/** Whether the file is a temporary one of `writeWhole` whose process has ended. */
export function isLeftover(file: string): boolean {
  const parts = TEMPORARY.exec(file)
  if (!parts) return false
  const pid = Number(parts[1])
  // In a container, each run tends to get the same pid: the start time tells them apart.
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
    return systemCode(error) !== 'ESRCH'
  }
}

async function absentAs<T>(absent: T, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return absent
    throw error
  }
}

/** On Windows, a file can't be replaced for the moment that a virus scanner or an indexer has it open. */
async function whileBusy(action: () => Promise<void>): Promise<void> {
  for (const delay of process.platform === 'win32' ? BUSY_RETRY_MS : []) {
    try {
      return await action()
    } catch (error) {
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '')) throw error
      await sleep(delay)
    }
  }
  return action()
}
