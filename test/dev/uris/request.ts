/** A request, and what its response must be, beside the rules for every response. */
export interface UriCase {
  /** The kind of example, for the message of a failure. */
  family: string
  method: string
  /** The target of the request line, byte for byte. */
  target: Buffer
  /** The whole request, if it is more than a request line and `Host`. */
  raw?: Buffer
  expected: Expected
}

export type Expected =
  | { kind: 'image'; image: ExpectedImage }
  /** 400 with this code, or one of these. */
  | { kind: 'rejected'; codes: readonly string[] }
  | { kind: 'missing' }
  /** 404, or 400 with this code: a path that no file can have. */
  | { kind: 'nowhere' }
  /** Anything in the table, or one of the edge's own errors, but never 5xx. */
  | { kind: 'any' }
  /** Refused by the edge: invalid HTTP, or a request that a distribution doesn't allow. */
  | { kind: 'refused'; statuses: readonly number[] }

interface ExpectedImage {
  format: ImageFormat
  width: number
  height: number
  /** Equal for all spellings of one image. */
  canonical: string
}

export type ImageFormat = 'png' | 'jpg' | 'webp' | 'avif' | 'gif' | 'svg'

export const CONTENT_TYPES: Record<ImageFormat, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
  svg: 'image/svg+xml',
}

/** A case whose target is text. Characters outside ASCII are sent as UTF-8. */
export function get(family: string, target: string, expected: Expected, method = 'GET'): UriCase {
  return { family, method, target: Buffer.from(target, 'utf8'), expected }
}

/** Every character as escapes of its UTF-8. */
export function escaped(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex').replace(/../g, '%$&')
}
