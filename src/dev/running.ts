import path from 'node:path'
import type { Settings } from '../config/types.js'
import { GenatoError, messageOf } from '../lib/errors.js'
import { buildPackage } from '../package/build.js'
import { unpackForHost, type Unpackable } from '../package/unpack.js'
import type { Reporter } from '../reporter/reporter.js'
import {
  reservedEnvironment,
  type FunctionIdentity,
  type LocalFunction,
} from '../local/lambda/environment.js'
import { createRunner, type FunctionRunner } from '../local/lambda/runner.js'

/** One package that runs: replaced as a whole when the package changes. */
export interface Running {
  settings: Settings
  /** The package's content digest. */
  digest: string
  /** Where it is unpacked. */
  folder: string
  /** The user's files that it was made from, absolute. */
  inputs: string[]
  runner: FunctionRunner
  /** Paths that its generator shows off with. */
  examples: readonly string[]
}

/** What packages are run with, whichever it is. */
export interface Surroundings {
  /** genato's own folder in the project. */
  work: string
  /** The object store's, which stands in for S3. */
  store: Pick<FunctionIdentity, 'endpoint' | 'credentials'>
  reporter: Reporter
  /** A line that the function wrote to its log. */
  onFunctionLine: (line: string) => void
}

/**
 * Builds the package of these settings, and starts it, so that what keeps it from loading is known at once.
 * @param before if the package would be no other than this one, it is given back as it is.
 * @throws GenatoError GENERATOR_FAILED, and what building throws.
 */
export async function buildAndRun(
  settings: Settings,
  around: Surroundings,
  before?: Running,
): Promise<Running> {
  const built = await buildPackage(settings, around.reporter)
  if (before && built.digest === before.digest && sameLimits(settings, before.settings))
    return { ...before, settings, inputs: built.inputs }
  const started = await unpackAndRun(built, { stack: settings.stack, ...settings.generate }, around)
  return { settings, digest: built.digest, inputs: built.inputs, ...started }
}

/** @throws GenatoError GENERATOR_FAILED, and what unpacking throws. */
export async function unpackAndRun(
  built: Unpackable,
  how: LocalFunction & { timeout: number },
  { work, store, onFunctionLine }: Omit<Surroundings, 'reporter'>,
): Promise<Pick<Running, 'folder' | 'runner' | 'examples'>> {
  const folder = await unpackForHost(built, path.join(work, 'run'))
  const runner = createRunner({
    folder,
    temp: path.join(work, 'tmp'),
    memory: how.memory,
    timeoutMs: how.timeout * 1000,
    env: reservedEnvironment(how, { folder, ...store }),
    onLine: onFunctionLine,
  })
  try {
    const { examples } = await runner.start()
    return { folder, runner, examples }
  } catch (cause) {
    await runner.stop()
    throw new GenatoError('GENERATOR_FAILED', `The package could not be loaded: ${messageOf(cause)}`, {
      cause,
    })
  }
}

function sameLimits({ generate: one }: Settings, { generate: other }: Settings): boolean {
  return one.memory === other.memory && one.timeout === other.timeout
}
