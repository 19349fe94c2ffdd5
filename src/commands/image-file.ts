import path from 'node:path'
import { usageError } from '../lib/errors.js'
import { readablePath } from '../lib/readable-path.js'
import { saveFile } from '../lib/whole-files.js'
import type { Reporter } from '../reporter/reporter.js'
import { endingOf, typeOfFile } from './file-type.js'

interface Image {
  body: Uint8Array | string
  contentType: string
}

/** @throws GenatoError BAD_USAGE if `--out -` would fill a terminal. */
export function refuseTerminal(given: string, out: string | undefined, reporter: Reporter): void {
  if (out === '-' && reporter.bytesAreShown)
    throw usageError(
      'BAD_USAGE',
      '--out - would print the bytes of an image to the terminal.',
      `Redirect it, as in genato render ${given} --out - > image, or name a file with --out.`,
    )
}

/**
 * Writes an image to the file that `--out` names, or to standard output for `-`.
 * @param wanted the image's path, which the file is named after if `--out` is left out.
 * @param started by performance.now().
 * @throws GenatoError OTHER_TYPE, FOLDER_UNWRITABLE
 */
export async function writeImage(
  { body, contentType }: Image,
  { wanted, out, started }: { wanted: string; out: string | undefined; started: number },
  reporter: Reporter,
): Promise<void> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  if (out === '-') return reporter.bytes(bytes)
  const cwd = process.cwd()
  const name = out ?? fileName(wanted, contentType)
  refuseOtherType(name, wanted, contentType)
  const file = path.resolve(cwd, name)
  await saveFile(file, bytes, 'Name another file with --out.')
  const ms = Math.round(performance.now() - started)
  reporter.result(`${readablePath(file)}  ${contentType}, ${bytes.length} bytes, ${ms} ms`, {
    file: path.relative(cwd, file),
    path: wanted,
    contentType,
    bytes: bytes.length,
    ms,
  })
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
