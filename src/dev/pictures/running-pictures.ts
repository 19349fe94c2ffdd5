import path from 'node:path'
import type { Mount } from '../../../handler/shared/pictures/mount.js'
import { imageFunctionGrants } from '../../../templates/images-role.js'
import { originalsBucket, renditionsBucket } from '../../config/names.js'
import type { Settings } from '../../config/types.js'
import { GenatoError, messageOf } from '../../lib/errors.js'
import { signingKeys, type SigningKeys } from '../../lib/signing-keys.js'
import type { ViewerFunction } from '../../local/cloudfront/viewer-function/event.js'
import { openViewerFunction } from '../../local/cloudfront/viewer-function/sandbox.js'
import { reservedEnvironment } from '../../local/lambda/environment.js'
import { FunctionFailed } from '../../local/lambda/failure.js'
import { imagesFunction } from '../../local/lambda/function-of.js'
import { startRoleStore } from '../../local/lambda/function-store.js'
import { createRunner, type FunctionRunner } from '../../local/lambda/runner.js'
import type { ObjectFolder } from '../../objects/folder.js'
import { buildPackage } from '../../package/build.js'
import { gateCode } from '../../package/gate.js'
import { unpackForHost } from '../../package/unpack.js'
import type { Reporter } from '../../reporter/reporter.js'
import { answersDigest, startLocalRekognition } from './local-rekognition.js'
import { openOriginals, type Originals } from './original-folders.js'

/** The service of stored pictures, running. When the configuration changes it, all of this is replaced. */
export interface RunningPictures {
  settings: Settings
  mounts: readonly Mount[]
  /** The digest of the image function's package. */
  digest: string
  /** The folder that it is unpacked to. */
  folder: string
  /** The files that it depends on, absolute. */
  inputs: string[]
  runner: FunctionRunner
  gate: ViewerFunction
  originals: Originals
  /** `undefined` if no mount is signed. */
  keys: SigningKeys | undefined
  /** A digest of the file that the local Rekognition answers from; `undefined` without one. */
  answers: string | undefined
  /** Ends the function and its store. */
  stop(): Promise<void>
}

/** What every run of the service has. */
export interface PicturesSurroundings {
  /** genato's own folder in the project. */
  work: string
  /** What was made of originals. */
  renditions: ObjectFolder
  /** Folders of originals, absolute, by the mounts' names. All other mounts have a folder of their own in `work`. */
  folders: ReadonlyMap<string, string>
  /** The file that the local Rekognition answers from, absolute. */
  answersFile: string | undefined
  reporter: Reporter
  /** Receives each line that the function writes to its log. */
  onFunctionLine: (line: string) => void
}

/** Where the originals of mounts are that no `--originals` names. */
export function homeOfOriginals(work: string): string {
  return path.join(work, 'originals')
}

/**
 * Builds and starts what serves the mounts. Without mounts there is nothing to start.
 * @param before is returned if nothing has changed.
 * @throws GenatoError of building, folders, keys, and a gate that is too large.
 */
export async function runPictures(
  settings: Settings,
  around: PicturesSurroundings,
  before?: RunningPictures,
): Promise<RunningPictures | undefined> {
  const { mounts } = settings.originals
  if (mounts.length === 0) return undefined
  const keys = mounts.some(({ allow }) => allow === 'signed') ? await signingKeys(settings.root) : undefined
  const answers = await answersDigest(settings, around.answersFile)
  const built = await buildPackage(settings, around.reporter, 'images')
  if (before && isSame({ settings, keys, answers, digest: built.digest }, before)) return before
  const gate = openViewerFunction(
    await gateCode({
      mounts,
      keys: keys ? [keys.current, ...(keys.previous === undefined ? [] : [keys.previous])] : [],
    }),
  )
  const own = originalsBucket(settings.stack)
  const originals = await openOriginals(mounts, {
    given: around.folders,
    home: homeOfOriginals(around.work),
    own,
  })
  const folder = await unpackForHost(built, path.join(around.work, 'run'))
  const running = await runFunction(settings, { ...around, folder, originals, own })
  return {
    settings,
    mounts,
    digest: built.digest,
    folder,
    inputs: [
      ...built.inputs,
      ...(keys ? [path.join(around.work, 'signing.json')] : []),
      ...(around.answersFile === undefined ? [] : [around.answersFile]),
    ],
    gate,
    originals,
    keys,
    answers,
    ...running,
  }
}

async function runFunction(
  settings: Settings,
  around: PicturesSurroundings & { folder: string; originals: Originals; own: string },
): Promise<Pick<RunningPictures, 'runner' | 'stop'>> {
  const { work, folder, renditions, reporter, originals, own, onFunctionLine } = around
  const { mounts } = settings.originals
  const bucket = renditionsBucket(settings.stack)
  const grants = imageFunctionGrants(
    mounts.map((mount) => ({ bucket: mount.bucket ?? own, prefix: mount.prefix })),
    bucket,
  )
  const buckets = new Map([...originals.buckets, [bucket, renditions] as const])
  const ends: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    const store = await startRoleStore(buckets, Object.values(grants), reporter)
    ends.push(async () => store.close())
    const rekognition = await startLocalRekognition(mounts, { ...around, ...store.access })
    if (rekognition) ends.push(async () => rekognition.close())
    const fn = imagesFunction(settings)
    const runner = createRunner({
      folder,
      temp: path.join(work, 'tmp'),
      memory: fn.memory,
      timeoutMs: fn.timeout * 1000,
      env: reservedEnvironment(fn, {
        folder,
        ...store.access,
        ...(rekognition ? { rekognition: rekognition.endpoint } : {}),
      }),
      onLine: onFunctionLine,
    })
    ends.push(async () => {
      store.ending()
      await runner.stop()
    })
    await runner.start()
    return { runner, stop }
  } catch (cause) {
    await stop()
    if (!(cause instanceof FunctionFailed)) throw cause
    throw new GenatoError(
      'PACKAGE_FAILED',
      `The image function's package could not be loaded: ${messageOf(cause)}`,
      { cause },
    )
  }
}

/** The package holds the mounts. */
function isSame(
  { settings, keys, answers, digest }: Pick<RunningPictures, 'settings' | 'keys' | 'answers' | 'digest'>,
  before: RunningPictures,
): boolean {
  const { stack, originals, generate } = before.settings
  return (
    digest === before.digest &&
    answers === before.answers &&
    stack === settings.stack &&
    originals.memory === settings.originals.memory &&
    originals.timeout === settings.originals.timeout &&
    generate.runtime === settings.generate.runtime &&
    keys?.current === before.keys?.current &&
    keys?.previous === before.keys?.previous
  )
}
