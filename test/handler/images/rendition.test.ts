import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeRendition } from '../../../handler/images/rendition.js'
import { inspect } from '../../../handler/images/inspect.js'
import type { Face } from '../../../handler/images/types.js'
import { DeadlinePassed } from '../../../handler/shared/deadline.js'
import { parseColor, type Color } from '../../../handler/shared/grammar/color.js'
import { DEFAULT_LIMITS } from '../../../handler/shared/pictures/mount.js'
import { PICTURE_FORMATS, type Operations } from '../../../handler/shared/pictures/operations.js'
import { operations } from '../../support/operations.js'
import { chart, chartFile, rendition, shown, TYPES, type Shown } from '../../support/pictures.js'

const PNG = { kind: 'fixed', format: 'png' } as const
const SIGNATURES = { jpg: 'jpeg', png: 'png', webp: 'webp', avif: 'heif', gif: 'gif' } as const

/** 400 by 300, in which every pixel says where it lies. */
let original: Buffer
beforeAll(async () => {
  original = await chartFile('png', 400, 300)
})

const showing = async (asked: Partial<Operations>, bytes = original) =>
  await shown((await rendition(bytes, { format: PNG, ...asked })).body)

/** Corners of the chart, as fractions. `within` is for encoders and for pixels cut in two. */
function expectCorners(
  seen: Shown,
  corners: Pick<Shown, 'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight'>,
  within = 0.03,
): void {
  for (const name of ['topLeft', 'topRight', 'bottomLeft', 'bottomRight'] as const)
    for (const axis of [0, 1] as const)
      expect(
        Math.abs(seen[name][axis] - corners[name][axis]),
        `${name}[${axis}] is ${seen[name][axis]}`,
      ).toBeLessThan(within)
}

const WHOLE = { topLeft: [0, 0], topRight: [1, 0], bottomLeft: [0, 1], bottomRight: [1, 1] } as const

describe('every type of original becomes every format', () => {
  const cases = TYPES.flatMap((type) => PICTURE_FORMATS.map((format) => [type, format] as const))
  test.each(cases)('%s → %s', async (type, format) => {
    const bytes = await chartFile(type, 400, 300)
    const made = await rendition(bytes, {
      width: 80,
      height: 80,
      quality: 95,
      format: { kind: 'fixed', format },
    })
    expect(made.contentType).toBe(format === 'jpg' ? 'image/jpeg' : `image/${format}`)
    expect((await sharp(made.body).metadata()).format).toBe(SIGNATURES[format])
    const seen = await shown(made.body)
    expect(seen).toMatchObject({ width: 80, height: 80 })
    const corners = {
      topLeft: [0.125, 0],
      topRight: [0.875, 0],
      bottomLeft: [0.125, 1],
      bottomRight: [0.875, 1],
    } as const
    // GIF has few colours.
    expectCorners(seen, corners, type === 'gif' || format === 'gif' ? 0.09 : 0.05)
  })

  test.each([
    ['jpeg', 'image/jpeg'],
    ['png', 'image/png'],
    ['webp', 'image/webp'],
    ['gif', 'image/gif'],
    ['avif', 'image/avif'],
    ['svg', 'image/png'],
    ['tiff', 'image/jpeg'],
    ['bmp', 'image/jpeg'],
  ] as const)('without a format, %s becomes %s', async (type, contentType) => {
    expect(await rendition(await chartFile(type, 64, 48), { width: 20, height: 20 })).toMatchObject({
      contentType,
    })
  })

  test('a TIFF with transparency becomes a PNG', async () => {
    const tiff = await chart(64, 48).ensureAlpha(0.5).tiff({ compression: 'lzw' }).toBuffer()
    expect(await rendition(tiff, { width: 20 })).toMatchObject({ contentType: 'image/png' })
  })
})

