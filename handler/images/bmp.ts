import type { Pixels } from './engine.js'

/** libvips reads no BMP, so the common kinds are read here. Offsets are those of BITMAPFILEHEADER and its successors. */
export interface BmpHeader {
  readonly width: number
  readonly height: number
  /** 1, 4, 8, 24 or 32. */
  readonly bits: number
  readonly topDown: boolean
  readonly pixelsAt: number
  /** Where the colour table begins, and how many colours it has. Only up to 8 bits. */
  readonly paletteAt: number
  readonly colors: number
  readonly alpha: boolean
}

const UNCOMPRESSED = 0
const BITFIELDS = 3

/** @returns `undefined` for compressed and rare kinds, and for headers that contradict themselves. */
export function readBmpHeader(bytes: Buffer): BmpHeader | undefined {
  if (bytes.length < 54) return undefined
  const pixelsAt = bytes.readUInt32LE(10)
  const headerBytes = bytes.readUInt32LE(14)
  if (headerBytes < 40) return undefined
  const width = bytes.readInt32LE(18)
  const signedHeight = bytes.readInt32LE(22)
  const bits = bytes.readUInt16LE(28)
  const compression = bytes.readUInt32LE(30)
  const paletteAt = 14 + headerBytes
  const colors = bits <= 8 ? bytes.readUInt32LE(46) || 2 ** bits : 0
  const masks =
    compression === BITFIELDS && bytes.length >= 70 ? [54, 58, 62].map((at) => bytes.readUInt32LE(at)) : []
  const usual = masks[0] === 0xff0000 && masks[1] === 0xff00 && masks[2] === 0xff
  const plain = compression === UNCOMPRESSED && [1, 4, 8, 24, 32].includes(bits)
  if (!plain && !(bits === 32 && usual)) return undefined
  if (width < 1 || signedHeight === 0 || colors > 256 || paletteAt + colors * 4 > pixelsAt) return undefined
  return {
    width,
    height: Math.abs(signedHeight),
    bits,
    topDown: signedHeight < 0,
    pixelsAt,
    paletteAt,
    colors,
    // Without a mask the fourth byte is unused, and mostly 0.
    alpha: compression === BITFIELDS && headerBytes >= 56 && bytes.readUInt32LE(66) === 0xff000000,
  }
}

/** @returns `undefined` if the file ends too early, or names a colour that its table lacks. */
export function readBmp(bytes: Buffer, header: BmpHeader): Pixels | undefined {
  const { width, height, bits, topDown, pixelsAt, alpha } = header
  // Rows end at multiples of four bytes.
  const rowBytes = Math.ceil((width * bits) / 32) * 4
  if (pixelsAt + rowBytes * height > bytes.length) return undefined
  const channels = alpha ? 4 : 3
  const data = Buffer.allocUnsafe(width * height * channels)
  const perPixel = bits / 8
  for (let y = 0, to = 0; y < height; y++) {
    const row = pixelsAt + rowBytes * (topDown ? y : height - 1 - y)
    for (let x = 0; x < width; x++, to += channels) {
      const from = bits <= 8 ? colorAt(bytes, row, x, header) : row + x * perPixel
      if (from === undefined) return undefined
      data[to] = bytes[from + 2] ?? 0
      data[to + 1] = bytes[from + 1] ?? 0
      data[to + 2] = bytes[from] ?? 0
      if (alpha) data[to + 3] = bytes[from + 3] ?? 0
    }
  }
  return { data, width, height, frames: 1, channels }
}

/** Where the colour of an indexed pixel stands. */
function colorAt(
  bytes: Buffer,
  row: number,
  x: number,
  { bits, paletteAt, colors }: BmpHeader,
): number | undefined {
  const bit = x * bits
  const byte = bytes[row + (bit >> 3)] ?? 0
  const index = (byte >> (8 - bits - (bit & 7))) & ((1 << bits) - 1)
  return index < colors ? paletteAt + index * 4 : undefined
}
