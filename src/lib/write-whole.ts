import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GenatoError, messageOf } from './errors.js'

/**
 * Writes a file so that readers find it whole, or as it was before. Makes its folder if necessary.
 * @param hint for the error.
 * @throws GenatoError FOLDER_UNWRITABLE
 */
export async function writeWhole(file: string, bytes: Uint8Array, hint: string): Promise<void> {
  const partial = `${file}.${randomUUID()}`
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(partial, bytes)
    await rename(partial, file)
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined)
    throw new GenatoError('FOLDER_UNWRITABLE', `${file} can't be written: ${messageOf(cause)}.`, {
      hint,
      cause,
    })
  }
}
