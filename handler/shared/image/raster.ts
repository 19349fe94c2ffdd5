import type { Sharp } from 'sharp'
import { escapeXml } from '../contract.js'
import { blend, type Color } from '../grammar/color.js'
import type { Font } from '../grammar/font.js'
import type { ImageParams } from '../grammar/image.js'
import { encodeGif } from './gif.js'
import { layOut } from './layout.js'
import { encodePng, type Ink } from './png.js'
import { loadSharp } from './sharp.js'

/** Encodes the image in any format but SVG. */
export async function encodeRaster(params: ImageParams, font: Font, fontFile: string): Promise<Buffer> {
  const ink = await drawText(params, font, fontFile)
  const ramp = colorRamp(params, ink !== undefined)
  if (params.format === 'png') return encodePng(params.width, params.height, ramp, ink)
  if (params.format === 'gif') return encodeGif(params.width, params.height, ramp, ink)
  return await encode(await paint(params, ramp, ink), params).toBuffer()
}

/** Lists the colours from background to text by coverage, or the background alone if there is no ink. */
function colorRamp({ background, foreground }: ImageParams, inked: boolean): Color[] {
  if (!inked) return [background]
  return Array.from({ length: 256 }, (_, coverage) => blend(foreground, background, coverage / 255))
}

async function drawText(params: ImageParams, font: Font, fontFile: string): Promise<Ink | undefined> {
  const line = layOut(params, font)
  if (!line) return undefined
  const sharp = await loadSharp()
  // Only the ink shows the effect of kerning and shaping: a text that still overflows is drawn again, smaller.
  for (let fontSize = line.fontSize; fontSize >= 1;) {
    const { data, info } = await sharp({
      text: {
        text: escapeXml(params.text),
        font: `${font.family}, ${fontSize}`,
        fontfile: fontFile,
        dpi: 72,
      },
    })
      // The text is drawn in one band. Converting it to sRGB and back would take half as long again.
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true })
    const { width, height } = info
    if (width <= params.width && height <= params.height)
      return {
        coverage: data,
        width,
        height,
        left: Math.round((params.width - width) / 2),
        top: Math.round((params.height - height) / 2),
      }
    const share = Math.min(params.width / width, params.height / height)
    fontSize = Math.min(fontSize - 1, Math.floor(fontSize * share))
  }
  return undefined
}

/** Fills only the box of the ink, because libvips streams the background around it. */
async function paint({ width, height }: ImageParams, ramp: Color[], ink?: Ink): Promise<Sharp> {
  const sharp = await loadSharp()
  const [background] = ramp
  if (!background) throw new RangeError('A ramp must contain at least the background.')
  const channels = ramp.every(({ a }) => a === 255) ? 3 : 4
  const edge = { r: background.r, g: background.g, b: background.b, alpha: background.a / 255 }
  if (!ink) return sharp({ create: { width, height, channels, background: edge } })
  const pixels = Buffer.allocUnsafe(ink.coverage.length * channels)
  let at = 0
  for (const coverage of ink.coverage) {
    const color = ramp[coverage] ?? background
    pixels[at++] = color.r
    pixels[at++] = color.g
    pixels[at++] = color.b
    if (channels === 4) pixels[at++] = color.a
  }
  return sharp(pixels, { raw: { width: ink.width, height: ink.height, channels } }).extend({
    left: ink.left,
    top: ink.top,
    right: width - ink.width - ink.left,
    bottom: height - ink.height - ink.top,
    background: edge,
  })
}

/** The settings were measured, see docs/performance.md: more effort gains nothing for flat images. */
function encode(image: Sharp, { format, quality }: ImageParams): Sharp {
  const settings = quality === undefined ? {} : { quality }
  switch (format) {
    case 'jpg':
      // At half the colour resolution, coloured letters blur.
      return image.jpeg({ ...settings, chromaSubsampling: '4:4:4' })
    case 'webp':
      return image.webp({ ...settings, effort: 2 })
    case 'avif':
      return image.avif({ ...settings, effort: 1 })
    case 'png':
    case 'gif':
    case 'svg':
      throw new RangeError(`${format} is not encoded by libvips.`)
    default:
      return format satisfies never
  }
}
