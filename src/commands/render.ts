import path from 'node:path'
import { loadSettings, type Overrides } from '../config/load.js'
import { withPackage } from '../edge/serving/one-shot.js'
import { FunctionFailed } from '../edge/function/process.js'
import { GenatoError, usageError } from '../errors.js'
import { buildPackage } from '../package/build.js'
import { writeWhole } from '../package/write-whole.js'
import type { Reporter } from '../reporter/reporter.js'
import { functionLineText } from './lines.js'
import { urlPath } from './url-path.js'

interface Rendered {
  body: Uint8Array | string
  contentType: string
}

/** `genato render`: one image into a file, by the package but without a server or a store. */
export async function render(
  given: string,
  args: { out?: string },
  overrides: Overrides,
  reporter: Reporter,
): Promise<void> {
  const cwd = process.cwd()
  const settings = await loadSettings(cwd, overrides)
  const built = await buildPackage(settings, reporter)
  const started = performance.now()
  const image = await withPackage(
    settings,
    built,
    (line) => {
      // Standard output is the image's alone.
      const text = args.out === '-' ? undefined : functionLineText(line)
      if (text !== undefined) reporter.event('log', text, { line })
    },
    async (loaded) =>
      (await loaded.call({ kind: 'render', path: urlPath(given) }, settings.timeout * 1000)) as
        | Rendered
        | undefined,
  ).catch((error: unknown) => {
    throw error instanceof FunctionFailed ? failure(given, error) : error
  })
  if (!image)
    throw usageError(
      'NO_IMAGE',
      `${given} is the path of a file, not of an image.`,
      settings.generator
        ? 'The generator’s parse gave undefined for it.'
        : 'An image’s path starts with a size, such as /640x480,white,png.',
    )
  const body = typeof image.body === 'string' ? Buffer.from(image.body) : image.body
  if (args.out === '-') return reporter.bytes(body)
  const out = path.resolve(cwd, args.out ?? fileName(given, image.contentType))
  await writeWhole(out, body, 'Name another file with --out.')
  const file = path.relative(cwd, out)
  const ms = Math.round(performance.now() - started)
  reporter.result(`${file}  ${image.contentType}, ${body.length} bytes, ${ms} ms`, {
    file,
    contentType: image.contentType,
    bytes: body.length,
    ms,
  })
}

function failure(given: string, error: FunctionFailed): GenatoError {
  if (error.kind === 'threw' && error.code !== undefined && error.message.startsWith('BadRequest: '))
    return usageError(
      error.code,
      error.message.slice('BadRequest: '.length),
      `genato explain ${given} tells more.`,
    )
  return new GenatoError('RENDER_FAILED', `The image was not made. ${error.message}`, { cause: error })
}

/** What the path says, as a file's name that every system takes. */
function fileName(given: string, contentType: string): string {
  const stem = urlPath(given)
    .slice(1)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|-+$/g, '')
    .slice(0, 100)
  const subtype = /\/([a-z0-9]+)/.exec(contentType)?.[1] ?? 'bin'
  const ending = { jpeg: 'jpg', plain: 'txt' }[subtype] ?? subtype
  return `${(stem || 'image').replace(new RegExp(`[-.](${ending}|jpeg)$`), '')}.${ending}`
}
