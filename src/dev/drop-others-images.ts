import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GENERATED } from '../../handler/shared/contract.js'
import type { ObjectFolder } from '../objects/folder.js'

/**
 * Drops the stored images that another package made, so that a reload shows what this one makes: in
 * development code changes more often than its version does.
 * @param folder where it is noted which package made what is stored.
 * @returns how many images went.
 */
export async function dropOthersImages(store: ObjectFolder, folder: string, digest: string): Promise<number> {
  const note = path.join(folder, 'made-by')
  const before = await readFile(note, 'utf8').catch(() => undefined)
  if (before === digest) return 0
  const dropped = await store.removePrefix(GENERATED)
  await mkdir(folder, { recursive: true })
  await writeFile(note, digest)
  return dropped
}
