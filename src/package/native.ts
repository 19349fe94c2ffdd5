import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Parser } from 'tar'
import { GenatoError, messageOf, systemCode } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'
import { downloadTarball } from './download.js'
import type { PackageFile } from './package-file.js'
import { NATIVE_PACKAGES, type NativePackage } from './native-packages.js'
import { writeWhole } from '../lib/write-whole.js'

const HINT = 'Set GENATO_CACHE to a folder that can be written.'

export interface NativeOptions {
  /** Where tarballs are kept between runs. */
  cache: string
  /** Where npm may work, inside the user's project. */
  scratch: string
  reporter: Reporter
}

/**
 * sharp's native code for the platform of Lambda, whatever platform this is. Tarballs come from the
 * cache if their bytes are the pinned ones, else from the registry, and are verified either way.
 * @throws GenatoError NO_NPM, DOWNLOAD_FAILED, BAD_TARBALL, CACHE_UNREADABLE, FOLDER_UNWRITABLE
 */
export async function nativeFiles(options: NativeOptions): Promise<PackageFile[]> {
  const results = await Promise.allSettled(
    NATIVE_PACKAGES.map(async (native) => unpack(await tarballOf(native, options), native)),
  )
  // The error comes last, after what was said of the others.
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
  if (kept) reporter.warn(`${file} is damaged: it is downloaded anew.`)
  const step = reporter.step(`downloading ${native.name} ${native.version}`)
  try {
    const tarball = await downloadTarball(native, scratch)
    if (integrityOf(tarball) !== native.integrity)
      throw new GenatoError(
        'BAD_TARBALL',
        `The registry's ${native.name}@${native.version} is not the one that genato was made with: its sha512 differs.`,
        {
          hint: 'Nothing of it was used. A proxy or mirror may have changed it: check npm’s registry setting.',
        },
      )
    await writeWhole(file, tarball, HINT)
    step.done(`${(tarball.length / 1e6).toFixed(1)} MB, verified`)
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
    {
      hint: 'Set GENATO_CACHE to a folder that can be written.',
      cause,
    },
  )
}

function integrityOf(bytes: Buffer): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`
}

/** The package's files as they lie in node_modules. The tarball has been verified, and is read in memory. */
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
