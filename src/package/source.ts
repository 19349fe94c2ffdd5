import path from 'node:path'
import type { Settings } from '../config/types.js'
import { once } from '../lib/async.js'
import { workFolder } from '../lib/work-folder.js'
import type { Reporter } from '../reporter/reporter.js'
import { buildPackage, type FunctionPackage } from './build.js'
import { zipOnce } from './zip-once.js'

/** What a package says of itself once it is loaded. */
export interface Loaded {
  /** Part of the object keys. */
  generation: string
  /** Changes with what CloudFront may keep of the images. */
  cached: string
  /** Paths that the generator offers as examples. */
  examples: readonly string[]
}

/** Loads a package as Lambda would. @throws GenatoError GENERATOR_FAILED */
export type Load = (settings: Settings, built: FunctionPackage) => Promise<Loaded>

/**
 * The function package of these settings, built, zipped and loaded only when that is asked for, and once.
 * @param load loads it: this room doesn't know Lambda.
 */
export function packageSource(settings: Settings, reporter: Reporter, load: Load) {
  const built = once(async () => buildPackage(settings, reporter))
  return {
    digest: async () => (await built()).digest,
    zip: once(async () => zipOnce(await built(), path.join(await workFolder(settings.root), 'package'))),
    load: once(async () => load(settings, await built())),
  }
}
