import type { Explanation } from '../../handler/shared/explanation.js'
import type { Settings } from '../config/types.js'
import { withPackage } from '../local/lambda/with-package.js'
import { buildPackage } from '../package/build.js'
import type { Reporter } from '../reporter/reporter.js'
import { reportFunctionLine } from './dev-lines.js'

/** The loaded package of generated images, which answers questions about paths without a store. */
export interface Asked {
  /** @throws FunctionFailed */
  explain: (path: string) => Promise<Explanation>
  /** @returns `undefined` for the path of a file. @throws FunctionFailed, also for a wrong path. */
  render: (path: string) => Promise<Rendered | undefined>
}

interface Rendered {
  body: Uint8Array | string
  contentType: string
}

interface Asking {
  reporter: Reporter
  /** Whether to show the lines that the function writes to its log. */
  log: boolean
}

/** The loaded package of stored pictures, in the same way. */
export interface AskedPictures {
  /** @throws FunctionFailed */
  explain: (path: string) => Promise<Explanation>
  /** @throws FunctionFailed, also for a wrong path, and an original that is refused. */
  render: (path: string, original: Uint8Array) => Promise<Rendered>
}

/**
 * Builds the package of generated images, loads it, and passes it to `ask`.
 * @throws GenatoError of building and loading, and what `ask` throws.
 */
export async function askPackage<T>(
  settings: Settings,
  { reporter, log }: Asking,
  ask: (asked: Asked) => Promise<T>,
): Promise<T> {
  const onLine = log ? reportFunctionLine(reporter) : () => undefined
  const timeout = settings.generate.timeout * 1000
  return withPackage(settings, await buildPackage(settings, reporter, 'edge'), onLine, async (loaded) =>
    ask({
      explain: async (path) => (await loaded.call('explain', [path], timeout)) as Explanation,
      render: async (path) => (await loaded.call('render', [path, timeout], timeout)) as Rendered | undefined,
    }),
  )
}

/** The same with the package of stored pictures. */
export async function askPictures<T>(
  settings: Settings,
  { reporter, log }: Asking,
  ask: (asked: AskedPictures) => Promise<T>,
): Promise<T> {
  const onLine = log ? reportFunctionLine(reporter) : () => undefined
  const timeout = settings.originals.timeout * 1000
  return withPackage(settings, await buildPackage(settings, reporter, 'images'), onLine, async (loaded) =>
    ask({
      explain: async (path) => (await loaded.call('explain', [path], timeout)) as Explanation,
      render: async (path, original) =>
        (await loaded.call('render', [path, original, timeout], timeout)) as Rendered,
    }),
  )
}
