import path from 'node:path'
import type { Settings } from '../../config/types.js'
import { GenatoError, messageOf } from '../../lib/errors.js'
import { workFolder } from '../../lib/work-folder.js'
import type { FunctionPackage } from '../../package/build.js'
import type { Loaded } from '../../package/source.js'
import { unpackForHost } from '../../package/unpack.js'
import { functionOf } from './function-of.js'
import { reservedEnvironment } from './environment.js'
import { startProcess, type FunctionProcess } from './process.js'
import { removeLeftTempFolders } from './temp-folder.js'

/** Calls made without a server never reach a store. Nothing listens on this port. */
const NO_STORE = {
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'NONE', secretAccessKey: 'NONE' },
}

/**
 * Loads the package in its own process, passes that to `ask`, and ends it.
 * @throws GenatoError GENERATOR_FAILED if the package does not load, and what `ask` throws.
 */
export async function withPackage<T>(
  settings: Settings,
  built: FunctionPackage,
  onLine: (line: string) => void,
  ask: (loaded: FunctionProcess) => Promise<T>,
): Promise<T> {
  const work = await workFolder(settings.root)
  const temp = path.join(work, 'tmp')
  await removeLeftTempFolders(temp)
  const folder = await unpackForHost(built, path.join(work, 'run'))
  const fn = functionOf(built.name, settings)
  const env = reservedEnvironment(fn, { folder, ...NO_STORE })
  const loaded = startProcess({ folder, temp, memory: fn.memory, env, onLine })
  try {
    await loaded.loaded.catch((cause: unknown) => {
      throw new GenatoError('GENERATOR_FAILED', `The package could not be loaded: ${messageOf(cause)}`, {
        cause,
      })
    })
    return await ask(loaded)
  } finally {
    await loaded.stop()
  }
}

/**
 * Loads the package once, as Lambda will, and returns what it exports.
 * @throws GenatoError GENERATOR_FAILED
 */
export async function loadPackage(settings: Settings, built: FunctionPackage): Promise<Loaded> {
  return withPackage(
    settings,
    built,
    () => undefined,
    // The package was built from handler/edge, whose exports these are.
    async ({ loaded }) => (await loaded).values as unknown as Loaded,
  )
}
