import { escapeXml } from '../contract.js'
import { formatColor, type Color } from '../grammar/color.js'
import type { Font } from '../grammar/font.js'
import type { ImageParams } from '../grammar/image.js'
import { layOut } from './layout.js'

/** Scripts without shaping: a line is as wide as the sum of its letters' advances. */
const ONE_BY_ONE =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]*$/u

/**
 * Encodes the image as SVG, with the same size, colours, text and position. A viewer without the font uses another
 * one, stretched to the same width where the width is known without shaping.
 */
export function encodeSvg(params: ImageParams, font: Font): string {
  const { width, height, background, foreground, text } = params
  const line = layOut(params, font)
  const label = text === '' ? '' : ` role="img" aria-label="${escapeXml(text)}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"${label}>`,
    `<rect width="${width}" height="${height}" ${fill(background)}/>`,
    line &&
      `<text x="${round(width / 2)}" y="${round(line.baseline)}" text-anchor="middle" font-family="${escapeXml(`'${font.family}', sans-serif`)}" font-size="${line.fontSize}"${ONE_BY_ONE.test(text) ? ` textLength="${round(line.advance)}" lengthAdjust="spacingAndGlyphs"` : ''} xml:space="preserve" ${fill(foreground)}>${escapeXml(text)}</text>`,
    '</svg>',
  ]
    .filter(Boolean)
    .join('')
}

function fill(color: Color): string {
  const opaque = formatColor({ ...color, a: 255 })
  const paint = /^[0-9a-f]{6}$/.test(opaque) ? `#${opaque}` : opaque
  return `fill="${paint}"${color.a === 255 ? '' : ` fill-opacity="${round(color.a / 255)}"`}`
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
