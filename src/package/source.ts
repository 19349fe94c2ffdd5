import path from 'node:path'
import type { Settings } from '../config/types.js'
import { once } from '../lib/async.js'
import { workFolder } from '../lib/work-folder.js'
import type { Reporter } from '../reporter/reporter.js'
import { buildPackage, type FunctionPackage } from './build.js'
import type { PackageName } from './packages.js'
import { zipOnce } from './zip-once.js'

/** What the edge package exports beside its functions. */
export interface Loaded {
  /** Part of the object keys. */
  generation: string
  /** Changes with what CloudFront may cache of the images. */
  cached: string
  /** Example paths of the generator. */
  examples: readonly string[]
}

/** Loads a package as Lambda would. @throws GenatoError GENERATOR_FAILED */
export type Load = (settings: Settings, built: FunctionPackage) => Promise<Loaded>

/**
 * The package of this name, built, zipped and loaded on demand, and only once each.
 * @param load is a parameter because this room doesn't know the local Lambda.
 */
export function packageSource(settings: Settings, reporter: Reporter, load: Load, name: PackageName) {
  const built = once(async () => buildPackage(settings, reporter, name))
  return {
    digest: async () => (await built()).digest,
    zip: once(async () => zipOnce(await built(), path.join(await workFolder(settings.root), 'package'))),
    load: once(async () => load(settings, await built())),
  }
}
