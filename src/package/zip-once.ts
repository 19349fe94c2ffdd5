import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { FunctionPackage } from './build.js'
import { markUsed, removeUnused } from '../lib/last-used.js'
import { writeWhole } from '../lib/write-whole.js'
import { zipFiles, zipHashes } from './zip.js'

const HINT = 'Run genato in a folder that can be written.'

export interface Zipped {
  zip: Buffer
  sha256: string
  codeSha256: string
  /** Compressed earlier, and nothing has changed since. */
  reused: boolean
}

/**
 * The package's zip, compressed only if none of the same content is kept.
 * @param folder where zips are kept by their content's digest.
 * @throws GenatoError PACKAGE_TOO_BIG, FOLDER_UNWRITABLE
 */
export async function zipOnce({ digest, files }: FunctionPackage, folder: string): Promise<Zipped> {
  const file = path.join(folder, `${digest.slice(0, 32)}.zip`)
  const kept = await readKept(file)
  if (kept) {
    await Promise.all([markUsed(file), markUsed(noteOf(file))])
    return { zip: kept, ...zipHashes(kept), reused: true }
  }
  await removeUnused(folder)
  const zip = await zipFiles(files)
  const hashes = zipHashes(zip)
  await writeWhole(file, zip, HINT)
  await writeWhole(noteOf(file), Buffer.from(hashes.sha256), HINT)
  return { zip, ...hashes, reused: false }
}

/** A zip that is whole: its hash is the one that was noted when it was written. */
async function readKept(file: string): Promise<Buffer | undefined> {
  const [zip, noted] = await Promise.all(
    [file, noteOf(file)].map((name) => readFile(name).catch(() => undefined)),
  )
  return zip && noted && zipHashes(zip).sha256 === noted.toString('utf8') ? zip : undefined
}

/** Where the hash of a kept zip is noted. */
function noteOf(zip: string): string {
  return `${zip}.sha256`
}
