import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { ZipArchive } from 'archiver'
import { unzipSync } from 'fflate'
import { GenatoError } from '../lib/errors.js'
import { quotaText } from '../lib/units.js'
import { FILE_MODE, sortFiles, type PackageFile } from './package-file.js'

/** Source: CloudFront developer guide, "Quotas on Lambda@Edge", compressed size of a function. */
const MAX_ZIPPED_BYTES = 50 * 1024 * 1024
/** Source: Lambda developer guide, "Lambda quotas", deployment package, unzipped. */
const MAX_UNZIPPED_BYTES = 262_144_000

/** The earliest date that a zip can have. A fixed one keeps clock and time zone out of its bytes. */
const EPOCH = new Date(Date.UTC(1980, 0, 1))

/**
 * A byte-stable zip: sorted, with one date and one mode. Another build of zlib may compress differently.
 * @throws GenatoError PACKAGE_TOO_BIG
 */
export async function zipFiles(files: readonly PackageFile[]): Promise<Buffer> {
  const unzipped = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (unzipped > MAX_UNZIPPED_BYTES) throw tooBig(files, 'unzipped', unzipped, MAX_UNZIPPED_BYTES)
  const archive = new ZipArchive({ zlib: { level: 6 } })
  const zipped = buffer(archive)
  for (const { path, bytes } of sortFiles(files))
    archive.append(bytes, { name: path, date: EPOCH, mode: FILE_MODE })
  await archive.finalize()
  const zip = await zipped
  if (zip.length > MAX_ZIPPED_BYTES) throw tooBig(files, 'zipped', zip.length, MAX_ZIPPED_BYTES)
  return zip
}

/**
 * The files of a zip.
 * @throws an Error if it is not a zip, or if a file's path leads out of the folder that it is unpacked to.
 */
export function unzipFiles(zip: Buffer): PackageFile[] {
  return Object.entries(unzipSync(zip))
    .filter(([path]) => !path.endsWith('/'))
    .map(([path, bytes]) => {
      if (path.startsWith('/') || path.split(/[/\\]/).includes('..'))
        throw new Error(`${path} leads out of the package.`)
      return { path, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
    })
}

/** sha256 of the zip, in hex and in base64 as Lambda's `CodeSha256`. */
export function zipHashes(zip: Buffer): { sha256: string; codeSha256: string } {
  const hash = createHash('sha256').update(zip).digest()
  return { sha256: hash.toString('hex'), codeSha256: hash.toString('base64') }
}

function tooBig(files: readonly PackageFile[], how: string, bytes: number, most: number): GenatoError {
  const largest = [...files].sort((a, b) => b.bytes.length - a.bytes.length).slice(0, 3)
  return new GenatoError(
    'PACKAGE_TOO_BIG',
    `The package is ${quotaText(bytes)} ${how}, but Lambda@Edge allows ${quotaText(most)}.`,
    {
      hint: `The largest files are ${largest.map((file) => `${file.path} (${quotaText(file.bytes.length)})`).join(', ')}.`,
    },
  )
}
