import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { PictureFacts } from '../../../handler/images/facts.js'
import { thumbHash } from '../../../handler/images/thumb-hash.js'
import type { RenditionOptions } from '../../../handler/images/rendition.js'
import type { Face } from '../../../handler/images/types.js'
import type { Operations } from '../../../handler/shared/pictures/operations.js'
import { animation, chart, chartFile, rendition } from '../../support/pictures.js'

const nobody = () => Promise.resolve<readonly Face[]>([])

async function facts(
  bytes: Buffer,
  asked: Partial<Operations> = { width: 100 },
  options: Partial<RenditionOptions> = {},
): Promise<PictureFacts> {
  const { body, contentType } = await rendition(
    bytes,
    { ...asked, format: { kind: 'json' } },
    { faces: nobody, ...options },
  )
  expect(contentType).toBe('application/json')
  return JSON.parse(body.toString()) as PictureFacts
}

/** The average colour that a ThumbHash begins with, as its algorithm's page describes it. From 0 to 255. */
function averageOf(base64: string): {
  r: number
  g: number
  b: number
  alpha: boolean
  brightnessSides: number
} {
  const bytes = Buffer.from(base64, 'base64')
  const header = bytes.readUIntLE(0, 3)
  const l = (header & 63) / 63
  const p = ((header >> 6) & 63) / 31.5 - 1
  const q = ((header >> 12) & 63) / 31.5 - 1
  const b = l - (2 / 3) * p
  const r = (3 * l - b + q) / 2
  const to255 = (value: number) => Math.round(255 * Math.max(0, Math.min(1, value)))
  return {
    r: to255(r),
    g: to255(r - q),
    b: to255(b),
    alpha: header >> 23 !== 0,
    brightnessSides: bytes.readUInt16LE(3) & 7,
  }
}

