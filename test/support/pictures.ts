import sharp, { type Sharp } from 'sharp'
import { inspect } from '../../handler/images/inspect.js'
import { makeRendition, type RenditionOptions } from '../../handler/images/rendition.js'
import type { InputType } from '../../handler/images/types.js'
import { DEFAULT_LIMITS } from '../../handler/shared/pictures/mount.js'
import type { Operations } from '../../handler/shared/pictures/operations.js'
import { turnOfExif, turnRect, turnSize, turnBack } from '../../handler/shared/pictures/turn.js'
import { operations } from './operations.js'

export const TYPES = ['jpeg', 'png', 'webp', 'gif', 'avif', 'svg', 'tiff', 'bmp'] as const

/** Blue is always this, so that a pixel that is not the chart's can be told. */
const BLUE = 40
/** Red and green of the chart's corners. The range keeps clear of what encoders clip. */
const [LOW, HIGH] = [30, 225]

/**
 * A chart: its red tells how far to the right a pixel of the upright picture lies, its green how far down. So every
 * pixel of a rendition says where it came from.
 */
export function chart(width: number, height: number, orientation = 1): Sharp {
  const toUpright = turnOfExif(orientation)
  const stored = turnSize({ width, height }, turnBack(toUpright))
  const data = Buffer.alloc(stored.width * stored.height * 3)
  for (let y = 0; y < stored.height; y++)
    for (let x = 0; x < stored.width; x++) {
      const at = turnRect({ left: x, top: y, width: 1, height: 1 }, stored, toUpright)
      data[(y * stored.width + x) * 3] = shade(at.left, width)
      data[(y * stored.width + x) * 3 + 1] = shade(at.top, height)
      data[(y * stored.width + x) * 3 + 2] = BLUE
    }
  const image = sharp(data, { raw: { ...stored, channels: 3 } })
  return orientation === 1 ? image : image.withMetadata({ orientation })
}

function shade(at: number, length: number): number {
  return Math.round(LOW + ((HIGH - LOW) * (at + 0.5)) / length)
}

/** The chart in a file of some type. */
export async function chartFile(type: InputType, width: number, height: number): Promise<Buffer> {
  const image = chart(width, height)
  switch (type) {
    case 'jpeg':
      return await image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
    case 'png':
      return await image.png().toBuffer()
    case 'webp':
      return await image.webp({ lossless: true }).toBuffer()
    case 'gif':
      return await image.gif({ dither: 0 }).toBuffer()
    case 'avif':
      return await image.avif({ quality: 100, effort: 0, chromaSubsampling: '4:4:4' }).toBuffer()
    case 'tiff':
      return await image.tiff().toBuffer()
    case 'svg':
      return chartSvg(width, height)
    case 'bmp':
      return writeBmp(await image.raw().toBuffer(), width, height)
    default:
      return type satisfies never
  }
}

/** In cells of ten pixels, each in the colour of its middle. */
function chartSvg(width: number, height: number): Buffer {
  const cells: string[] = []
  for (let y = 0; y < height; y += 10)
    for (let x = 0; x < width; x += 10) {
      const color = `rgb(${shade(x + 4.5, width)},${shade(y + 4.5, height)},${BLUE})`
      cells.push(`<rect x="${x}" y="${y}" width="10" height="10" fill="${color}"/>`)
    }
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" shape-rendering="crispEdges">${cells.join('')}</svg>`,
  )
}

/** 24 bits a pixel, bottom row first. */
function writeBmp(rgb: Buffer, width: number, height: number): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4
  const file = Buffer.alloc(54 + rowBytes * height)
  file.write('BM')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(54, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(24, 28)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let band = 0; band < 3; band++)
        file[54 + (height - 1 - y) * rowBytes + x * 3 + band] = rgb[(y * width + x) * 3 + 2 - band] ?? 0
  return file
}

/** Three bands a pixel. Frame by frame, it is shown 100 ms longer. Played three times. */
export async function animation(
  format: 'gif' | 'webp',
  width: number,
  height: number,
  frames: readonly Buffer[],
): Promise<Buffer> {
  const image = sharp(Buffer.concat(frames), {
    raw: { width, height: height * frames.length, channels: 3, pageHeight: height },
  })
  const timing = { loop: 3, delay: frames.map((_, index) => 100 * (index + 1)) }
  return format === 'gif'
    ? await image.gif({ ...timing, dither: 0 }).toBuffer()
    : await image.webp({ ...timing, lossless: true }).toBuffer()
}

/** Inspects an original and makes a rendition of it. */
export async function rendition(
  bytes: Buffer,
  asked: Partial<Operations>,
  options: Partial<RenditionOptions> = {},
) {
  const limits = options.limits ?? DEFAULT_LIMITS
  const picture = await inspect(bytes, limits)
  const faces = options.faces ?? (() => Promise.reject(new Error('Nobody should ask for faces.')))
  return await makeRendition(picture, operations(asked), { blurred: false, ...options, limits, faces })
}

export interface Shown {
  readonly width: number
  readonly height: number
  /** Where in the chart, in fractions, the corners and the middle of the picture come from. */
  readonly topLeft: readonly [x: number, y: number]
  readonly topRight: readonly [x: number, y: number]
  readonly bottomLeft: readonly [x: number, y: number]
  readonly bottomRight: readonly [x: number, y: number]
  readonly middle: readonly [x: number, y: number]
}

/** Reads a rendition of the chart. */
export async function shown(body: Buffer): Promise<Shown> {
  const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const at = (x: number, y: number): readonly [number, number] => {
    const from = (y * width + x) * channels
    return [place(data[from] ?? 0), place(data[from + 1] ?? 0)]
  }
  return {
    width,
    height,
    topLeft: at(0, 0),
    topRight: at(width - 1, 0),
    bottomLeft: at(0, height - 1),
    bottomRight: at(width - 1, height - 1),
    middle: at(width >> 1, height >> 1),
  }
}

function place(shade: number): number {
  return Math.round(((shade - LOW) / (HIGH - LOW)) * 100) / 100
}
