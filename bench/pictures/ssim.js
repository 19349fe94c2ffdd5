// @ts-check
import sharp from 'sharp'

/** Pixels of the windows, and between them. */
const WINDOW = 8
const STEP = 4
/** The constants of Wang, Bovik, Sheikh and Simoncelli (2004), for 8 bits. */
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

/**
 * What a rendition would be without any loss: the whole original decoded, turned upright, shrunk and cut.
 * @param {string | Buffer} original @param {number} width @param {number} height
 */
export async function reference(original, width, height) {
  // PNG decodes without shortcuts; from a JPEG, libvips would decode fewer pixels.
  const { data, info } = await sharp(original).autoOrient().raw().toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: info.channels }
  return luma(sharp(data, { raw }).resize(width, height))
}

/** Pixels by which a crop may lie elsewhere: a half pixel is rounded up by some and down by others. */
const SHIFT = 1

/**
 * The mean structural similarity of a picture to a reference, in luma, where they fit best. 1: the same.
 * @param {Buffer} picture encoded.
 * @param {Awaited<ReturnType<typeof reference>>} wanted
 */
export async function ssim(picture, wanted) {
  const got = await luma(sharp(picture))
  const { width, height } = wanted
  if (got.width !== width || got.height !== height)
    throw new Error(`${got.width}×${got.height} pixels came out instead of ${width}×${height}.`)
  let best = -1
  for (let down = -SHIFT; down <= SHIFT; down++)
    for (let right = -SHIFT; right <= SHIFT; right++)
      best = Math.max(best, similarityAt(got, wanted, down * width + right))
  return best
}

/** @typedef {Awaited<ReturnType<typeof luma>>} Luma */

/** @param {Luma} got @param {Luma} wanted @param {number} shift in pixels of the reference. */
function similarityAt(got, { data, width, height }, shift) {
  let sum = 0
  let windows = 0
  for (let top = SHIFT; top + WINDOW + SHIFT <= height; top += STEP)
    for (let left = SHIFT; left + WINDOW + SHIFT <= width; left += STEP) {
      const at = top * width + left
      sum += similarity([got.data, at], [data, at + shift], width)
      windows++
    }
  return sum / windows
}

/** Of one window. @param {[Buffer, number]} one and where it begins. @param {[Buffer, number]} other @param {number} width */
function similarity([one, from], [other, otherFrom], width) {
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0]
  for (let y = 0; y < WINDOW; y++)
    for (let x = 0; x < WINDOW; x++) {
      const [p, q] = [one[from + y * width + x] ?? 0, other[otherFrom + y * width + x] ?? 0]
      a += p
      b += q
      aa += p * p
      bb += q * q
      ab += p * q
    }
  const count = WINDOW * WINDOW
  const [ma, mb] = [a / count, b / count]
  const [va, vb, cov] = [aa / count - ma * ma, bb / count - mb * mb, ab / count - ma * mb]
  return ((2 * ma * mb + C1) * (2 * cov + C2)) / ((ma * ma + mb * mb + C1) * (va + vb + C2))
}

/** @param {import('sharp').Sharp} image */
async function luma(image) {
  const { data, info } = await image
    .flatten({ background: '#ffffff' })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
