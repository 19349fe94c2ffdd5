import { BadRequest, type FontCoverage, type Generator } from '../shared/contract.js'
import { decodeFilePath, quote } from '../shared/grammar/encoding.js'
import { objectKey } from './object-key.js'

/** What a path means. */
export type Route<P> =
  | { kind: 'image'; params: P; canonicalPath: string; key: string }
  | { kind: 'file'; key: string }
  /** `/`, and what ends in `/`: never looked for in S3. */
  | { kind: 'folder' }

const MAX_KEY_BYTES = 1024

/**
 * @param path as the viewer sent it, percent-encoded.
 * @throws {BadRequest} for a path that means an image but is wrong, or that no file can have.
 */
export function route<P>(
  generator: Generator<P>,
  generation: string,
  font: FontCoverage,
  path: string,
): Route<P> {
  if (path.endsWith('/')) return { kind: 'folder' }
  const params = parse(generator, path, font)
  if (params !== undefined)
    return {
      kind: 'image',
      params,
      canonicalPath: generator.format(params),
      key: objectKey(generator, generation, params),
    }
  const key = decodeFilePath(path)
  // S3 has no longer keys, so there is nothing to look for.
  if (key.endsWith('/') || Buffer.byteLength(key) > MAX_KEY_BYTES) return { kind: 'folder' }
  return { kind: 'file', key }
}

function parse<P>(generator: Generator<P>, path: string, font: FontCoverage): P | undefined {
  try {
    const params = generator.parse(path, font)
    if (params instanceof Promise)
      throw new TypeError("The generator's parse is async: it has to return at once.")
    return params
  } catch (error) {
    // What decodeURIComponent throws in a generator is the viewer's mistake, not the generator's.
    if (error instanceof URIError)
      throw new BadRequest('BAD_ENCODING', `${quote(path)} is not percent-encoded UTF-8: write % as %25.`)
    throw error
  }
}

/** The image that a file's path was probably meant to be. What goes wrong in it is no reason to fail. */
export function suggestion(generator: Pick<Generator, 'suggest'>, path: string): string | undefined {
  try {
    const image: unknown = generator.suggest?.(path)
    return typeof image === 'string' && image.startsWith('/') ? image : undefined
  } catch {
    return undefined
  }
}

/** Also of a copy of the class: a generator may have been bundled with its own. */
export function isBadRequest(error: unknown): error is BadRequest {
  return (
    error instanceof Error && error.name === 'BadRequest' && 'code' in error && typeof error.code === 'string'
  )
}
