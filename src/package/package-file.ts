import { createHash } from 'node:crypto'

/** A file of the package. */
export interface PackageFile {
  /** Relative to the package, with slashes. */
  path: string
  bytes: Buffer
}

/** Every file is readable by all, because Lambda runs as another user, and writable only by its owner. */
export const FILE_MODE = 0o644

/** Sorted by path in code-unit order, which doesn't depend on the locale. */
export function sortFiles(files: readonly PackageFile[]): PackageFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/**
 * The content digest: sha256 in hex over the sorted paths, modes and bytes. Equal digests mean equal
 * packages, whichever machine built and compressed them.
 */
export function contentDigest(files: readonly PackageFile[]): string {
  const hash = createHash('sha256')
  for (const { path, bytes } of sortFiles(files)) {
    const content = createHash('sha256').update(bytes).digest('hex')
    hash.update(`${path}\0${FILE_MODE.toString(8)}\0${content}\n`)
  }
  return hash.digest('hex')
}
