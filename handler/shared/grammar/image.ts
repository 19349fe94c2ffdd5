import type { Color } from './color.js'

/** The output formats, and what each of them supports. */
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

/** A parsed image URL. Every spelling of one image gives equal parameters. */
export interface ImageParams {
  /** Pixels, after `@2x`. */
  readonly width: number
  readonly height: number
  readonly background: Color
  readonly format: Format
  /** NFC, trimmed. Empty if no text is drawn. */
  readonly text: string
  /** The text's colour. Where no text is drawn, the colour that contrasts with the background. */
  readonly foreground: Color
  /** 1–100; `undefined` in formats without a quality. */
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

/** What the grammar needs to know of the configuration. */
export interface Rules {
  /** The text of an image whose URL has no `text=`. NFC, trimmed. */
  readonly text: string
  readonly limits: Limits
  /** Lists the characters of a text that the font can't draw, each once. */
  readonly lacking: (text: string) => string[]
}

export const DEFAULT_BACKGROUND: Color = { r: 0xcc, g: 0xcc, b: 0xcc, a: 255 }
export const DEFAULT_FORMAT: Format = 'png'

/** The default quality of a format, or `undefined` if it has none. */
export function defaultQuality(format: Format): number | undefined {
  const properties = FORMATS[format]
  return 'quality' in properties ? properties.quality : undefined
}

/** The one spelling of a text: NFC, trimmed. White space around a centred text would not move its ink. */
export function normalizeText(text: string): string {
  return text.normalize('NFC').trim()
}
