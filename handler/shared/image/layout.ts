import type { Font } from '../grammar/font.js'
import type { ImageParams } from '../grammar/image.js'

/** The share of the width that a text may fill before it gets smaller. */
const USABLE = 0.9

/** One centred line of text. All values are pixels. */
export interface Line {
  fontSize: number
  /** The sum of the glyphs' advances, without kerning. */
  advance: number
  /** The distance from the image's upper edge that centres the ink. */
  baseline: number
}

/**
 * Chooses the font size: a tenth of the shorter side, or as much as fits.
 * @returns `undefined` if there is no text, if it would be invisible, or if it does not fit even at one pixel.
 */
export function layOut({ text, foreground, width, height }: ImageParams, font: Font): Line | undefined {
  if (text === '' || foreground.a === 0) return undefined
  const extent = font.measure(text)
  if (extent.top <= extent.bottom) return undefined
  const wanted = Math.max(1, Math.round(Math.min(width, height) / 10))
  const fitting = extent.advance > 0 ? Math.floor((USABLE * width) / extent.advance) : wanted
  const fontSize = Math.min(wanted, fitting)
  if (fontSize < 1) return undefined
  return {
    fontSize,
    advance: extent.advance * fontSize,
    baseline: height / 2 + ((extent.top + extent.bottom) / 2) * fontSize,
  }
}
