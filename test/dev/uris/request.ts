/** A request, and what its answer has to be beside what every answer has to be. */
export interface UriCase {
  /** What it is an example of, for a failure's message. */
  family: string
  method: string
  /** The target of the request line, byte for byte. */
  target: Buffer
  /** The whole request, where it is more than a request line and `Host`. */
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
  /** Anything in the design's table, or an error of the edge's own: never 5xx. */
  | { kind: 'any' }
  /** Refused by the edge: this is no HTTP, or not what a distribution takes. */
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

/** A case whose target is text: what is not ASCII goes as UTF-8. */
export function get(family: string, target: string, expected: Expected, method = 'GET'): UriCase {
  return { family, method, target: Buffer.from(target, 'utf8'), expected }
}

/** Every character as escapes of its UTF-8. */
export function escaped(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex').replace(/../g, '%$&')
}
