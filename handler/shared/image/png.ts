import { constants, crc32, deflateSync } from 'node:zlib'
import type { Color } from '../grammar/color.js'

/** The ink of a text, and its place in the image. Sizes are pixels. */
export interface Ink {
  /** One byte per pixel, row by row: the covered share of the pixel, from 0 to 255. */
  coverage: Buffer
  width: number
  height: number
  left: number
  top: number
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const INDEXED = 3

/**
 * Encodes an indexed PNG (PNG specification 3, §11.2.2) whose palette is the ramp from background to text. A pixel
 * takes one bit without a text and one byte with one, instead of the four bytes of RGBA.
 * @param ramp the colour at each of the 256 coverages, or the background alone if there is no ink.
 */
export function encodePng(width: number, height: number, ramp: readonly Color[], ink?: Ink): Buffer {
  const depth = ink ? 8 : 1
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, INDEXED, 0, 0, 0], 8)
  const palette = Buffer.from(ramp.flatMap(({ r, g, b }) => [r, g, b]))
  const alpha = Buffer.from(ramp.map(({ a }) => a))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    ...(alpha.every((value) => value === 255) ? [] : [chunk('tRNS', alpha)]),
    chunk('IDAT', deflateSync(scanlines(width, height, depth, ink), { level: 6, strategy: constants.Z_RLE })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Writes rows, each after its filter type 0. Index 0 is the background, so everything outside the ink stays zero. */
function scanlines(width: number, height: number, depth: number, ink?: Ink): Buffer {
  const stride = 1 + Math.ceil((width * depth) / 8)
  const rows = Buffer.alloc(stride * height)
  if (!ink) return rows
  for (let row = 0; row < ink.height; row++)
    ink.coverage.copy(rows, (ink.top + row) * stride + 1 + ink.left, row * ink.width, (row + 1) * ink.width)
  return rows
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}
