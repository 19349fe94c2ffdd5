import { unzipSync } from 'fflate'
import type { PackageFile } from './package-file.js'

/** The files of a zip. @throws an Error if it is none, or if a file would lie outside of where it is unpacked. */
export function unzipFiles(zip: Buffer): PackageFile[] {
  return Object.entries(unzipSync(zip))
    .filter(([path]) => !path.endsWith('/'))
    .map(([path, bytes]) => {
      if (path.startsWith('/') || path.split(/[/\\]/).includes('..'))
        throw new Error(`${path} is no file's path in a package.`)
      return { path, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
    })
}
