import path from 'node:path'
import type { Settings } from '../config/types.js'
import { GenatoError, messageOf } from '../lib/errors.js'
import { edgeFunction } from '../local/lambda/function-of.js'
import {
  reservedEnvironment,
  type FunctionIdentity,
  type LambdaFunction,
} from '../local/lambda/environment.js'
import { createRunner, type FunctionRunner } from '../local/lambda/runner.js'
import { buildPackage } from '../package/build.js'
import { unpackForHost, type Unpackable } from '../package/unpack.js'
import type { Reporter } from '../reporter/reporter.js'

/** A package that is running. When the package changes, all of this is replaced. */
export interface Running {
  settings: Settings
  /** The package's content digest. */
  digest: string
  /** The folder that it is unpacked to. */
  folder: string
  /** The user's files that it was built from, absolute. */
  inputs: string[]
  runner: FunctionRunner
  /** Example paths of its generator. */
  examples: readonly string[]
}

/** What every package runs with. */
export interface Surroundings {
  /** genato's own folder in the project. */
  work: string
  /** The local S3. */
  store: Pick<FunctionIdentity, 'endpoint' | 'credentials'>
  reporter: Reporter
  /** Receives each line that the function writes to its log. */
  onFunctionLine: (line: string) => void
}

/**
 * Builds the package of these settings and starts it, so that a package that doesn't load fails at once.
 * @param before is returned if the package is still the same.
 * @throws GenatoError GENERATOR_FAILED, and what building throws.
 */
export async function buildAndRun(
  settings: Settings,
  around: Surroundings,
  before?: Running,
): Promise<Running> {
  const built = await buildPackage(settings, around.reporter, 'edge')
  if (before && built.digest === before.digest && sameLimits(settings, before.settings))
    return { ...before, settings, inputs: built.inputs }
  const started = await unpackAndRun(built, edgeFunction(settings), around)
  return { settings, digest: built.digest, inputs: built.inputs, ...started }
}

/** @throws GenatoError GENERATOR_FAILED, and what unpacking throws. */
export async function unpackAndRun(
  built: Unpackable,
  fn: LambdaFunction,
  { work, store, onFunctionLine }: Omit<Surroundings, 'reporter'>,
): Promise<Pick<Running, 'folder' | 'runner' | 'examples'>> {
  const folder = await unpackForHost(built, path.join(work, 'run'))
  const runner = createRunner({
    folder,
    temp: path.join(work, 'tmp'),
    memory: fn.memory,
    timeoutMs: fn.timeout * 1000,
    env: reservedEnvironment(fn, { folder, ...store }),
    onLine: onFunctionLine,
  })
  try {
    const { values } = await runner.start()
    // A package that an earlier version deployed may export none.
    return { folder, runner, examples: (values['examples'] ?? []) as readonly string[] }
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