describe('orientation', () => {
  const TURNS: readonly Partial<Operations>[] = [
    {},
    { rotate: 90 },
    { rotate: 180 },
    { rotate: 270 },
    { flop: true },
    { flip: true },
    { rotate: 90, flop: true },
    { rotate: 90, flip: true },
  ]
  /** What each of the turns does to the corners of an upright picture. */
  const CORNERS = [
    WHOLE,
    { topLeft: [0, 1], topRight: [0, 0], bottomLeft: [1, 1], bottomRight: [1, 0] },
    { topLeft: [1, 1], topRight: [0, 1], bottomLeft: [1, 0], bottomRight: [0, 0] },
    { topLeft: [1, 0], topRight: [1, 1], bottomLeft: [0, 0], bottomRight: [0, 1] },
    { topLeft: [1, 0], topRight: [0, 0], bottomLeft: [1, 1], bottomRight: [0, 1] },
    { topLeft: [0, 1], topRight: [1, 1], bottomLeft: [0, 0], bottomRight: [1, 0] },
    { topLeft: [0, 0], topRight: [0, 1], bottomLeft: [1, 0], bottomRight: [1, 1] },
    { topLeft: [1, 1], topRight: [1, 0], bottomLeft: [0, 1], bottomRight: [0, 0] },
  ] as const

  describe.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF %d', (orientation) => {
    const files = ['jpeg', 'png', 'webp', 'tiff'] as const
    test.each(files)('%s is set upright first, then turned as asked', async (type) => {
      const bytes = await chart(400, 300, orientation).toFormat(type, { quality: 100 }).toBuffer()
      for (const [index, turn] of TURNS.entries()) {
        // Small enough for JPEG to shrink while it is decoded.
        const seen = await showing({ width: 60, height: 60, fit: 'inside', ...turn }, bytes)
        const lying = turn.rotate === 90 || turn.rotate === 270
        expect(seen).toMatchObject(lying ? { width: 45, height: 60 } : { width: 60, height: 45 })
        expectCorners(seen, CORNERS[index] ?? WHOLE, 0.05)
      }
    })

    test.each(PICTURE_FORMATS)('%s has the pixels themselves upright', async (format) => {
      const bytes = await chart(400, 300, orientation).jpeg({ quality: 100 }).toBuffer()
      const asked = { width: 60, height: 60, fit: 'inside', quality: 95 } as const
      const { body } = await rendition(bytes, { ...asked, format: { kind: 'fixed', format } })
      const seen = await shown(body)
      expect(seen).toMatchObject({ width: 60, height: 45 })
      expectCorners(seen, WHOLE, format === 'gif' ? 0.09 : 0.05)
      // In AVIF, a box could turn the picture.
      expect(body.includes('irot') || body.includes('imir')).toBe(false)
    })

    test('crop and place count in the upright picture', async () => {
      const bytes = await chart(400, 300, orientation).jpeg({ quality: 100 }).toBuffer()
      for (const target of [20, 160]) {
        const crop = { left: 200, top: 0, width: 200, height: 300 }
        const seen = await showing(
          { width: target, height: target, crop, place: { kind: 'compass', at: 'bottom' } },
          bytes,
        )
        expect(seen).toMatchObject({ width: target, height: target })
        const corners = {
          topLeft: [0.5, 0.333],
          topRight: [1, 0.333],
          bottomLeft: [0.5, 1],
          bottomRight: [1, 1],
        } as const
        expectCorners(seen, corners, 0.05)
      }
    })
  })

  test('any picture, turn, crop and size gives what the formula says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ width: fc.integer({ min: 8, max: 120 }), height: fc.integer({ min: 8, max: 120 }) }),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...TURNS.entries()),
        fc.record({ width: fc.integer({ min: 4, max: 150 }), height: fc.integer({ min: 4, max: 150 }) }),
        fc.constantFrom('jpeg' as const, 'png' as const),
        async ({ width, height }, orientation, [index, turn], target, type) => {
          const bytes = await chart(width, height, orientation).toFormat(type, { quality: 100 }).toBuffer()
          const seen = await showing({ ...target, ...turn }, bytes)
          const [w, h] = turn.rotate === 90 || turn.rotate === 270 ? [height, width] : [width, height]
          const t = Math.min(1, w / target.width, h / target.height)
          const output = {
            width: Math.max(1, Math.round(target.width * t)),
            height: Math.max(1, Math.round(target.height * t)),
          }
          expect(seen).toMatchObject(output)
          // The middle stays the middle, but for half a pixel of the original and of the output.
          const slack = 1 / Math.min(width, height) + 1 / Math.min(output.width, output.height) + 0.04
          for (const axis of [0, 1] as const) expect(Math.abs(seen.middle[axis] - 0.5)).toBeLessThan(slack)
          const left = (CORNERS[index] ?? WHOLE).topLeft
          for (const axis of [0, 1] as const)
            expect(Math.sign(seen.topLeft[axis] - 0.5 + (left[axis] === 0 ? -0.15 : 0.15))).toBe(
              left[axis] === 0 ? -1 : 1,
            )
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('what cover keeps', () => {
  test.each<[Operations['place'], left: number, top: number]>([
    [{ kind: 'centre' }, 0.375, 0],
    [{ kind: 'compass', at: 'left' }, 0, 0],
    [{ kind: 'compass', at: 'bottomright' }, 0.75, 0],
    [{ kind: 'point', x: 30, y: 0 }, 0.175, 0],
    [{ kind: 'face', index: 1 }, 0.675, 0],
  ])('%j', async (place, left, top) => {
    const faces = () => Promise.resolve([{ left: 0.75, top: 0.1, width: 0.1, height: 0.2, confidence: 1 }])
    const made = await rendition(original, { format: PNG, width: 50, height: 150, place }, { faces })
    expectCorners(await shown(made.body), {
      topLeft: [left, top],
      topRight: [left + 0.25, top],
      bottomLeft: [left, 1],
      bottomRight: [left + 0.25, 1],
    })
  })

  test('a padded face fills the output', async () => {
    const faces = () => Promise.resolve([{ left: 0.5, top: 0.5, width: 0.15, height: 0.2, confidence: 1 }])
    const asked = { format: PNG, width: 30, height: 30, place: { kind: 'faces' }, pad: 50 } as const
    const made = await rendition(original, asked, { faces })
    // 60x60 pixels, and 30 more on each side.
    expectCorners(await shown(made.body), {
      topLeft: [0.425, 0.4],
      topRight: [0.725, 0.4],
      bottomLeft: [0.425, 0.8],
      bottomRight: [0.725, 0.8],
    })
  })

  test('smart finds the one thing there is, wherever it lies and however the picture is turned', async () => {
    const spot = Buffer.from(
      '<svg width="60" height="60"><circle cx="30" cy="30" r="30" fill="#e33"/><circle cx="30" cy="30" r="14" fill="#fd0"/></svg>',
    )
    for (const [left, top] of [
      [20, 20],
      [320, 220],
    ] as const)
      for (const orientation of [1, 6]) {
        const picture = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#888' } })
          .composite([{ input: spot, left, top }])
          .withMetadata({ orientation })
          .jpeg()
          .toBuffer()
        for (const turn of [{}, { rotate: 90 }, { rotate: 180 }, { flop: true }] as const)
          for (const size of [
            { width: 60, height: 120 },
            { width: 150, height: 50 },
          ]) {
            const made = await rendition(picture, { ...size, ...turn, format: PNG, place: { kind: 'smart' } })
            const { data, info } = await sharp(made.body).raw().toBuffer({ resolveWithObject: true })
            expect(info).toMatchObject(size)
            let yellow = 0
            for (let at = 0; at < data.length; at += 3)
              if ((data[at] ?? 0) > 200 && (data[at + 1] ?? 0) > 150 && (data[at + 2] ?? 0) < 120) yellow++
            // The circle of 28 pixels is shrunk to 10 or 11: all of it is there, but for its blurred edge.
            expect(yellow).toBeGreaterThan(40)
          }
      }
  })

  test('smart within a crop stays within it', async () => {
    const crop = { left: 100, top: 60, width: 200, height: 120 }
    const seen = await showing({ width: 50, height: 120, crop, place: { kind: 'smart' } })
    for (const corner of [seen.topLeft, seen.bottomRight]) {
      expect(corner[0]).toBeGreaterThan(0.24)
      expect(corner[0]).toBeLessThan(0.76)
      expect(corner[1]).toBeGreaterThan(0.19)
      expect(corner[1]).toBeLessThan(0.61)
    }
  })
})

describe('a crop', () => {
  test('without shrinking is exact to the pixel', async () => {
    const crop = { left: 37, top: 91, width: 55, height: 44 }
    const { body } = await rendition(original, { width: 55, format: PNG, crop })
    const expected = await sharp(original).extract(crop).raw().toBuffer()
    expect(await sharp(body).raw().toBuffer()).toEqual(expected)
  })

  test.each([
    ['+400+0', { left: 400, top: 0, width: 1, height: 1 }],
    ['too wide', { left: 0, top: 0, width: 401, height: 1 }],
    ['too high', { left: 0, top: 299, width: 1, height: 2 }],
  ])('outside the original is refused: %s', async (_, crop) => {
    await expect(showing({ width: 10, crop })).rejects.toMatchObject({
      status: 400,
      code: 'BAD_CROP',
      message: `crop=${crop.width}x${crop.height}+${crop.left}+${crop.top} reaches outside the original, which is 400x300 pixels.`,
    })
  })
})

describe('the background', () => {
  const color = (text: string): Color => {
    const parsed = parseColor(text)
    if (!parsed) throw new Error(text)
    return parsed
  }
  const pixel = async (body: Buffer, x: number, y: number) => {
    const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    return [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)]
  }
  const half = (fill: string) =>
    sharp({ create: { width: 100, height: 50, channels: 4, background: fill } })
      .png()
      .toBuffer()

  test('fills the bars, and not the picture', async () => {
    const { body } = await rendition(original, {
      width: 100,
      height: 100,
      fit: 'contain',
      place: { kind: 'compass', at: 'bottom' },
      background: color('f80'),
      format: PNG,
    })
    expect(await pixel(body, 50, 0)).toEqual([255, 136, 0, 255])
    expect(await pixel(body, 50, 24)).toEqual([255, 136, 0, 255])
    expect((await pixel(body, 50, 26))[2]).toBe(40)
    expect((await pixel(body, 50, 99))[2]).toBe(40)
  })

  test('is transparent where nothing is said, and white in a JPEG', async () => {
    const asked = { width: 100, height: 100, fit: 'contain' } as const
    for (const format of ['png', 'webp', 'avif', 'gif'] as const) {
      const { body } = await rendition(original, { ...asked, format: { kind: 'fixed', format } })
      // AVIF isn't exact in transparency either.
      expect((await pixel(body, 50, 2))[3]).toBeLessThan(4)
      expect((await pixel(body, 50, 50))[3]).toBeGreaterThan(251)
    }
    const { body } = await rendition(original, { ...asked, format: { kind: 'fixed', format: 'jpg' } })
    expect(Math.min(...(await pixel(body, 50, 2)))).toBeGreaterThan(249)
  })

  test('shows through what is transparent', async () => {
    const through = async (background: string | undefined, format: 'png' | 'jpg') => {
      const asked = { width: 50, background: background === undefined ? undefined : color(background) }
      const { body } = await rendition(await half('rgba(255, 0, 0, 0.5)'), {
        ...asked,
        format: { kind: 'fixed', format },
      })
      return await pixel(body, 20, 10)
    }
    expect(await through(undefined, 'png')).toEqual([255, 0, 0, 128])
    expect(await through('0000ff', 'png')).toEqual([128, 0, 127, 255])
    const [r, g, b] = await through(undefined, 'jpg')
    expect([r, g, b].map((band) => Math.round((band ?? 0) / 10))).toEqual([26, 13, 13])
    // Half of blue behind half of red.
    const translucent = await through('0000ff80', 'png')
    expect(Math.abs((translucent[3] ?? 0) - 192)).toBeLessThan(2)
    expect(Math.abs((translucent[0] ?? 0) - 170)).toBeLessThan(3)
    expect(Math.abs((translucent[2] ?? 0) - 85)).toBeLessThan(3)
  })

  test('keeps its colour beside a grey picture, and doesn’t bleed into a blurred one', async () => {
    const asked = { width: 100, height: 100, fit: 'contain', format: PNG, background: color('f80') } as const
    const grey = (await rendition(original, { ...asked, mono: true })).body
    expect(await pixel(grey, 50, 2)).toEqual([255, 136, 0, 255])
    const [r, g, b] = await pixel(grey, 50, 50)
    expect([g, b]).toEqual([r, r])
    const blurred = (await rendition(original, { ...asked, blur: 10 })).body
    expect(await pixel(blurred, 50, 11)).toEqual([255, 136, 0, 255])
    expect((await pixel(blurred, 50, 13))[2]).toBe(40)
    const faint = (
      await rendition(await half('rgba(255, 0, 0, 0.5)'), { ...asked, mono: true, sharpen: true })
    ).body
    expect(await pixel(faint, 50, 2)).toEqual([255, 136, 0, 255])
  })

  test('translucent, in the bars too', async () => {
    const { body } = await rendition(original, {
      width: 100,
      height: 100,
      fit: 'contain',
      background: color('ff880080'),
      format: PNG,
    })
    const [r, g, b, a] = await pixel(body, 50, 2)
    expect([r, g, b].map((band) => Math.round((band ?? 0) / 4))).toEqual([64, 34, 0])
    expect(a).toBe(128)
    expect((await pixel(body, 50, 50))[3]).toBe(255)
  })
})

describe('effects', () => {
  const stripes = () => {
    const data = Buffer.alloc(64 * 64 * 3)
    for (let at = 0; at < data.length; at++) data[at] = (at / 3) % 16 < 8 ? 230 : 20
    return sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer()
  }
  /** Of the columns in the middle: at the edges there is nothing to blur with. */
  const contrast = async (asked: Partial<Operations>) => {
    const { body } = await rendition(await stripes(), { width: 64, format: PNG, ...asked })
    const middle = { left: 24, top: 0, width: 16, height: 64 }
    const [red] = (await sharp(await sharp(body).extract(middle).toBuffer()).stats()).channels
    return (red?.max ?? 0) - (red?.min ?? 0)
  }

  test('blur takes the edges away, sharpen makes them stronger', async () => {
    expect(await contrast({})).toBe(210)
    expect(await contrast({ blur: 8 })).toBeLessThan(40)
    expect(await contrast({ sharpen: true })).toBeGreaterThan(210)
  })

  test.each(['jpg', 'png', 'webp', 'avif'] as const)(
    'mono keeps what is transparent so, for %s',
    async (format) => {
      const dot = { create: { width: 20, height: 40, channels: 4 as const, background: 'red' } }
      const png = await sharp({ create: { ...dot.create, width: 40, background: '#0000' } })
        .composite([{ input: dot, left: 20, top: 0 }])
        .withMetadata({ orientation: 3 })
        .png()
        .toBuffer()
      const pixel = async (background?: Operations['background']) => {
        const { body } = await rendition(png, {
          width: 40,
          ...(background ? { background } : {}),
          format: { kind: 'fixed', format },
          quality: format === 'png' ? undefined : 100,
          mono: true,
        })
        const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
        const at = (20 * info.width + 35) * info.channels
        return [...data.subarray(at, at + 4)]
      }
      const near = (found: number[], wanted: number[]) =>
        expect(Math.max(...wanted.map((value, band) => Math.abs(value - (found[band] ?? 0))))).toBeLessThan(6)
      near(await pixel({ r: 255, g: 136, b: 0, a: 255 }), [255, 136, 0, 255])
      const bare = await pixel()
      if (format === 'jpg') near(bare, [255, 255, 255, 255])
      else expect(bare[3]).toBe(0)
    },
  )

  test('mono is grey', async () => {
    const { body } = await rendition(original, {
      width: 40,
      format: { kind: 'fixed', format: 'jpg' },
      mono: true,
    })
    const data = await sharp(body).raw().toBuffer()
    for (let at = 0; at < data.length; at += 3) {
      expect(data[at + 1]).toBe(data[at])
      expect(data[at + 2]).toBe(data[at])
    }
  })

  test('quality changes the bytes', async () => {
    for (const format of ['jpg', 'webp', 'avif'] as const) {
      const bytes = async (quality: number | undefined) =>
        (await rendition(original, { width: 400, quality, format: { kind: 'fixed', format } })).body.length
      const [low, usual, high] = [await bytes(10), await bytes(undefined), await bytes(95)]
      expect(low).toBeLessThan(usual)
      expect(usual).toBeLessThan(high)
    }
  })
})

test('nothing is enlarged unless asked, and an SVG is drawn as large as asked', async () => {
  expect(await showing({ width: 1000 })).toMatchObject({ width: 400, height: 300 })
  const enlarged = await showing({ width: 1000, enlarge: true })
  expect(enlarged).toMatchObject({ width: 1000, height: 750 })
  expectCorners(enlarged, WHOLE)
  const parts = await showing({
    width: 1000,
    height: 1000,
    enlarge: true,
    crop: { left: 300, top: 200, width: 10, height: 10 },
  })
  expectCorners(parts, {
    topLeft: [0.75, 0.667],
    topRight: [0.775, 0.667],
    bottomLeft: [0.75, 0.7],
    bottomRight: [0.775, 0.7],
  })
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="5" height="10" fill="#fff"/></svg>',
  )
  const { body } = await rendition(svg, {
    width: 1000,
    height: 500,
    crop: { left: 0, top: 2, width: 10, height: 5 },
  })
  const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 1000, height: 500, channels: 4 })
  // Drawn, not enlarged: the edge is sharp.
  const alphas = [490, 498, 501, 510].map((x) => data[(250 * 1000 + x) * 4 + 3])
  expect(alphas).toEqual([255, 255, 0, 0])
})

