import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Parser } from 'tar'
import { GenatoError, messageOf, systemCode } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'
import { downloadTarball } from './download.js'
import type { PackageFile } from './package-file.js'
import { NATIVE_PACKAGES, type NativePackage } from './native-packages.js'
import { sizeText } from '../lib/units.js'
import { saveFile } from '../lib/whole-files.js'

const HINT = 'Set GENATO_CACHE to a writable folder.'

export interface NativeOptions {
  /** Tarballs are kept in this folder between runs. */
  cache: string
  /** npm works in this folder, inside the user's project. */
  scratch: string
  reporter: Reporter
}

/** The folder that downloads are kept in for all projects: the platform's cache folder, or `GENATO_CACHE`. */
export function cacheFolder(): string {
  const { GENATO_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = process.env
  if (GENATO_CACHE) return path.resolve(GENATO_CACHE)
  const home = os.homedir()
  if (process.platform === 'win32')
    return path.join(LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'genato', 'cache')
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'genato')
  return path.join(XDG_CACHE_HOME ?? path.join(home, '.cache'), 'genato')
}

/**
 * sharp's native code for Lambda's platform, whatever this machine's platform is. Tarballs come from the
 * cache or from the registry, and must have the pinned digest either way.
 * @throws GenatoError NO_NPM, DOWNLOAD_FAILED, BAD_TARBALL, CACHE_UNWRITABLE, FOLDER_UNWRITABLE
 */
export async function nativeFiles(options: NativeOptions): Promise<PackageFile[]> {
  const results = await Promise.allSettled(
    NATIVE_PACKAGES.map(async (native) => unpack(await tarballOf(native, options), native)),
  )
  // All downloads have settled, and reported, before the first error is thrown.
  const packages = results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
  return packages.flat()
}

async function tarballOf(
  native: NativePackage,
  { cache, scratch, reporter }: NativeOptions,
): Promise<Buffer> {
  const file = path.join(cache, 'native', `${native.name.replace('/', '+')}-${native.version}.tgz`)
  const kept = await readKept(file)
  if (kept && integrityOf(kept) === native.integrity) return kept
  if (kept) reporter.warn(`${file} is damaged and will be downloaded again.`)
  const step = reporter.step(`downloading ${native.name} ${native.version}`)
  try {
    const tarball = await downloadTarball(native, scratch)
    if (integrityOf(tarball) !== native.integrity)
      throw new GenatoError(
        'BAD_TARBALL',
        `The registry's ${native.name}@${native.version} is not the one that genato was built with: its sha512 differs.`,
        {
          hint: 'It was not used. A proxy or mirror may have changed it: check npm’s registry setting.',
        },
      )
    await saveFile(file, tarball, HINT)
    step.done(`${sizeText(tarball.length)}, verified`)
    return tarball
  } catch (error) {
    step.failed()
    throw error
  }
}

async function readKept(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw unusable(file, error)
  }
}

function unusable(file: string, cause: unknown): GenatoError {
  return new GenatoError(
    'CACHE_UNWRITABLE',
    `The cache ${path.dirname(file)} can't be used: ${messageOf(cause)}.`,
    { hint: HINT, cause },
  )
}

function integrityOf(bytes: Buffer): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`
}

/** The package's files, at their paths below node_modules. The tarball is verified, and is read in memory. */
function unpack(tarball: Buffer, { name }: NativePackage): Promise<PackageFile[]> {
  return new Promise((resolve, reject) => {
    const reading: Promise<PackageFile>[] = []
    const parser = new Parser({
      strict: true,
      onReadEntry(entry) {
        if (entry.type !== 'File') return entry.resume()
        const inside = entry.path.replace(/^[^/]+\//, '')
        reading.push(
          entry
            .concat()
            .then((bytes) => ({ path: `node_modules/${name}/${inside}`, bytes: Buffer.from(bytes) })),
        )
        return undefined
      },
    })
    parser.on('error', reject)
    parser.on('end', () => resolve(Promise.all(reading)))
    parser.end(tarball)
  })
}
