import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { ZipArchive } from 'archiver'
import { GenatoError } from '../lib/errors.js'
import { FILE_MODE, sortFiles, type PackageFile } from './package-file.js'

/** Lambda@Edge's quota. */
const MAX_ZIPPED_BYTES = 50 * 1024 * 1024
/** Lambda's, for what a zip unpacks to. */
const MAX_UNZIPPED_BYTES = 262_144_000

/** The first moment that a zip can name, so that no clock and no time zone enters. */
const EPOCH = new Date(Date.UTC(1980, 0, 1))

/**
 * A byte-stable zip: sorted, one date, one mode. Another build of zlib may compress otherwise.
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

/** sha256 of the zip, in hex and as Lambda's `CodeSha256` has it. */
export function zipHashes(zip: Buffer): { sha256: string; codeSha256: string } {
  const hash = createHash('sha256').update(zip).digest()
  return { sha256: hash.toString('hex'), codeSha256: hash.toString('base64') }
}

function tooBig(files: readonly PackageFile[], how: string, bytes: number, most: number): GenatoError {
  const largest = [...files].sort((a, b) => b.bytes.length - a.bytes.length).slice(0, 3)
  return new GenatoError(
    'PACKAGE_TOO_BIG',
    `The package is ${megabytes(bytes)} ${how}, and Lambda@Edge takes ${megabytes(most)}.`,
    {
      hint: `The largest files are ${largest.map((file) => `${file.path} (${megabytes(file.bytes.length)})`).join(', ')}.`,
    },
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
