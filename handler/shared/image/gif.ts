import type { Color } from '../grammar/color.js'
import type { Ink } from './png.js'

/** Codes of GIF's LZW are at most this wide (GIF89a specification, appendix F). */
const MAX_CODE_BITS = 12
const MAX_CODES = 1 << MAX_CODE_BITS
/** The longest data sub-block. */
const MAX_BLOCK = 255

/**
 * Encodes a GIF89a with exactly the requested colours. libvips would choose its own palette, and miss them by a shade.
 * @param ramp the colour at each coverage, as for `encodePng`. If the first colour is transparent, pixels that are less
 * than half covered become transparent, and all others get the last colour.
 */
export function encodeGif(width: number, height: number, ramp: readonly Color[], ink?: Ink): Buffer {
  const [background] = ramp
  const text = ramp.at(-1)
  if (!background || !text) throw new RangeError('A ramp must contain at least the background.')
  const transparent = background.a === 0
  const palette = transparent || !ink ? [background, text] : ramp
  const indexOf = transparent ? (coverage: number) => coverage >> 7 : (coverage: number) => coverage
  const paletteBits = palette.length === 2 ? 1 : 8
  return Buffer.concat([
    Buffer.from('GIF89a', 'latin1'),
    Buffer.from([width & 255, width >> 8, height & 255, height >> 8, 0xf0 | (paletteBits - 1), 0, 0]),
    Buffer.from(palette.flatMap(({ r, g, b }) => [r, g, b])),
    ...(transparent ? [Buffer.from([0x21, 0xf9, 4, 1, 0, 0, 0, 0])] : []),
    Buffer.from([0x2c, 0, 0, 0, 0, width & 255, width >> 8, height & 255, height >> 8, 0]),
    compress(indices(width, height, indexOf, ink), Math.max(2, paletteBits)),
    Buffer.from([0x3b]),
  ])
}

/** One byte per pixel. Index 0 is the background, so everything outside the ink stays zero. */
function indices(width: number, height: number, indexOf: (coverage: number) => number, ink?: Ink): Buffer {
  const pixels = Buffer.alloc(width * height)
  if (!ink) return pixels
  for (let row = 0; row < ink.height; row++) {
    const start = (ink.top + row) * width + ink.left
    for (let column = 0; column < ink.width; column++)
      pixels[start + column] = indexOf(ink.coverage[row * ink.width + column] ?? 0)
  }
  return pixels
}

/** Compresses with variable-width LZW, into sub-blocks after a byte that holds the initial width. */
function compress(pixels: Buffer, symbolBits: number): Buffer {
  const clear = 1 << symbolBits
  const out = blockWriter()
  // The code of a known sequence plus a symbol, by (code of the sequence, symbol). 0 means unknown.
  const continued = new Uint16Array(MAX_CODES << 8)
  let nextCode = clear + 2
  let bits = symbolBits + 1
  out.code(clear, bits)
  let sequence = pixels[0] ?? 0
  for (let index = 1; index < pixels.length; index++) {
    const symbol = pixels[index] ?? 0
    const at = (sequence << 8) | symbol
    const known = continued[at]
    if (known) {
      sequence = known
      continue
    }
    out.code(sequence, bits)
    sequence = symbol
    if (nextCode === MAX_CODES) {
      out.code(clear, bits)
      continued.fill(0)
      nextCode = clear + 2
      bits = symbolBits + 1
      continue
    }
    continued[at] = nextCode
    if (nextCode === 1 << bits) bits++
    nextCode++
  }
  out.code(sequence, bits)
  // The decoder has added one more code by now, and may expect a wider end code.
  if (nextCode === 1 << bits && bits < MAX_CODE_BITS) bits++
  out.code(clear + 1, bits)
  return Buffer.concat([Buffer.from([symbolBits]), out.end()])
}

/** Packs codes from the lowest bit up, and cuts the bytes into blocks that start with their length. */
function blockWriter(): { code(value: number, bits: number): void; end(): Buffer } {
  const blocks: Buffer[] = []
  let block = Buffer.alloc(1 + MAX_BLOCK)
  let length = 0
  let pending = 0
  let pendingBits = 0
  const byte = (value: number) => {
    block[1 + length++] = value
    if (length < MAX_BLOCK) return
    block[0] = length
    blocks.push(block)
    block = Buffer.alloc(1 + MAX_BLOCK)
    length = 0
  }
  return {
    code(value, bits) {
      pending |= value << pendingBits
      pendingBits += bits
      for (; pendingBits >= 8; pendingBits -= 8) {
        byte(pending & 255)
        pending >>>= 8
      }
    },
    end() {
      if (pendingBits > 0) byte(pending & 255)
      block[0] = length
      if (length > 0) blocks.push(block.subarray(0, 1 + length))
      return Buffer.concat([...blocks, Buffer.from([0])])
    },
  }
}
