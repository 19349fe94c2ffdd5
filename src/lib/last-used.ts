import { readdir, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'

/** Another genato may be running on anything that was used within the last day. */
const KEPT_MS = 24 * 60 * 60 * 1000

/** Marks a cached file or folder as used now. @returns whether it exists. */
export async function markUsed(place: string): Promise<boolean> {
  const now = new Date()
  return utimes(place, now, now).then(
    () => true,
    () => false,
  )
}

/** Removes what a cache folder has and nobody has used for a day. Ignores failures. */
export async function removeUnused(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const place = path.join(folder, name)
    const found = await stat(place).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > KEPT_MS) await removeKept(place)
  }
}

/** Removes one cached file or folder. Ignores failures. */
export async function removeKept(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true }).catch(() => undefined)
}
