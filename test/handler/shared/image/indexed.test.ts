import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Color } from '../../../../handler/shared/grammar/color.js'
import { encodeGif } from '../../../../handler/shared/image/gif.js'
import { encodePng, type Ink } from '../../../../handler/shared/image/png.js'

const RAMP: Color[] = Array.from({ length: 256 }, (_, index) => ({
  r: index,
  g: 255 - index,
  b: (index * 7) & 255,
  a: 255,
}))

/** Decodes with an independent decoder, to RGBA. */
async function decode(image: Buffer): Promise<{ width: number; height: number; data: Buffer }> {
  const { data, info } = await sharp(image).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}

function expected(width: number, height: number, ramp: readonly Color[], ink: Ink): Buffer {
  const pixels = Buffer.alloc(width * height * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = x >= ink.left && x < ink.left + ink.width && y >= ink.top && y < ink.top + ink.height
      const coverage = inside ? ink.coverage[(y - ink.top) * ink.width + x - ink.left]! : 0
      const { r, g, b, a } = ramp[coverage]!
      pixels.set([r, g, b, a], 4 * (y * width + x))
    }
  return pixels
}

/** Noise, runs and steps: pixels that fill dictionaries quickly, and pixels that hardly do. */
const someInk = fc
  .record({
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 90 }),
    seed: fc.integer(),
    step: fc.constantFrom(1, 2, 17, 400),
    margin: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ width, height, seed, step, margin }) => {
    let state = seed | 1
    const coverage = Buffer.alloc(width * height)
    for (let index = 0; index < coverage.length; index++) {
      if (index % step === 0) state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
      coverage[index] = (state >>> 16) & 255
    }
    return {
      ink: { coverage, width, height, left: margin, top: margin },
      width: width + 2 * margin,
      height: height + margin + 3,
    }
  })

describe.each([
  ['GIF', encodeGif],
  ['PNG', encodePng],
])('%s', (_, encode) => {
  it('decodes to exactly the intended pixels', async () => {
    await fc.assert(
      fc.asyncProperty(someInk, async ({ ink, width, height }) => {
        const decoded = await decode(encode(width, height, RAMP, ink))
        expect([decoded.width, decoded.height]).toEqual([width, height])
        expect(decoded.data.equals(expected(width, height, RAMP, ink))).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it('with more noise than a dictionary can hold', async () => {
    const coverage = Buffer.from(
      Array.from({ length: 600 * 500 }, (_, index) => (Math.imul(index, 2_654_435_761) >>> 13) & 255),
    )
    const ink = { coverage, width: 600, height: 500, left: 0, top: 0 }
    const decoded = await decode(encode(600, 500, RAMP, ink))
    expect(decoded.data.equals(expected(600, 500, RAMP, ink))).toBe(true)
  })

  it.each([
    [1, 1],
    [2, 1],
    [1, 300],
    [3000, 1],
    [257, 129],
  ])('of one colour, %i by %i', async (width, height) => {
    const color = { r: 1, g: 2, b: 3, a: 255 }
    const { data } = await decode(encode(width, height, [color]))
    expect(
      data.equals(Buffer.from(Array.from({ length: width * height }, () => [1, 2, 3, 255]).flat())),
    ).toBe(true)
  })
})

it('GIF with a transparent background has letters without half-transparent pixels', async () => {
  const ramp = RAMP.map((color, index) => ({ ...color, a: index }))
  const ink = { coverage: Buffer.from([0, 127, 128, 255]), width: 4, height: 1, left: 0, top: 0 }
  const { data } = await decode(encodeGif(4, 1, ramp, ink))
  expect([3, 7, 11, 15].map((at) => data[at])).toEqual([0, 0, 255, 255])
  expect([...data.subarray(8, 11)]).toEqual([255, 0, (255 * 7) & 255])
})

it('PNG keeps every alpha of its ramp', async () => {
  const ramp = RAMP.map((color, index) => ({ ...color, a: 255 - index }))
  const ink = { coverage: Buffer.from([...RAMP.keys()]), width: 16, height: 16, left: 1, top: 1 }
  const { data } = await decode(encodePng(18, 18, ramp, ink))
  expect(data.equals(expected(18, 18, ramp, ink))).toBe(true)
})
