import path from 'node:path'
import { loadSettings, type Overrides } from '../config/load.js'
import type { Settings } from '../config/types.js'
import { FunctionFailed } from '../local/lambda/failure.js'
import { GenatoError, usageError } from '../lib/errors.js'
import { saveFile } from '../lib/whole-files.js'
import { readablePath } from '../lib/readable-path.js'
import type { Reporter } from '../reporter/reporter.js'
import { askPackage, type Asked } from './ask-package.js'
import { ANSWERED_SO } from './explain.js'
import { endingOf, formatOfFile, typeOfFile } from './file-type.js'
import { ignoredQuery, urlPath } from './url-path.js'

/** `genato render`: generates one image into a file with the package, without a server or a store. */
export async function render(
  given: string,
  args: { out?: string },
  overrides: Overrides,
  reporter: Reporter,
): Promise<void> {
  const toStdout = args.out === '-'
  if (toStdout && reporter.bytesAreShown)
    throw usageError(
      'BAD_USAGE',
      '--out - would print the bytes of an image to the terminal.',
      `Redirect it, as in genato render ${given} --out - > image, or name a file with --out.`,
    )
  const cwd = process.cwd()
  const settings = await loadSettings(cwd, overrides)
  // Standard output has the image and nothing else.
  await askPackage(settings, { reporter, log: !toStdout }, async (asked) => {
    const started = performance.now()
    const ignored = await ignoredQuery(given, asked)
    if (ignored !== undefined) reporter.warn(ignored)
    const wanted = await pathFor(urlPath(given), toStdout ? undefined : args.out, settings, asked)
    const image = await asked.render(wanted).catch((error: unknown) => {
      throw error instanceof FunctionFailed ? failure(error) : error
    })
    if (!image) throw await noImage(wanted, settings, asked)
    const body = typeof image.body === 'string' ? Buffer.from(image.body) : image.body
    if (toStdout) return reporter.bytes(body)
    const name = args.out ?? fileName(wanted, image.contentType)
    refuseOtherType(name, wanted, image.contentType)
    const out = path.resolve(cwd, name)
    await saveFile(out, body, 'Name another file with --out.')
    const ms = Math.round(performance.now() - started)
    reporter.result(`${readablePath(out)}  ${image.contentType}, ${body.length} bytes, ${ms} ms`, {
      file: path.relative(cwd, out),
      path: wanted,
      contentType: image.contentType,
      bytes: body.length,
      ms,
    })
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

/** @throws GenatoError OTHER_TYPE if the file's extension names another type. */
function refuseOtherType(file: string, wanted: string, contentType: string): void {
  const named = typeOfFile(file)
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (named === undefined || named === type) return
  const ending = path.extname(file)
  const other = `${file.slice(0, file.length - ending.length)}.${endingOf(type)}`
  throw usageError(
    'OTHER_TYPE',
    `${file} is named like ${named}, but ${wanted} is ${type}.`,
    `Name it ${other}, or use a URL for ${named}.`,
  )
}

async function noImage(
  wanted: string,
  { generate: { generator } }: Settings,
  { explain }: Asked,
): Promise<GenatoError> {
  const meaning = await explain(wanted)
  const meant = meaning.kind === 'file' ? meaning.suggestion : undefined
  return usageError(
    'NO_IMAGE',
    `${wanted} is the path of a file, not of a generated image.`,
    meant !== undefined
      ? `Did you mean ${meant}?`
      : generator
        ? 'The generator’s parse returned undefined for it.'
        : 'The path of an image starts with a size, such as /640x480,white,png.',
  )
}

function failure(error: FunctionFailed): GenatoError {
  const { thrown } = error
  if (thrown?.name === 'BadRequest' && thrown.code !== undefined)
    return usageError(thrown.code, thrown.message, ANSWERED_SO)
  return new GenatoError('RENDER_FAILED', `The image was not generated. ${error.message}`, { cause: error })
}

/** The path as a file name that is valid on every system. */
function fileName(wanted: string, contentType: string): string {
  const stem = wanted
    .slice(1)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|-+$/g, '')
    .slice(0, 100)
  const ending = endingOf(contentType)
  return `${(stem || 'image').replace(new RegExp(`[-.](${ending}|jpeg)$`), '')}.${ending}`
}