describe('colours', () => {
  const flat = (): Sharp =>
    sharp({ create: { width: 64, height: 64, channels: 3, background: { r: 200, g: 100, b: 50 } } })
  const files: readonly (readonly [name: string, file: () => Promise<Buffer>, within: number])[] = [
    ['a P3 profile', () => flat().withIccProfile('p3').jpeg({ quality: 100 }).toBuffer(), 4],
    ['CMYK', () => flat().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(), 40],
    ['16 bits', () => flat().toColourspace('rgb16').png().toBuffer(), 1],
    ['a palette', () => flat().png({ palette: true }).toBuffer(), 1],
    ['16 bits in a TIFF', () => flat().toColourspace('rgb16').tiff().toBuffer(), 1],
  ]
  test.each(files)('%s becomes sRGB of 8 bits, without a profile', async (_, file, within) => {
    const { body } = await rendition(await file(), { width: 32, format: PNG })
    expect(await sharp(body).metadata()).toMatchObject({ space: 'srgb', depth: 'uchar', hasProfile: false })
    const pixel = (await sharp(body).removeAlpha().raw().toBuffer()).subarray(0, 3)
    for (const [band, value] of [200, 100, 50].entries())
      expect(Math.abs((pixel[band] ?? 0) - value)).toBeLessThanOrEqual(within)
  })

  test('grey stays grey', async () => {
    const grey = await flat().greyscale().toColourspace('b-w').png().toBuffer()
    const clear = await flat().toColourspace('b-w').ensureAlpha(0.5).png().toBuffer()
    for (const file of [grey, clear]) {
      const { body } = await rendition(file, {
        width: 32,
        height: 40,
        fit: 'contain',
        mono: true,
        format: PNG,
      })
      const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true })
      const middle = (16 * 32 + 16) * info.channels
      expect(data[middle]).toBeGreaterThan(110)
      expect(data[middle]).toBeLessThan(135)
      expect(data[middle + 1]).toBe(data[middle])
    }
  })
})

