/**
 * What a generator is: the one thing that a user of genato writes. The built-in generator is made to
 * the same contract, and `genato` is this module when a generator is bundled for Lambda.
 */

import type { Detail } from './explanation.js'

/** Where everything lies in the bucket that genato makes, and all that the function may write. */
export const GENERATED = 'generated/'

/** Makes images from paths. `P` is what its `parse` makes of a path, for its own use. */
export interface Generator<P = unknown> {
  /**
   * Part of every object key: a new version makes every image anew, an equal one keeps those stored. `'auto'`
   * stands for a digest of the generator's own modules and of the npm packages that they import, without genato
   * and sharp: any change of them, a comment too, makes every image anew.
   */
  version: string
  /**
   * Reads the path of a request as the viewer sent it: percent-encoded, starting with `/`, without the
   * query string (CloudFront drops that).
   * @returns the parameters of an image, or `undefined` when the path is a file's, not an image's.
   * @throws {BadRequest} for a path that means an image but is wrong: answered with status 400. So is
   * the URIError of a broken percent escape.
   */
  parse(path: string, font: FontCoverage): P | undefined
  /**
   * The canonical path of an image: every spelling of one image gives the same, and two images never
   * do. It is what the image is stored under.
   */
  format(params: P): string
  /**
   * Called once in each process while the store is first looked through: load here what `generate`
   * needs (a model, or sharp with `await import('sharp')`), so that the time for it is not added to the
   * viewer's wait. What is imported at the top of the module is loaded before anything else, also by
   * processes that only find stored images.
   */
  warm?(): void | Promise<void>
  /**
   * Makes the image. Called for an image that is not stored yet.
   * @throws {BadRequest} for what only shows here; anything else is answered with status 500, and its
   * reason goes to the log.
   */
  generate(params: P, context: Context): Promise<Image>
  /**
   * The object key below `generated/<generation>/`, of `[A-Za-z0-9._~/-]` only. Left out, it is made
   * from the canonical path and a digest of it.
   */
  key?(params: P): string
  /** Paths that make something worth seeing: `genato dev` shows them. */
  examples?: readonly string[]
  /**
   * What `genato explain` and the page of `genato dev` tell of an image beside its path and key: numbers and
   * plain values, with units and sentences left to whoever shows them. `width` and `height` are pixels, `null`
   * means none. `explain --json` puts them beside its own `type`, `kind`, `asked`, `path`, `key`, `headers` and
   * `warning`, which win.
   */
  describe?(params: P): Record<string, Detail>
  /**
   * The path of the image that was probably meant by one that `parse` takes for a file's, such as
   * `/640x480,png` for `/640x480.png`. The answer 404 and `genato explain` name it.
   */
  suggest?(path: string): string | undefined
}

/** What the configured font can draw. */
export interface FontCoverage {
  /** The characters of a text that the font has no glyph for, each once: drawn, they would be boxes. */
  lacking(text: string): string[]
}

/** An image as it is stored and served. At most 50 MiB. */
export interface Image {
  body: Uint8Array | string
  /** A media type, such as `image/png`. */
  contentType: string
}

/** What a generator is given beside its parameters. */
export interface Context {
  /** The bucket behind the distribution. */
  store: GeneratorStore
  log: Logger
  /** When the answer has to be there, in milliseconds since the epoch: 2 s before the function ends. */
  deadline: number
  /** Aborted at the deadline: pass it to whatever takes one. */
  signal: AbortSignal
  /**
   * A file that the configuration's `generate.assets` put into the package.
   * @param name as the configuration names it, relative to the configuration's folder.
   * @throws an Error that names the assets there are.
   */
  asset(name: string): Promise<Uint8Array>
  /** Where an asset lies on disk, for what takes a path. Same names, same errors as `asset`. */
  assetPath(name: string): string
  /** The TrueType file of the configured font, for `sharp({ text: { fontfile } })`. */
  fontFile: string
  /** The family name of that font, for `font-family` in an SVG that sharp draws. */
  fontFamily: string
}

/** Reads any object of the bucket; writes only below `generated/`, as the function's role does. */
export interface GeneratorStore {
  /** @returns `undefined` if there is no such object. @throws when the store can't be read. */
  get(key: string): Promise<{ body: Uint8Array; contentType: string } | undefined>
  /** @throws when the key does not start with `generated/`, or the store can't be written. */
  put(key: string, image: Image): Promise<void>
}

/** Writes lines of JSON to the function's log. Never log what should stay secret. */
export interface Logger {
  info(message: string, details?: Record<string, unknown>): void
  error(message: string, details?: Record<string, unknown>): void
}

/** A path that means an image but is wrong. Its code and message are sent to the viewer, status 400. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  /**
   * @param code in capitals, such as `BAD_SIZE`.
   * @param message a sentence with the wrong value and the nearest right one.
   */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** Gives a generator its types, and back as it is. */
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

/** Makes a text safe in XML, SVG and Pango markup, as content and as an attribute's value. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => XML_ESCAPES[character] ?? character)
}
