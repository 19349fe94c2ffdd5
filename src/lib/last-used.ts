import { readdir, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'

/** What has not been used for a day is not what another genato is running on at this moment. */
const KEPT_MS = 24 * 60 * 60 * 1000

/** Notes that a kept file or folder was used now. @returns whether it is there. */
export async function markUsed(place: string): Promise<boolean> {
  const now = new Date()
  return utimes(place, now, now).then(
    () => true,
    () => false,
  )
}

/** Removes what is kept in a folder and was not used for a day. Failing to is no harm. */
export async function removeUnused(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const place = path.join(folder, name)
    const found = await stat(place).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > KEPT_MS) await removeKept(place)
  }
}

/** Removes one kept file or folder. Failing to is no harm. */
export async function removeKept(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true }).catch(() => undefined)
}
