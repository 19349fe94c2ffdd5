import type { Overrides } from '../config/load.js'
import type { Settings } from '../config/types.js'
import { FunctionFailed } from '../local/lambda/failure.js'
import { GenatoError, usageError } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'
import { askPackage, type Asked } from './ask-package.js'
import { ANSWERED_SO } from './explain.js'
import { formatOfFile } from './file-type.js'
import { refuseTerminal, writeImage } from './image-file.js'
import {
  loadWithMounts,
  missingMount,
  mountOf,
  readOriginals,
  type OriginalsOption,
} from './originals-option.js'
import { renderPicture } from './render-picture.js'
import { ignoredQuery, urlPath } from './url-path.js'

/**
 * `genato render`: generates one image into a file with the package, or makes it from an original, without a server or
 * a store.
 */
export async function render(
  given: string,
  args: OriginalsOption & { out?: string },
  overrides: Overrides,
  reporter: Reporter,
): Promise<void> {
  const { out } = args
  refuseTerminal(given, out, reporter)
  const cwd = process.cwd()
  const folders = await readOriginals(args, cwd)
  const settings = await loadWithMounts(cwd, overrides, folders)
  const mount = mountOf(urlPath(given), settings)
  if (mount) return renderPicture(given, { mount, out, folders, settings, reporter })
  const toStdout = out === '-'
  // Standard output has the image and nothing else.
  await askPackage(settings, { reporter, log: !toStdout }, async (asked) => {
    const started = performance.now()
    const ignored = await ignoredQuery(given, asked)
    if (ignored !== undefined) reporter.warn(ignored)
    const wanted = await pathFor(urlPath(given), toStdout ? undefined : out, settings, asked)
    const image = await asked.render(wanted).catch((error: unknown) => {
      throw error instanceof FunctionFailed ? failure(error) : error
    })
    if (!image) throw await noImage(wanted, settings, asked)
    await writeImage(image, { wanted, out, started }, reporter)
  })
}

/**
 * Adds the file's format to a path of the built-in generator that names no format.
 * @throws GenatoError of a path that is wrong only in that format, for example because of its transparency.
 */
async function pathFor(
  asked: string,
  file: string | undefined,
  { generate: { generator } }: Settings,
  { explain }: Asked,
): Promise<string> {
  const format = file === undefined ? undefined : formatOfFile(file)
  if (generator !== undefined || format === undefined) return asked
  const meaning = await explain(asked)
  if (meaning.kind === 'image' && meaning.details['format'] === format) return asked
  if (meaning.kind !== 'image' && meaning.kind !== 'rejected') return asked
  const inFormat = `${asked},${format}`
  const named = await explain(inFormat)
  if (named.kind === 'image') return inFormat
  // The path names another format already.
  if (meaning.kind === 'rejected' || named.kind !== 'rejected' || named.code === 'BAD_FORMAT') return asked
  throw usageError(named.code, named.message, ANSWERED_SO)
}

async function noImage(wanted: string, settings: Settings, { explain }: Asked): Promise<GenatoError> {
  const { generator } = settings.generate
  const meaning = await explain(wanted)
  const meant = meaning.kind === 'file' ? meaning.suggestion : undefined
  return usageError(
    'NO_IMAGE',
    `${wanted} is the path of a file, not of a generated image.`,
    meant !== undefined
      ? `Did you mean ${meant}?`
      : generator
        ? 'The generator’s parse returned undefined for it.'
        : (missingMount(wanted, settings) ??
          'The path of an image starts with a size, such as /640x480,white,png.'),
  )
}

function failure(error: FunctionFailed): GenatoError {
  const { thrown } = error
  if (thrown?.name === 'BadRequest' && thrown.code !== undefined)
    return usageError(thrown.code, thrown.message, ANSWERED_SO)
  return new GenatoError('RENDER_FAILED', `The image was not generated. ${error.message}`, { cause: error })
}
