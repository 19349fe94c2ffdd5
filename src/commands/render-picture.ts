import { nearest } from '../../handler/shared/grammar/nearest.js'
import type { Mount } from '../../handler/shared/pictures/mount.js'
import { PICTURE_FORMATS } from '../../handler/shared/pictures/operations.js'
import { BadRequest } from '../../handler/shared/contract.js'
import { parsePicturePath } from '../../handler/shared/pictures/path.js'
import path from 'node:path'
import { originalsBucket } from '../config/names.js'
import type { Settings } from '../config/types.js'
import { openMountFolder } from '../dev/pictures/original-folders.js'
import { homeOfOriginals } from '../dev/pictures/running-pictures.js'
import { GenatoError, messageOf, usageError } from '../lib/errors.js'
import { readablePath } from '../lib/readable-path.js'
import { FunctionFailed } from '../local/lambda/failure.js'
import type { OriginalsFolder } from '../objects/originals-folder.js'
import type { Reporter } from '../reporter/reporter.js'
import { askPictures } from './ask-package.js'
import { pictureAnsweredSo } from './explain.js'
import { formatOfFile } from './file-type.js'
import { writeImage } from './image-file.js'
import { ignoredFragment, urlPath } from './url-path.js'

/** Of these, the nearest name is looked for. */
const MOST_NAMES = 2_000

interface Rendering {
  mount: Mount
  out: string | undefined
  /** By the mounts' names, absolute. */
  folders: ReadonlyMap<string, string>
  settings: Settings
  reporter: Reporter
}

/** `genato render` of a stored picture: makes one rendition of a file, without a server or a store. */
export async function renderPicture(
  given: string,
  { mount, out, folders, settings, reporter }: Rendering,
): Promise<void> {
  const started = performance.now()
  const cut = ignoredFragment(given)
  if (cut !== undefined) reporter.warn(cut)
  const { wanted, key } = readPath(urlPath(given), mount, out)
  const folder = await openMountFolder(settings.originals.mounts, mount.name, {
    given: folders,
    home: homeOfOriginals(path.join(settings.root, '.genato')),
    own: originalsBucket(settings.stack),
  })
  const original = await readOriginal(folder, key, mount)
  for (const left of leftOut(mount)) reporter.warn(left)
  await askPictures(withoutRekognition(settings), { reporter, log: out !== '-' }, async (asked) => {
    const image = await asked.render(wanted, original).catch((error: unknown) => {
      throw error instanceof FunctionFailed ? failure(error) : error
    })
    await writeImage(image, { wanted, out, started }, reporter)
  })
}

/** What needs Rekognition, which is not there without a server. */
function leftOut({ name, moderate, faces }: Mount): string[] {
  return [
    ...(moderate ? [`The moderation of ${name} is left out here.`] : []),
    ...(faces === 'rekognition'
      ? [`Faces are found by the built-in detector here, not by Rekognition.`]
      : []),
  ]
}

function withoutRekognition(settings: Settings): Settings {
  const { originals } = settings
  const mounts = originals.mounts.map((mount) => ({ ...mount, faces: 'built-in' as const }))
  return { ...settings, originals: { ...originals, mounts } }
}

/** The path, in the format of the file that is written if it names none. @throws GenatoError of a wrong path. */
function readPath(asked: string, mount: Mount, out: string | undefined): { wanted: string; key: string } {
  const mounts = new Map([[mount.name, mount]])
  try {
    const parsed = parsePicturePath(asked, mounts)
    if (parsed?.kind !== 'rendition')
      throw usageError(
        'NO_IMAGE',
        `${asked} is the path of an original as it is stored.`,
        `Write a size after the mount, such as /${mount.name}/400x300/${parsed?.key ?? 'cats/tom.jpg'}.`,
      )
    const { key, operations } = parsed
    const format = out === undefined ? undefined : PICTURE_FORMATS.find((one) => one === formatOfFile(out))
    if (operations.format.kind !== 'original' || format === undefined) return { wanted: asked, key }
    const wanted = asked.replace(/^\/[^/]+\/[^/]+/, (start) => `${start},${format}`)
    parsePicturePath(wanted, mounts)
    return { wanted, key }
  } catch (error) {
    if (error instanceof BadRequest)
      throw usageError(error.code, error.message, pictureAnsweredSo(error.code))
    throw error
  }
}

/** @throws GenatoError NO_ORIGINAL, BYTES_LIMIT, ORIGINAL_UNREADABLE */
export async function readOriginal(
  folder: Pick<OriginalsFolder, 'root' | 'head' | 'get' | 'list'>,
  key: string,
  mount: Mount,
): Promise<Uint8Array> {
  const unreadable = (error: unknown) =>
    new GenatoError('ORIGINAL_UNREADABLE', `${key} can't be read: ${messageOf(error)}.`, {
      hint: `Check the permissions of the file in ${readablePath(folder.root)}.`,
      cause: error,
    })
  const about = await folder.head(key).catch((error: unknown) => {
    throw unreadable(error)
  })
  if (about && about.size > mount.limits.bytes)
    throw new GenatoError(
      'BYTES_LIMIT',
      `${key} has ${about.size} bytes, and the limit of ${mount.name} is ${mount.limits.bytes}.`,
    )
  const found =
    about &&
    (await folder.get(key).catch((error: unknown) => {
      throw unreadable(error)
    }))
  if (found) return found.body
  const names = (await folder.list('', MOST_NAMES)).map((file) => file.key)
  const meant = nearest(key, names)
  throw new GenatoError('NO_ORIGINAL', `There is no picture ${key} in ${readablePath(folder.root)}.`, {
    hint:
      meant === undefined
        ? `--originals ${mount.name}=DIR names the folder of the originals.`
        : `Did you mean ${meant}?`,
  })
}

function failure(error: FunctionFailed): GenatoError {
  const { thrown } = error
  if (thrown?.code === undefined)
    return new GenatoError('RENDER_FAILED', `The picture was not made. ${error.message}`, { cause: error })
  return thrown.name === 'BadRequest'
    ? usageError(thrown.code, thrown.message, pictureAnsweredSo(thrown.code))
    : new GenatoError(thrown.code, thrown.message)
}
