import path from 'node:path'
import type { Settings } from '../../config/types.js'
import { GenatoError, messageOf } from '../../lib/errors.js'
import type { FunctionPackage } from '../../package/build.js'
import type { Loaded } from '../../package/source.js'
import { unpackForHost } from '../../package/unpack.js'
import { workFolder } from '../../lib/work-folder.js'
import { reservedEnvironment } from './environment.js'
import { startProcess, type FunctionProcess } from './process.js'
import { removeLeftTempFolders } from './temp-folder.js'

/**
 * Loads the package in a process of its own, asks it something, and ends it.
 * @throws GenatoError GENERATOR_FAILED if it does not load; FunctionFailed as `ask` does.
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
  const env = reservedEnvironment(
    { stack: settings.stack, ...settings.generate },
    {
      folder,
      // Nothing that is asked here reaches a store.
      endpoint: 'http://127.0.0.1:9',
      credentials: { accessKeyId: 'NONE', secretAccessKey: 'NONE' },
    },
  )
  const loaded = startProcess({ folder, temp, memory: settings.generate.memory, env, onLine })
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

/** Loads the package once, as Lambda will. @throws GenatoError GENERATOR_FAILED */
export async function loadPackage(settings: Settings, built: FunctionPackage): Promise<Loaded> {
  return withPackage(
    settings,
    built,
    () => undefined,
    async ({ loaded }) => loaded,
  )
}
