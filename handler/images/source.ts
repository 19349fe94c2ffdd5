import type { Sharp } from 'sharp'
import { turnOfExif, turnSize, UPRIGHT, type Size, type Turn } from '../shared/pictures/turn.js'
import { readBmp, readBmpHeader } from './bmp.js'
import { openPixels, toPixels, type Open, type Pixels } from './engine.js'
import { broken } from './inspect.js'
import { costlyDensity } from './svg.js'
import type { Picture } from './types.js'

/** Where the pixels of a rendition come from. */
export interface Source {
  /** A new pipeline: on one frame, or on all of them, one below the other. */
  readonly open: (frame: number | 'all') => Sharp
  /** Of one frame, as the file has it: before EXIF orientation. */
  readonly stored: Size
  readonly toUpright: Turn
  readonly frames: number
  /** Milliseconds for each frame. */
  readonly delay: readonly number[]
  /** How often an animation is played. 0: for ever. */
  readonly loop: number
  /** `shrinks`: the decoder can leave pixels out. `draws`: it draws at any size. */
  readonly decoder: 'shrinks' | 'draws' | 'plain'
}

const DECODERS = { jpeg: 'shrinks', webp: 'shrinks', svg: 'draws' } as const

export async function openSource(picture: Picture, open: Open): Promise<Source> {
  if (picture.type === 'bmp') return pixelSource(readBmpPixels(picture), open)
  const { bytes, width, height, frames } = picture
  const density = picture.type === 'svg' ? costlyDensity(bytes, width, height) : undefined
  if (density !== undefined)
    return pixelSource(await toPixels(open(bytes, { density, limitInputPixels: false })), open)
  const pixels = width * height * frames
  const header = await open(bytes, { limitInputPixels: pixels }).metadata()
  const toUpright = turnOfExif(header.orientation)
  return {
    open: (frame) =>
      open(bytes, {
        limitInputPixels: pixels,
        ...(frames === 1 ? {} : frame === 'all' ? { pages: -1 } : { page: frame }),
      }),
    // Turning forth and back swaps the sides alike.
    stored: turnSize(picture, toUpright),
    toUpright,
    frames,
    delay: header.delay ?? [],
    loop: header.loop ?? 0,
    decoder: DECODERS[picture.type as keyof typeof DECODERS] ?? 'plain',
  }
}

function readBmpPixels(picture: Picture): Pixels {
  const header = readBmpHeader(picture.bytes)
  const pixels = header && readBmp(picture.bytes, header)
  if (!pixels) throw broken('bmp')
  return pixels
}

function pixelSource(pixels: Pixels, open: Open): Source {
  return {
    open: () => openPixels(open, pixels),
    stored: { width: pixels.width, height: pixels.height },
    toUpright: UPRIGHT,
    frames: 1,
    delay: [],
    loop: 0,
    decoder: 'plain',
  }
}

/** Pixels of the longer side of a blurred original: what moderation's blur leaves is coarser by far. */
const BLURRED_SIDE = 400
/** Sigma, as a share of the longer side. */
const BLUR_SHARE = 0.03

/**
 * The source as moderation shows it: blurred as a whole, before anything is cut out, so that no crop gets behind it.
 * It is shrunk first, since to blur 12 megapixels with a sigma of 120 would take seconds and look the same.
 */
export async function blurSource(source: Source, open: Open): Promise<Source> {
  const { width, height } = source.stored
  const shrink = Math.min(1, BLURRED_SIDE / Math.max(width, height))
  const small = {
    width: Math.max(1, Math.round(width * shrink)),
    height: Math.max(1, Math.round(height * shrink)),
  }
  // The default ends the curve at a fifth of its height, which lets fine patterns through.
  const sigma = Math.max(0.3, BLUR_SHARE * Math.max(small.width, small.height))
  const column = await toPixels(
    source.open(source.frames > 1 ? 'all' : 0).resize(small.width, small.height, { fit: 'fill' }),
  )
  const frames: Pixels[] = []
  // One by one: in a column each would bleed into the next.
  for (const frame of split(column))
    frames.push(await toPixels(openPixels(open, frame).blur({ sigma, minAmplitude: 0.01 })))
  return {
    ...source,
    open: (frame) => openPixels(open, frame === 'all' ? stack(frames) : frameAt(frames, frame)),
    stored: small,
    decoder: 'plain',
  }
}

/** Puts frames of one size below each other. */
export function stack(frames: readonly Pixels[]): Pixels {
  return { ...frameAt(frames, 0), data: Buffer.concat(frames.map(({ data }) => data)), frames: frames.length }
}

export function split(column: Pixels): Pixels[] {
  const bytes = column.data.length / column.frames
  return Array.from({ length: column.frames }, (_, index) => ({
    ...column,
    data: column.data.subarray(index * bytes, (index + 1) * bytes),
    frames: 1,
  }))
}

function frameAt(frames: readonly Pixels[], index: number): Pixels {
  const found = frames[index]
  if (!found) throw new RangeError(`There is no frame ${index}.`)
  return found
}
