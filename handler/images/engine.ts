import type { Sharp, SharpOptions } from 'sharp'
import { loadSharp } from '../shared/image/sharp.js'

/** Starts a pipeline on bytes or on raw pixels. */
export type Open = (input: Buffer, options?: SharpOptions) => Sharp

/** Decoders for what `sniff` recognises. libvips calls HEIF's for AVIF. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Svg', 'Tiff'].map(
  (name) => `VipsForeignLoad${name}Buffer`,
)

let blocked = false

/**
 * @param seconds that one pipeline may take, from when it starts to run. libvips only looks at the clock between two
 * strips of pixels: an encoder that works on the whole picture, and a filter in an SVG, end in their own time.
 */
export async function loadEngine(seconds: number): Promise<Open> {
  const sharp = await loadSharp()
  if (!blocked) {
    // Whatever a polyglot file is to others, no other decoder gets to see it; nor is any file opened by its name.
    sharp.block({ operation: ['VipsForeignLoad'] })
    sharp.unblock({ operation: LOADERS })
    blocked = true
  }
  return (input, options) =>
    // Decoders warn of much that people's photographs have, such as padding after the data. What is cut short fails.
    sharp(input, { failOn: 'error', ...options }).timeout({ seconds })
}

/** Raw pixels, as sharp takes and gives them. */
export interface Pixels {
  readonly data: Buffer
  readonly width: number
  /** Of one frame. The frames follow one another. */
  readonly height: number
  readonly frames: number
  readonly channels: 3 | 4
}

/** Runs a pipeline, and keeps its result as it is: encoding it in between would cost more than all the rest. */
export async function toPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const frames = info.pages ?? 1
  const height = info.pageHeight ?? info.height
  return { ...inColor(data, info.channels), width: info.width, height, frames }
}

export function openPixels(open: Open, { data, width, height, frames, channels }: Pixels): Sharp {
  const raw = { width, height: height * frames, channels }
  if (frames === 1) return open(data, { raw, limitInputPixels: false })
  // Without `pages`, sharp would keep the frames apart when it encodes, and not when it resizes.
  return open(data, { raw: { ...raw, pageHeight: height }, pages: -1, limitInputPixels: false })
}

/** sharp gives grey pictures one band less or two, and would then turn a coloured background grey as well. */
function inColor(data: Buffer, channels: number): { data: Buffer; channels: 3 | 4 } {
  if (channels === 3 || channels === 4) return { data, channels }
  const wide = channels === 1 ? 3 : 4
  const count = data.length / channels
  const wider = Buffer.allocUnsafe(count * wide)
  for (let pixel = 0; pixel < count; pixel++) {
    wider.fill(data[pixel * channels] ?? 0, pixel * wide, pixel * wide + 3)
    if (wide === 4) wider[pixel * wide + 3] = data[pixel * channels + 1] ?? 255
  }
  return { data: wider, channels: wide }
}
