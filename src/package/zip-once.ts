import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { FunctionPackage } from './build.js'
import { markUsed, removeUnused } from '../lib/last-used.js'
import { saveFile } from '../lib/whole-files.js'
import { zipFiles, zipHashes } from './zip.js'

const HINT = 'Run genato in a writable folder.'

export interface Zipped {
  zip: Buffer
  sha256: string
  codeSha256: string
  /** Whether this zip was made by an earlier run from the same content. */
  reused: boolean
}

/**
 * The package's zip, compressed only if no zip of the same content is kept.
 * @param folder zips are kept here, named by their content's digest.
 * @throws GenatoError PACKAGE_TOO_BIG, FOLDER_UNWRITABLE
 */
export async function zipOnce(
  { digest, files }: Pick<FunctionPackage, 'digest' | 'files'>,
  folder: string,
): Promise<Zipped> {
  const file = path.join(folder, `${digest.slice(0, 32)}.zip`)
  const kept = await readKept(file)
  if (kept) {
    await Promise.all([markUsed(file), markUsed(noteOf(file))])
    return { zip: kept, ...zipHashes(kept), reused: true }
  }
  await removeUnused(folder)
  const zip = await zipFiles(files)
  const hashes = zipHashes(zip)
  await saveFile(file, zip, HINT)
  await saveFile(noteOf(file), Buffer.from(hashes.sha256), HINT)
  return { zip, ...hashes, reused: false }
}

/** The kept zip, if its hash is still the one that was noted when it was written. */
async function readKept(file: string): Promise<Buffer | undefined> {
  const [zip, noted] = await Promise.all(
    [file, noteOf(file)].map((name) => readFile(name).catch(() => undefined)),
  )
  return zip && noted && zipHashes(zip).sha256 === noted.toString('utf8') ? zip : undefined
}

/** The file that a kept zip's hash is noted in. */
function noteOf(zip: string): string {
  return `${zip}.sha256`
}
