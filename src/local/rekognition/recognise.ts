import { NO_FINDINGS, type Answers, type Findings } from './answers.js'
import { loadSharp } from './load-sharp.js'

/** @returns the bytes of an original by `<mount>/<key>`, or `undefined` if there is none. */
export type ReadOriginal = (name: string) => Promise<Buffer | undefined>

/** Pixels of each side of the copies that are compared. */
const SIDE = 16
/** Of 255, for each pixel and channel. What JPEG and resizing change is below 3. */
const MOST_DIFFERENCE = 8
/** Of the sides' ratio. */
const MOST_STRETCH = 0.05
/** As the image function sends pictures: handler/images/rekognition-frame.ts. */
const LONGEST_SIDE = 1920
const SHORTEST_SIDE = 80
const WHITE = '#ffffff'
const BLACK = '#000000'

interface Look {
  ratio: number
  pixels: Buffer
}

/**
 * A request to Rekognition has a picture's pixels and no name. So the picture is compared with those originals that the
 * file of answers names: with their first, middle and last frame,
 * on white and on black, as moderation sends them.
 * @param sent JPEG or PNG.
 */
export async function findingsFor(
  sent: Buffer,
  { originals, otherwise }: Answers,
  read: ReadOriginal,
): Promise<Findings> {
  if (originals.size === 0) return otherwise
  const wanted = await lookOf(sent, 0)
  let best = { name: '', difference: MOST_DIFFERENCE }
  for (const name of originals.keys()) {
    const bytes = await read(name)
    for (const look of bytes ? await looksOf(bytes) : []) {
      const difference = differenceOf(wanted, look)
      if (difference < best.difference) best = { name, difference }
    }
  }
  return best.name === '' ? otherwise : (originals.get(best.name) ?? NO_FINDINGS)
}

/** An original that can't be read is none that was sent. */
async function looksOf(bytes: Buffer): Promise<Look[]> {
  const sharp = await loadSharp()
  try {
    const { pages = 1, hasAlpha } = await sharp(bytes).metadata()
    const grounds = hasAlpha ? [WHITE, BLACK] : [WHITE]
    const frames = [...new Set([0, Math.floor((pages - 1) / 2), pages - 1])]
    return await Promise.all(
      frames.flatMap((frame) => grounds.map(async (ground) => lookOf(bytes, frame, ground))),
    )
  } catch {
    return []
  }
}

async function lookOf(bytes: Buffer, page: number, ground = WHITE): Promise<Look> {
  const sharp = await loadSharp()
  const upright = await sharp(bytes, { page })
    .autoOrient()
    .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: ground })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = upright.info
  const right = Math.max(0, SHORTEST_SIDE - width)
  const bottom = Math.max(0, SHORTEST_SIDE - height)
  const padded = await sharp(upright.data, { raw: { width, height, channels } })
    .extend({ right, bottom, background: ground })
    .png({ compressionLevel: 0 })
    .toBuffer()
  const pixels = await sharp(padded).resize(SIDE, SIDE, { fit: 'fill' }).removeAlpha().raw().toBuffer()
  return { ratio: (width + right) / (height + bottom), pixels }
}

function differenceOf(one: Look, other: Look): number {
  if (Math.abs(Math.log(one.ratio / other.ratio)) > MOST_STRETCH) return Infinity
  const total = one.pixels.reduce((sum, value, at) => sum + Math.abs(value - (other.pixels[at] ?? 0)), 0)
  return total / one.pixels.length
}