test('an original is described as it stands upright', async () => {
  const bytes = await chart(400, 300, 6).jpeg({ quality: 100 }).toBuffer()
  const described = await facts(bytes, { width: 100, height: 100 })
  expect(described).toEqual({
    type: 'jpeg',
    bytes: bytes.length,
    width: 400,
    height: 300,
    frames: 1,
    alpha: false,
    dominantColor: expect.stringMatching(/^#[0-9a-f]{6}$/) as string,
    thumbHash: expect.any(String) as string,
    faces: [],
    rendition: { width: 100, height: 100, format: 'jpg', cut: { left: 50, top: 0, width: 300, height: 300 } },
  })
  const { r, g, b } = averageOf(described.thumbHash)
  for (const [seen, wanted] of [
    [r, 128],
    [g, 128],
    [b, 40],
  ] as const)
    expect(Math.abs(seen - wanted)).toBeLessThan(12)
})

test('the rendition is what the same URL gives without json', async () => {
  const bytes = await chartFile('png', 400, 300)
  const asked: readonly Partial<Operations>[] = [
    { width: 100, height: 50 },
    { width: 100, rotate: 90 },
    { width: 100, height: 30, place: { kind: 'smart' }, flop: true },
    { width: 100, height: 100, fit: 'contain' },
    { width: 50, crop: { left: 10, top: 20, width: 100, height: 200 } },
    { width: 1000, enlarge: true },
  ]
  for (const operations of asked) {
    const { rendition: told } = await facts(bytes, operations)
    const { body } = await rendition(bytes, operations)
    const { width, height, format } = await sharp(body).metadata()
    expect(told).toMatchObject({ width, height, format })
    expect(told.cut.left + told.cut.width).toBeLessThanOrEqual(400)
    expect(told.cut.top + told.cut.height).toBeLessThanOrEqual(300)
  }
})

test('faces are told in percent of the upright original, and where they put the cut', async () => {
  const faces = () =>
    Promise.resolve([{ left: 0.6, top: 0.1234, width: 0.2, height: 0.3, confidence: 0.987 }])
  const described = await facts(
    await chartFile('jpeg', 400, 200),
    { width: 50, height: 50, place: { kind: 'faces' } },
    { faces },
  )
  expect(described.faces).toEqual([{ left: 60, top: 12.3, width: 20, height: 30, confidence: 98.7 }])
  expect(described.rendition.cut).toEqual({ left: 180, top: 0, width: 200, height: 200 })
})

test('an animation, an SVG, and a picture of one pixel', async () => {
  const frames = [Buffer.alloc(300, 200), Buffer.alloc(300, 10)]
  expect(await facts(await animation('gif', 10, 10, frames))).toMatchObject({
    type: 'gif',
    frames: 2,
    dominantColor: '#c8c8c8',
    rendition: { format: 'gif' },
  })
  expect(await facts(await chartFile('svg', 60, 40))).toMatchObject({
    type: 'svg',
    alpha: true,
    rendition: { width: 100, height: 67, format: 'png' },
  })
  const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#123456' } })
    .png()
    .toBuffer()
  expect(await facts(dot)).toMatchObject({ width: 1, height: 1, dominantColor: '#123456' })
})

test('the dominant colour is the most frequent one that can be seen', async () => {
  const picture = (background: string, spot: string) =>
    sharp({ create: { width: 90, height: 90, channels: 4, background } })
      .composite([
        { input: { create: { width: 40, height: 40, channels: 4, background: spot } }, left: 0, top: 0 },
      ])
      .png()
      .toBuffer()
  expect(await facts(await picture('#336699', '#ff0000'))).toMatchObject({ dominantColor: '#336699' })
  expect(await facts(await picture('#33669900', '#ff0000'))).toMatchObject({ dominantColor: '#ff0000' })
  expect(await facts(await picture('#00000000', '#00000000'))).toMatchObject({ dominantColor: '#000000' })
})

test('of a picture that moderation blurs, only blurred facts are told', async () => {
  const data = Buffer.alloc(100 * 100 * 3)
  for (let at = 0; at < 100 * 100; at++) data.fill(at % 4 < 2 ? 255 : 0, at * 3, at * 3 + 3)
  const striped = await sharp(data, { raw: { width: 100, height: 100, channels: 3 } })
    .png()
    .toBuffer()
  const { dominantColor } = await facts(striped, { width: 10 }, { blurred: true })
  // Grey: neither black nor white is left.
  expect(dominantColor).toMatch(/^#([789])[0-9a-f](\1[0-9a-f]){2}$/)
})

describe('ThumbHash', () => {
  const flat = (width: number, height: number, r: number, g: number, b: number, a = 255) => {
    const rgba = new Uint8Array(width * height * 4)
    for (let at = 0; at < rgba.length; at += 4) rgba.set([r, g, b, a], at)
    return Buffer.from(thumbHash(width, height, rgba)).toString('base64')
  }

  test.each([
    [200, 100, 50],
    [0, 0, 0],
    [255, 255, 255],
    [10, 200, 240],
  ])('begins with the average colour: %d %d %d', (r, g, b) => {
    const seen = averageOf(flat(30, 20, r, g, b))
    expect(Math.abs(seen.r - r)).toBeLessThan(9)
    expect(Math.abs(seen.g - g)).toBeLessThan(9)
    expect(Math.abs(seen.b - b)).toBeLessThan(9)
    expect(seen.alpha).toBe(false)
  })

  test('says whether there is transparency, and the shape', () => {
    expect(averageOf(flat(30, 20, 9, 9, 9, 100))).toMatchObject({ alpha: true, brightnessSides: 3 })
    expect(averageOf(flat(100, 50, 9, 9, 9))).toMatchObject({ brightnessSides: 4 })
    expect(averageOf(flat(50, 100, 9, 9, 9))).toMatchObject({ brightnessSides: 4 })
  })

  test('tells left from right, and top from bottom', () => {
    const gradient = (value: (x: number, y: number) => number) => {
      const rgba = new Uint8Array(20 * 20 * 4)
      for (let y = 0; y < 20; y++)
        for (let x = 0; x < 20; x++) rgba.set([value(x, y), value(x, y), value(x, y), 255], (y * 20 + x) * 4)
      // Of brightness, the first factors: horizontal, then after seven of a row the vertical one.
      const bytes = thumbHash(20, 20, rgba)
      const factor = (index: number) => ((bytes[5 + (index >> 1)] ?? 0) >> ((index & 1) * 4)) & 15
      return [factor(0), factor(6)]
    }
    expect(gradient((x) => x * 12)[0]).toBe(0)
    expect(gradient((x) => 240 - x * 12)[0]).toBe(15)
    expect(gradient((_, y) => y * 12)[1]).toBe(0)
    expect(gradient((_, y) => 240 - y * 12)[1]).toBe(15)
  })

  test('takes no more than a hundred pixels a side', () => {
    expect(() => thumbHash(101, 1, new Uint8Array(404))).toThrow(RangeError)
  })
})
