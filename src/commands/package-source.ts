import path from 'node:path'
import type { Settings } from '../config/types.js'
import { withPackage } from '../edge/serving/one-shot.js'
import { once } from '../once.js'
import { buildPackage } from '../package/build.js'
import { zipOnce } from '../package/zip-once.js'
import type { Reporter } from '../reporter/reporter.js'
import type { PackageSource } from '../stacks/on-demand.js'
import { workFolder } from '../work-folder.js'

export interface OwnPackage extends PackageSource {
  /** Paths that its generator shows off with. */
  examples: () => Promise<readonly string[]>
}

/** The package of these settings: built, zipped and loaded once, and only if that is asked for. */
export function packageSource(settings: Settings, reporter: Reporter): OwnPackage {
  const built = once(async () => buildPackage(settings, reporter))
  const load = once(async () =>
    withPackage(
      settings,
      await built(),
      () => undefined,
      async ({ loaded }) => loaded,
    ),
  )
  return {
    digest: async () => (await built()).digest,
    zip: once(async () => zipOnce(await built(), path.join(await workFolder(settings.root), 'package'))),
    load,
    examples: async () => (await load()).examples,
  }
}
