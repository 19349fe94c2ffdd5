/**
 * The contract between genato and a generator, which the built-in generator follows too. When a generator is
 * bundled for Lambda, its imports from `genato` lead here.
 */

import type { Detail } from './explanation.js'

/** The prefix of every image that genato stores. The function may write nowhere else in the bucket. */
export const GENERATED = 'generated/'

/** Generates images from URL paths. `P` is the type of its parameters: what `parse` returns for an image. */
export interface Generator<P = unknown> {
  /**
   * Part of every object key: changing it regenerates every image, and keeping it keeps the stored images. Change it
   * whenever the same parameters give different pixels.
   *
   * `'auto'` uses a digest of the generator's modules and of the npm packages that they import, except genato and
   * sharp. Any change to them regenerates every image, even a change to a comment.
   */
  version: string
  /**
   * Reads the path of a request. Must be synchronous.
   * @param path as the viewer sent it: percent-encoded, starting with `/`, without the query string, which CloudFront
   * drops.
   * @returns the parameters of an image, or `undefined` if the path is a file's, not an image's.
   * @throws {BadRequest} for a path that means an image but is wrong. The viewer gets status 400, as for a URIError
   * from a broken percent escape.
   */
  parse(path: string, font: FontCoverage): P | undefined
  /**
   * Writes the canonical path of an image. All spellings of one image must give the same path, two images must never
   * share one, and `parse` must accept it. The image is stored once for each canonical path.
   */
  format(params: P): string
  /**
   * Loads what `generate` needs: a model, or sharp with `await import('sharp')`. Called once in each process, during
   * the first look-up in S3, so that loading does not add to the viewer's wait. In contrast, imports at the top of the
   * module delay every cold start, even if the image is stored already.
   */
  warm?(): void | Promise<void>
  /**
   * Generates an image that is not stored yet.
   * @throws {BadRequest} for a mistake in the URL that only shows here. For any other error, the viewer gets status 500
   * and the log gets the reason.
   */
  generate(params: P, context: Context): Promise<Image>
  /**
   * Writes the object key below `generated/<generation>/`. It may contain `[A-Za-z0-9._~/-]` only, and two images must
   * never share one. By default, the key is derived from the canonical path and a digest of it.
   */
  key?(params: P): string
  /** Paths of sample images, each starting with `/`. `genato dev` and answers with status 404 show them. */
  examples?: readonly string[]
  /**
   * Describes an image for `genato explain` and the page of `genato dev`. Return plain values without units: `width`
   * and `height` are pixels, and `null` means none. `explain --json` adds its own `type`, `kind`, `asked`, `path`,
   * `key`, `headers` and `warning`, which replace values of the same name. By default, the parameters are shown.
   */
  describe?(params: P): Record<string, Detail>
  /**
   * Guesses which image was meant by a path that `parse` takes for a file's: `/640x480,png` for `/640x480.png`. The
   * answer with status 404 and `genato explain` show it.
   * @returns the path of an image, or `undefined`.
   */
  suggest?(path: string): string | undefined
}

/** The characters that the configured font can draw. */
export interface FontCoverage {
  /** Lists the characters of a text that the font has no glyph for, each once. They would be drawn as boxes. */
  lacking(text: string): string[]
}

/** An image as it is stored and served, of at most 50 MiB. */
export interface Image {
  /** A string is stored in UTF-8. */
  body: Uint8Array | string
  /** A media type, such as `image/png`. */
  contentType: string
}

/** Everything that `generate` gets besides the parameters. */
export interface Context {
  /** The bucket behind the distribution. */
  store: GeneratorStore
  log: Logger
  /** When the image must be finished, in milliseconds since the epoch: 2 s before the function times out. */
  deadline: number
  /** Aborted at the deadline. Pass it to `fetch` and other calls that accept a signal. */
  signal: AbortSignal
  /**
   * Reads a file that the configuration lists in `generate.assets`.
   * @param name as in the configuration: relative to the configuration's folder.
   * @throws an Error that lists the assets if there is none of this name.
   */
  asset(name: string): Promise<Uint8Array>
  /** Gives an asset's path on disk, for libraries that open files themselves. Same names and errors as `asset`. */
  assetPath(name: string): string
  /** The TrueType file of the configured font, for `sharp({ text: { fontfile } })`. */
  fontFile: string
  /** The family name of that font, for `font-family` in an SVG that sharp draws. */
  fontFamily: string
}

/** Reads objects of the bucket and writes below `generated/`, as far as the function's role allows. */
export interface GeneratorStore {
  /** @returns `undefined` if there is no such object. @throws if the store can't be read. */
  get(key: string): Promise<{ body: Uint8Array; contentType: string } | undefined>
  /** @throws if the key does not start with `generated/`, or the store can't be written. */
  put(key: string, image: Image): Promise<void>
}

/** Writes lines of JSON to the function's log. Never log secrets. */
export interface Logger {
  info(message: string, details?: Record<string, unknown>): void
  error(message: string, details?: Record<string, unknown>): void
}

/** A URL that means an image but is wrong. The viewer gets the code and the message with status 400. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  /**
   * @param code in capitals, such as `BAD_SIZE`.
   * @param message a sentence that names the wrong value and the nearest right one. See `quote`.
   */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** Returns the generator unchanged. The call lets TypeScript check it and infer its types. */
export function defineGenerator<P>(generator: Generator<P>): Generator<P> {
  return generator
}

const XML_ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes a text for XML, SVG and Pango markup, both as content and as an attribute's value. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => XML_ESCAPES[character] ?? character)
}
