import type { PackageFile } from './package-file.js'

/** What a package has besides sharp's native code, and what its bundle is made from. */
export interface PackageContent {
  /** What the function needs from the configuration. It is written into the bundle as JSON. */
  baked: object
  /** The generator's module, absolute; `undefined` for none, or the built-in one. */
  generator: string | undefined
  files: PackageFile[]
  /** The user's files that it was read from, absolute. */
  inputs: string[]
  /** What genato.json says about it, besides the versions. */
  origin: object
}
