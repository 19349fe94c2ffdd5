import { CSS_COLORS } from './css-colors.js'

/** A colour in sRGB: four integers from 0 to 255, not premultiplied. With `a` 255 it is opaque. */
export interface Color {
  readonly r: number
  readonly g: number
  readonly b: number
  readonly a: number
}

export const TRANSPARENT: Color = { r: 0, g: 0, b: 0, a: 0 }
export const BLACK: Color = { r: 0, g: 0, b: 0, a: 255 }
export const WHITE: Color = { r: 255, g: 255, b: 255, a: 255 }

const NAME_OF_HEX = new Map<string, string>()
for (const [name, hex] of Object.entries(CSS_COLORS)) if (!NAME_OF_HEX.has(hex)) NAME_OF_HEX.set(hex, name)

/** Candidates for a misspelt colour. */
export const COLOR_NAMES: readonly string[] = [...Object.keys(CSS_COLORS), 'transparent']

/** Reads a CSS colour name, or 3, 4, 6 or 8 hex digits with or without `#`, in any case. */
export function parseColor(text: string): Color | undefined {
  // Some other characters become ASCII in lower case: the Kelvin sign becomes k.
  if (/[^\x20-\x7e]/.test(text)) return undefined
  const lower = text.toLowerCase()
  if (lower === 'transparent') return TRANSPARENT
  if (Object.hasOwn(CSS_COLORS, lower)) return fromHex(`${CSS_COLORS[lower]}ff`)
  const digits = /^#?([0-9a-f]{3,8})$/.exec(lower)?.[1]
  if (digits === undefined) return undefined
  switch (digits.length) {
    case 3:
      return fromHex(`${double(digits)}ff`)
    case 4:
      return fromHex(double(digits))
    case 6:
      return fromHex(`${digits}ff`)
    case 8:
      return fromHex(digits)
    default:
      return undefined
  }
}

/** Writes the one spelling of a colour: its CSS name if it has one, otherwise 6 hex digits, or 8 with alpha. */
export function formatColor(color: Color): string {
  const hex = toHex(color)
  if (color.a === 255) return NAME_OF_HEX.get(hex.slice(0, 6)) ?? hex.slice(0, 6)
  return hex === '00000000' ? 'transparent' : hex
}

/** Writes a colour for CSS: `#rrggbb`, or `#rrggbbaa` if it is translucent. */
export function cssHex(color: Color): string {
  return `#${color.a === 255 ? toHex(color).slice(0, 6) : toHex(color)}`
}

export function sameColor(one: Color, other: Color): boolean {
  return one.r === other.r && one.g === other.g && one.b === other.b && one.a === other.a
}

/**
 * Chooses black or white, whichever contrasts more with the background by WCAG 2's ratio. Behind a translucent
 * background it assumes white.
 */
export function contrasting(background: Color): Color {
  const luminance = relativeLuminance(blend(background, WHITE, 1))
  const onBlack = (luminance + 0.05) / 0.05
  const onWhite = 1.05 / (luminance + 0.05)
  return onBlack >= onWhite ? BLACK : WHITE
}

/**
 * Composites `top` over `under` (source-over), rounded to integers.
 * @param coverage the share of the pixel that `top` covers, from 0 to 1.
 */
export function blend(top: Color, under: Color, coverage: number): Color {
  const topAlpha = (top.a / 255) * coverage
  const underAlpha = (under.a / 255) * (1 - topAlpha)
  const alpha = topAlpha + underAlpha
  if (alpha === 0) return under
  const mix = (a: number, b: number) => Math.round((a * topAlpha + b * underAlpha) / alpha)
  return {
    r: mix(top.r, under.r),
    g: mix(top.g, under.g),
    b: mix(top.b, under.b),
    a: Math.round(alpha * 255),
  }
}

function relativeLuminance({ r, g, b }: Color): number {
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/** Converts an sRGB channel to linear light, from 0 to 1. */
function linear(value: number): number {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

function double(digits: string): string {
  return digits.replace(/./g, '$&$&')
}

function fromHex(hex: string): Color {
  const value = Number.parseInt(hex, 16)
  return { r: (value >>> 24) & 255, g: (value >>> 16) & 255, b: (value >>> 8) & 255, a: value & 255 }
}

/** Writes eight hex digits: red, green, blue, alpha. */
function toHex({ r, g, b, a }: Color): string {
  return [r, g, b, a].map((value) => value.toString(16).padStart(2, '0')).join('')
}
