import path from 'node:path'
import type { Settings } from '../config/types.js'
import { withPackage } from '../edge/one-shot.js'
import { buildPackage, type FunctionPackage } from '../package/build.js'
import { zipOnce } from '../package/zip-once.js'
import type { Reporter } from '../reporter/reporter.js'
import type { PackageSource } from '../stacks/on-demand.js'
import { workFolder } from '../work-folder.js'

/** The package of these settings: built at once, zipped and loaded only if that is asked for. */
export function packageSource(settings: Settings, reporter: Reporter): PackageSource {
  let building: Promise<FunctionPackage> | undefined
  const built = async () => (building ??= buildPackage(settings, reporter))
  return {
    digest: async () => (await built()).digest,
    zip: async () => zipOnce(await built(), path.join(await workFolder(settings.root), 'package')),
    load: async () =>
      withPackage(
        settings,
        await built(),
        () => undefined,
        async ({ loaded }) => loaded,
      ),
  }
}
