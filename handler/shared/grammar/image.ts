import type { Color } from './color.js'

/** The formats an image can be asked for in, and what each of them can hold. */
export const FORMATS = {
  png: { contentType: 'image/png', alpha: 'any' },
  jpg: { contentType: 'image/jpeg', alpha: 'none', quality: 80 },
  webp: { contentType: 'image/webp', alpha: 'any', quality: 80 },
  avif: { contentType: 'image/avif', alpha: 'any', quality: 50 },
  gif: { contentType: 'image/gif', alpha: 'on or off' },
  svg: { contentType: 'image/svg+xml', alpha: 'any' },
} as const satisfies Record<
  string,
  { contentType: string; alpha: 'any' | 'on or off' | 'none'; quality?: number }
>

export type Format = keyof typeof FORMATS

/** A parsed image URL: every spelling of one image gives equal parameters. */
export interface ImageParams {
  /** Pixels, `@2x` multiplied in. */
  readonly width: number
  readonly height: number
  readonly background: Color
  readonly format: Format
  /** NFC, trimmed; empty: no text is drawn. */
  readonly text: string
  /** The text's colour; the one that contrasts where no text is drawn. */
  readonly foreground: Color
  /** 1–100; `undefined` in formats that have none. */
  readonly quality: number | undefined
}

export interface Limits {
  /** The longest side in pixels, after `@2x`. */
  readonly side: number
  /** The longest text in code points, after NFC. */
  readonly text: number
  /** The longest path in bytes, as the viewer sent it. */
  readonly path: number
}

/** What the grammar has to know of the configuration. */
export interface Rules {
  /** The text of an image whose URL names none. NFC, trimmed. */
  readonly text: string
  readonly limits: Limits
  /** The characters of a text that the font can't draw, each once. */
  readonly lacking: (text: string) => string[]
}

export const DEFAULT_BACKGROUND: Color = { r: 0xcc, g: 0xcc, b: 0xcc, a: 255 }
export const DEFAULT_FORMAT: Format = 'png'

/** The default quality of a format, or `undefined` if it has none. */
export function defaultQuality(format: Format): number | undefined {
  const properties = FORMATS[format]
  return 'quality' in properties ? properties.quality : undefined
}

/** One spelling of a text: NFC, without white space around it, which would not move the ink. */
export function normalizeText(text: string): string {
  return text.normalize('NFC').trim()
}