test('no metadata leaves: EXIF with GPS, XMP, IPTC, profiles, comments, orientation', async () => {
  const exif = {
    IFD0: { Copyright: 'somebody' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
  }
  const secret = chart(64, 48)
    .withExif(exif)
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    .withIccProfile('p3')
  for (const bytes of await Promise.all([
    secret.clone().jpeg().toBuffer(),
    secret.clone().webp().toBuffer(),
    secret.clone().png().toBuffer(),
  ])) {
    expect((await sharp(bytes).metadata()).exif).toBeDefined()
    for (const format of PICTURE_FORMATS)
      // With and without an effect: of one pass, and of two.
      for (const mono of [false, true]) {
        const asked = {
          width: 40,
          height: 40,
          fit: 'contain',
          mono,
          format: { kind: 'fixed', format },
        } as const
        const { body } = await rendition(bytes, asked)
        const { exif, xmp, iptc, icc, orientation, comments } = await sharp(body).metadata()
        expect({ exif, xmp, iptc, icc, orientation, comments }).toEqual({})
        expect(body.includes('somebody')).toBe(false)
      }
  }
})

describe('refusals', () => {
  test('a side over the limit, where it follows from the other', async () => {
    const thin = await sharp({ create: { width: 10, height: 5000, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    await expect(showing({ width: 10 }, thin)).rejects.toMatchObject({
      status: 400,
      code: 'SIZE_LIMIT',
      message: 'The result would have 10x5000 pixels, and the limit is 4096 a side.',
    })
    expect(await showing({ width: 8 }, thin)).toMatchObject({ width: 8, height: 4000 })
  })

  test('avif of more than four megapixels', async () => {
    const asked = { width: 2001, height: 2000, enlarge: true }
    await expect(showing({ ...asked, format: { kind: 'fixed', format: 'avif' } })).rejects.toMatchObject({
      status: 400,
      code: 'SIZE_LIMIT',
      message:
        'The result would have 2001x2000 pixels, and the limit for avif is 4 megapixels. webp has no such limit.',
    })
  })

  test('a face that there isn’t', async () => {
    const face: Face = { left: 0, top: 0, width: 0.1, height: 0.1, confidence: 1 }
    const asked = { width: 10, height: 10, place: { kind: 'face', index: 3 } } as const
    for (const [faces, found] of [
      [[], 'no face was'],
      [[face], 'one face was'],
      [[face, face], '2 faces were'],
    ] as const)
      await expect(rendition(original, asked, { faces: () => Promise.resolve(faces) })).rejects.toMatchObject(
        {
          status: 400,
          code: 'NO_FACE',
          message: `There is no face 3: ${found} found in the original.`,
        },
      )
  })

  test('a detector that fails is passed on', async () => {
    const down = new Error('down')
    const asked = { width: 10, height: 10, place: { kind: 'faces' } } as const
    await expect(rendition(original, asked, { faces: () => Promise.reject(down) })).rejects.toBe(down)
  })

  test('work beyond its time is stopped', async () => {
    // libvips looks at the time between its steps, of which a large picture has many.
    const slow = await sharp({ create: { width: 4000, height: 4000, channels: 3, background: '#888' } })
      .png({ compressionLevel: 1 })
      .toBuffer()
    const picture = await inspect(slow, DEFAULT_LIMITS)
    const faces = () => Promise.resolve([])
    const options = { limits: DEFAULT_LIMITS, faces, blurred: false, seconds: 1 }
    await expect(
      makeRendition(picture, operations({ width: 4000, blur: 100, sharpen: true }), options),
    ).rejects.toBeInstanceOf(DeadlinePassed)
  }, 60_000)
})

describe('auto', () => {
  const contentType = async (
    bytes: Buffer,
    accepted: 'avif' | 'webp' | 'none',
    asked: Partial<Operations> = {},
  ) =>
    (await rendition(bytes, { width: 100, height: 75, ...asked, format: { kind: 'auto', accepted } }))
      .contentType

  test('is the best that the viewer takes', async () => {
    const jpeg = await chartFile('jpeg', 400, 300)
    expect(await contentType(jpeg, 'avif')).toBe('image/avif')
    expect(await contentType(jpeg, 'webp')).toBe('image/webp')
    expect(await contentType(jpeg, 'none')).toBe('image/jpeg')
    expect(await contentType(original, 'none')).toBe('image/png')
  })

  test('is no avif where that is tiny or large', async () => {
    expect(await contentType(original, 'avif', { width: 100, height: 15 })).toBe('image/webp')
    expect(await contentType(original, 'avif', { width: 16, height: 16 })).toBe('image/avif')
    expect(await contentType(original, 'avif', { width: 1500, height: 1001, enlarge: true })).toBe(
      'image/webp',
    )
    expect(await contentType(original, 'avif', { width: 1500, height: 1000, enlarge: true })).toBe(
      'image/avif',
    )
  })

  test('for a viewer without either keeps transparency', async () => {
    const webp = await chart(64, 48).webp().toBuffer()
    const clear = await chart(64, 48).ensureAlpha(0.5).webp().toBuffer()
    const white = parseColor('white')
    expect(await contentType(webp, 'none')).toBe('image/jpeg')
    expect(await contentType(webp, 'none', { fit: 'contain' })).toBe('image/png')
    expect(await contentType(clear, 'none')).toBe('image/png')
    expect(await contentType(clear, 'none', { background: white })).toBe('image/jpeg')
    expect(await contentType(await chartFile('svg', 64, 48), 'none')).toBe('image/png')
  })
})

describe('a picture that moderation shows blurred', () => {
  test('has lost what it showed, in every size and cut', async () => {
    const data = Buffer.alloc(600 * 400 * 3)
    // Stripes of ten pixels: of 600, the blur has a sigma of 18.
    for (let at = 0; at < 600 * 400; at++) data.fill(at % 20 < 10 ? 255 : 0, at * 3, at * 3 + 3)
    const striped = await sharp(data, { raw: { width: 600, height: 400, channels: 3 } })
      .png()
      .toBuffer()
    for (const asked of [
      { width: 600 },
      { width: 100 },
      { width: 200, crop: { left: 250, top: 150, width: 40, height: 40 }, enlarge: true },
      { width: 300, height: 300, place: { kind: 'smart' }, rotate: 90 },
    ] as const) {
      const { body } = await rendition(striped, { ...asked, format: PNG }, { blurred: true })
      const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true })
      // Across the middle, but for its ends: the blur repeats the outermost pixels, so a shade of them stays.
      const from = (info.height >> 1) * info.width + Math.round(info.width / 5)
      const row = data.subarray(from * 3, (from + Math.round((info.width * 3) / 5)) * 3)
      let steepest = 0
      for (let at = 3; at < row.length; at += 3)
        steepest = Math.max(steepest, Math.abs((row[at] ?? 0) - (row[at - 3] ?? 0)))
      expect(steepest).toBeLessThan(8)
    }
  })

  test('keeps its size, its shape and where it is cut', async () => {
    const { body } = await rendition(
      await chart(400, 300, 6).jpeg().toBuffer(),
      { width: 100, height: 150, place: { kind: 'compass', at: 'right' }, format: PNG },
      { blurred: true },
    )
    const seen = await shown(body)
    expect(seen).toMatchObject({ width: 100, height: 150 })
    expect(Math.abs(seen.middle[0] - 0.75)).toBeLessThan(0.04)
    expect(Math.abs(seen.middle[1] - 0.5)).toBeLessThan(0.04)
  })
})

test('64 renditions of one picture at once are all right', async () => {
  const bytes = await chart(3000, 2000, 6).jpeg({ quality: 90 }).toBuffer()
  const picture = await inspect(bytes, DEFAULT_LIMITS)
  const before = process.memoryUsage.rss()
  let most = before
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5)
  const faces = () => Promise.resolve([])
  const made = await Promise.all(
    Array.from({ length: 64 }, async (_, index) => {
      const asked = operations({
        width: 100 + index,
        height: 90,
        format: { kind: 'fixed', format: index % 2 ? 'jpg' : 'webp' },
      })
      return await makeRendition(picture, asked, { limits: DEFAULT_LIMITS, faces, blurred: false })
    }),
  )
  clearInterval(watch)
  for (const [index, { body }] of made.entries())
    expect(await sharp(body).metadata()).toMatchObject({ width: 100 + index, height: 90 })
  expect(most - before).toBeLessThan(250e6)
})
