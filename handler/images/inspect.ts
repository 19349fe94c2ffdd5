import type { Metadata } from 'sharp'
import type { PictureLimits } from '../shared/pictures/mount.js'
import { readBmpHeader } from './bmp.js'
import { loadEngine } from './engine.js'
import { isSequence, nameOther, sniff } from './sniff.js'
import { checkSvg } from './svg.js'
import { INPUT_TYPES, Refusal, type InputType, type Picture } from './types.js'

/** To read a header. Counting the frames of an animation means to go through all of it. */
const SECONDS = 10

/**
 * Reads a picture's header, and decodes no pixel.
 * @throws {Refusal} 415: not a picture, broken, or over a limit.
 */
export async function inspect(bytes: Buffer, limits: PictureLimits): Promise<Picture> {
  if (bytes.length > limits.bytes)
    throw new Refusal(
      415,
      'BYTES_LIMIT',
      `The original has ${bytes.length} bytes, and the limit is ${limits.bytes}.`,
    )
  const type = sniff(bytes)
  if (type === undefined) throw notAPicture(bytes)
  const picture = type === 'bmp' ? inspectBmp(bytes) : await inspectHeader(bytes, type, limits)
  const { width, height, frames } = picture
  if (frames > limits.frames)
    throw new Refusal(
      415,
      'FRAMES_LIMIT',
      `The original has ${frames} frames, and the limit is ${limits.frames}.`,
    )
  const pixels = width * height * frames
  if (pixels > limits.pixels)
    throw new Refusal(
      415,
      'PIXELS_LIMIT',
      `The original has ${width}x${height} pixels${frames > 1 ? ` in each of ${frames} frames` : ''}, ${pixels} in total, and the limit is ${limits.pixels}.`,
    )
  return picture
}

function inspectBmp(bytes: Buffer): Picture {
  const header = readBmpHeader(bytes)
  if (header === undefined)
    throw new Refusal(
      415,
      'NOT_A_PICTURE',
      'The original is a BMP of a kind that is not read, such as a compressed one.',
    )
  const { width, height, alpha } = header
  return { bytes, type: 'bmp', width, height, frames: 1, alpha }
}

async function inspectHeader(bytes: Buffer, type: InputType, limits: PictureLimits): Promise<Picture> {
  const open = await loadEngine(SECONDS)
  if (type === 'svg') await checkSvg(bytes, open, limits.pixels)
  // libvips takes none whose major brand says so, although the file is in order.
  if (type === 'avif' && isSequence(bytes))
    throw new Refusal(415, 'NOT_A_PICTURE', 'The original is an animated AVIF, which is not read.')
  let header: Metadata
  try {
    header = await open(bytes, { limitInputPixels: false }).metadata()
  } catch {
    throw broken(type)
  }
  // libvips looks at the bytes as well. Where it sees another type, the file is made to deceive.
  if (header.format !== (type === 'avif' ? 'heif' : type)) throw broken(type)
  if (type === 'avif' && header.compression !== 'av1')
    throw new Refusal(415, 'NOT_A_PICTURE', 'The original is HEIF without AV1.')
  const { width, height } = header.autoOrient
  return { bytes, type, width, height, frames: framesOf(header, type), alpha: header.hasAlpha }
}

/** Pages of other types, as a TIFF has them, are not an animation. */
function framesOf({ pages = 1 }: Metadata, type: InputType): number {
  return type === 'gif' || type === 'webp' ? pages : 1
}

const LISTED = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(INPUT_TYPES)

export function notAPicture(bytes: Uint8Array): Refusal {
  return new Refusal(415, 'NOT_A_PICTURE', `The original is ${nameOther(bytes)}, not ${LISTED}.`)
}

export function broken(type: InputType): Refusal {
  return new Refusal(
    415,
    'BROKEN',
    `The original looks like ${type}, but can't be decoded: it may be damaged or incomplete.`,
  )
}
