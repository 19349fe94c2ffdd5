import { BadRequest, type FontCoverage, type Generator } from '../shared/contract.js'
import { decodeFilePath, quote } from '../shared/grammar/encoding.js'
import { objectKey } from './object-key.js'

/** The meaning of a path. */
export type Route<P> =
  | { kind: 'image'; params: P; canonicalPath: string; key: string }
  | { kind: 'file'; key: string }
  /** `/`, or a path that ends in `/`. S3 is not asked. */
  | { kind: 'folder' }

const MAX_KEY_BYTES = 1024

/**
 * @param path percent-encoded, as the viewer sent it.
 * @throws {BadRequest} for a path that means an image but is wrong, or that can't belong to a file.
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
  // S3 has no longer keys, so the file can't exist.
  if (key.endsWith('/') || Buffer.byteLength(key) > MAX_KEY_BYTES) return { kind: 'folder' }
  return { kind: 'file', key }
}

function parse<P>(generator: Generator<P>, path: string, font: FontCoverage): P | undefined {
  try {
    const params = generator.parse(path, font)
    if (params instanceof Promise)
      throw new TypeError("The generator's parse is async: it must return the parameters, not a promise.")
    return params
  } catch (error) {
    // A URIError comes from decodeURIComponent: the mistake is the viewer's, not the generator's.
    if (error instanceof URIError)
      throw new BadRequest('BAD_ENCODING', `${quote(path)} is not percent-encoded UTF-8: write % as %25.`)
    throw error
  }
}

/** Guesses the image that a file's path was probably meant to be. An error in the generator's `suggest` is ignored. */
export function suggestion(generator: Pick<Generator, 'suggest'>, path: string): string | undefined {
  try {
    const image: unknown = generator.suggest?.(path)
    return typeof image === 'string' && image.startsWith('/') ? image : undefined
  } catch {
    return undefined
  }
}

/** Recognizes copies of the class too: a generator may have been bundled with its own. */
export function isBadRequest(error: unknown): error is BadRequest {
  return (
    error instanceof Error && error.name === 'BadRequest' && 'code' in error && typeof error.code === 'string'
  )
}
