import path from 'node:path'
import type { Settings } from '../config/types.js'
import type { Reporter } from '../reporter/reporter.js'
import { version as genatoVersion } from '../lib/version.js'
import { bundleFunction } from './bundle.js'
import { contentDigest, type PackageFile } from './package-file.js'
import { cacheFolder, nativeFiles } from './native.js'
import { NATIVE_PACKAGES } from './native-packages.js'
import { packageNamed, type PackageName } from './packages.js'

/** A function package, in memory. */
export interface FunctionPackage {
  name: PackageName
  files: PackageFile[]
  /** sha256 in hex over paths, modes and contents. */
  digest: string
  /** The source map of index.js, for this machine only. */
  map: string
  /** The user's files that it was built from, absolute. When one changes, the package may change. */
  inputs: string[]
}

/**
 * Builds a function package. The same settings and sources give the same package on every machine.
 * @throws GenatoError BAD_CONFIG, BAD_GENERATOR, and what staging the native code throws.
 */
export async function buildPackage(
  settings: Settings,
  reporter: Reporter,
  name: PackageName,
): Promise<FunctionPackage> {
  const { content, entry } = packageNamed(name)
  const staged = { cache: cacheFolder(), scratch: path.join(settings.root, '.genato', 'downloads'), reporter }
  const [natives, { baked, generator, files: own, inputs, origin }] = await Promise.all([
    nativeFiles(staged),
    content(settings),
  ])
  const bundle = await bundleFunction({ entry, generator, root: settings.root, baked })
  const files: PackageFile[] = [
    ...natives,
    ...own,
    { path: 'index.js', bytes: Buffer.from(bundle.code) },
    // Otherwise a package.json further up could make Node load it as an ES module.
    { path: 'package.json', bytes: json({ type: 'commonjs' }) },
    // States what the package was built from. Nothing in it depends on this machine or account.
    {
      path: 'genato.json',
      bytes: json({ genato: genatoVersion(), sharp: NATIVE_PACKAGES[0]?.version, ...origin }),
    },
  ]
  return {
    name,
    files,
    digest: contentDigest(files),
    map: bundle.map,
    inputs: [...settings.configInputs, ...bundle.inputs, ...inputs],
  }
}

function json(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
}
