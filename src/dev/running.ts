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
import { runPictures, type PicturesSurroundings, type RunningPictures } from './pictures/running-pictures.js'

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
  /** `undefined` without mounts. */
  pictures: RunningPictures | undefined
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
  /** For the mounts. */
  pictures: PicturesSurroundings
}

/**
 * Builds the packages of these settings and starts them, so that a package that doesn't load fails at once.
 * @param before what is still the same is kept from it.
 * @throws GenatoError GENERATOR_FAILED, and what building throws. Nothing that was started is left running then.
 */
export async function buildAndRun(
  settings: Settings,
  around: Surroundings,
  before?: Running,
): Promise<Running> {
  const [edge, pictures] = await Promise.allSettled([
    runEdge(settings, around, before),
    runPictures(settings, around.pictures, before?.pictures),
  ])
  if (edge.status === 'fulfilled' && pictures.status === 'fulfilled')
    return {
      ...edge.value,
      settings,
      inputs: [...edge.value.inputs, ...(pictures.value?.inputs ?? [])],
      pictures: pictures.value,
    }
  if (edge.status === 'fulfilled' && edge.value.runner !== before?.runner) await edge.value.runner.stop()
  if (pictures.status === 'fulfilled' && pictures.value !== before?.pictures) await pictures.value?.stop()
  throw edge.status === 'rejected' ? edge.reason : (pictures as PromiseRejectedResult).reason
}

/** Whether two are the same, but for settings that need nothing new to be started. */
export function isSame(one: Running, other: Running): boolean {
  return one.runner === other.runner && one.pictures === other.pictures
}

/** Stops what of `one` isn't part of `other`. */
export async function stopReplaced(one: Running, other?: Running): Promise<void> {
  await Promise.all([
    one.runner === other?.runner ? undefined : one.runner.stop(),
    one.pictures === other?.pictures ? undefined : one.pictures?.stop(),
  ])
}

async function runEdge(
  settings: Settings,
  around: Surroundings,
  before?: Running,
): Promise<Omit<Running, 'settings' | 'pictures'>> {
  const { digest, inputs, ...built } = await buildPackage(settings, around.reporter, 'edge')
  if (before && digest === before.digest && sameLimits(settings, before.settings))
    return { ...before, inputs }
  return { digest, inputs, ...(await unpackAndRun({ ...built, digest }, edgeFunction(settings), around)) }
}

/** @throws GenatoError GENERATOR_FAILED, and what unpacking throws. */
export async function unpackAndRun(
  built: Unpackable,
  fn: LambdaFunction,
  { work, store, onFunctionLine }: Omit<Surroundings, 'reporter' | 'pictures'>,
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
