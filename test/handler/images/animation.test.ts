import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../handler/shared/pictures/mount.js'
import type { Operations, PictureFormat } from '../../../handler/shared/pictures/operations.js'
import { animation, chart, rendition, shown } from '../../support/pictures.js'

const [WIDTH, HEIGHT] = [120, 80]
const fixed = (format: PictureFormat) => ({ kind: 'fixed', format }) as const

/** Three frames: the chart, the chart mirrored, and black. */
const files = new Map<'gif' | 'webp', Buffer>()
beforeAll(async () => {
  const frame = await chart(WIDTH, HEIGHT).raw().toBuffer()
  const mirrored = await sharp(frame, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .flop()
    .raw()
    .toBuffer()
  for (const format of ['gif', 'webp'] as const)
    files.set(format, await animation(format, WIDTH, HEIGHT, [frame, mirrored, Buffer.alloc(frame.length)]))
})

function file(format: 'gif' | 'webp'): Buffer {
  const found = files.get(format)
  if (!found) throw new Error(format)
  return found
}

/** Each frame as a picture of its own. */
async function framesOf(body: Buffer): Promise<Buffer[]> {
  const { pages = 1 } = await sharp(body).metadata()
  return await Promise.all(Array.from({ length: pages }, (_, page) => sharp(body, { page }).png().toBuffer()))
}

async function made(from: 'gif' | 'webp', asked: Partial<Operations>, blurred = false) {
  const { body, contentType } = await rendition(file(from), asked, { blurred })
  const { pages, delay, loop, width, height } = await sharp(body).metadata()
  return { body, contentType, timing: { pages, delay, loop }, size: { width, height } }
}

const TIMING = { pages: 3, delay: [100, 200, 300], loop: 3 }
/** GIF has few colours, and libvips dithers them. */
const near = (seen: number, wanted: number) =>
  expect(Math.abs(seen - wanted), `${seen} near ${wanted}`).toBeLessThan(0.12)

describe.each(['gif', 'webp'] as const)('an animated %s', (from) => {
  test.each(['gif', 'webp'] as const)('stays one as %s, with its timing', async (to) => {
    const { timing, size, body } = await made(from, { width: 60, height: 60, format: fixed(to) })
    expect(timing).toEqual(TIMING)
    expect(size).toEqual({ width: 60, height: 60 })
    const [first, second, third] = await framesOf(body)
    if (!first || !second || !third) throw new Error('There are too few frames.')
    // The middle 80 of 120.
    near((await shown(first)).topLeft[0], 1 / 6)
    near((await shown(first)).bottomRight[0], 5 / 6)
    near((await shown(second)).topLeft[0], 5 / 6)
    expect((await sharp(third).stats()).channels[0]?.max).toBeLessThan(30)
  })

  test.each(['jpg', 'png', 'avif'] as const)('is its first frame as %s', async (to) => {
    const { timing, body } = await made(from, { width: 60, format: fixed(to) })
    expect(timing.pages ?? 1).toBe(1)
    near((await shown(body)).topRight[0], 1)
  })

  test('is its first frame with still', async () => {
    for (const format of [{ kind: 'original' }, { kind: 'auto', accepted: 'webp' }] as const) {
      const { timing, contentType } = await made(from, { width: 60, still: true, format })
      expect(timing.pages ?? 1).toBe(1)
      expect(contentType).toBe(format.kind === 'auto' ? 'image/webp' : `image/${from}`)
    }
    const still = await made(from, { width: 60, still: true, format: { kind: 'auto', accepted: 'avif' } })
    expect(still.contentType).toBe('image/avif')
  })

  test.each([
    ['avif', 'image/webp'],
    ['webp', 'image/webp'],
    ['none', 'image/gif'],
  ] as const)('with auto, for a viewer that takes %s, becomes %s', async (accepted, expected) => {
    const { contentType, timing } = await made(from, { width: 60, format: { kind: 'auto', accepted } })
    expect(contentType).toBe(expected)
    expect(timing).toEqual(TIMING)
  })

  test.each<[Partial<Operations>, topLeft: [number, number], bottomRight: [number, number]]>([
    [{ rotate: 90 }, [0, 1], [1, 0]],
    [{ rotate: 180 }, [1, 1], [0, 0]],
    [{ rotate: 270 }, [1, 0], [0, 1]],
    [{ flop: true }, [1, 0], [0, 1]],
    [{ flip: true }, [0, 1], [1, 0]],
    [{ crop: { left: 60, top: 40, width: 60, height: 40 } }, [0.5, 0.5], [1, 1]],
    [{ crop: { left: 60, top: 0, width: 60, height: 80 }, rotate: 90 }, [0.5, 1], [1, 0]],
  ])('turned and cut with %j has its frames in order', async (asked, topLeft, bottomRight) => {
    const { body, timing, size } = await made(from, {
      width: 60,
      ...asked,
      format: fixed('webp'),
      quality: 95,
    })
    expect(timing).toEqual(TIMING)
    const lying = asked.rotate === 90 || asked.rotate === 270
    const whole = asked.crop ?? { width: WIDTH, height: HEIGHT }
    const [w, h] = lying ? [whole.height, whole.width] : [whole.width, whole.height]
    expect(size).toEqual({ width: 60, height: Math.round((60 * h) / w) })
    const [first, second, third] = await framesOf(body)
    if (!first || !second || !third) throw new Error('There are too few frames.')
    const [seen, mirrored] = [await shown(first), await shown(second)]
    for (const axis of [0, 1] as const) {
      near(seen.topLeft[axis], topLeft[axis])
      near(seen.bottomRight[axis], bottomRight[axis])
    }
    near(mirrored.topLeft[0], 1 - topLeft[0])
    expect((await sharp(third).stats()).channels[0]?.max).toBeLessThan(30)
  })

  test('with effects and bars has them in each frame', async () => {
    const orange = { r: 255, g: 136, b: 0, a: 255 }
    for (const effect of [{}, { blur: 5 }, { mono: true }]) {
      const asked = {
        width: 60,
        height: 60,
        fit: 'contain',
        background: orange,
        quality: 100,
        ...effect,
      } as const
      const { body, timing } = await made(from, { ...asked, format: fixed('webp') })
      expect(timing).toEqual(TIMING)
      for (const frame of await framesOf(body)) {
        const bars = await sharp(frame).extract({ left: 0, top: 0, width: 60, height: 8 }).toBuffer()
        const [r, g, b] = (await sharp(bars).stats()).channels.map(({ mean }) => mean)
        expect(Math.abs((r ?? 0) - 255) + Math.abs((g ?? 0) - 136) + (b ?? 255)).toBeLessThan(20)
      }
    }
  })

  test('blurred doesn’t bleed from one frame into the next', async () => {
    for (const [asked, blurred] of [
      [{ blur: 10 }, false],
      [{}, true],
    ] as const) {
      const { body, timing } = await made(from, { width: 120, format: fixed('webp'), ...asked }, blurred)
      expect(timing).toEqual(TIMING)
      const third = (await framesOf(body))[2]
      expect((await sharp(third).stats()).channels.slice(0, 3).map(({ max }) => max < 8)).toEqual([
        true,
        true,
        true,
      ])
    }
  })

  test('with smart is cut alike in all frames', async () => {
    const { body } = await made(from, {
      width: 40,
      height: 80,
      place: { kind: 'smart' },
      format: fixed('webp'),
      quality: 95,
    })
    const [first, second] = await framesOf(body)
    if (!first || !second) throw new Error('There are too few frames.')
    near((await shown(first)).topLeft[0] + (await shown(second)).topLeft[0], 1)
  })

  test('is refused where its frames would have too many pixels together', async () => {
    const limits = { ...DEFAULT_LIMITS, pixels: 100_000 }
    const asked = { width: 400, height: 400, fit: 'contain' } as const
    await expect(rendition(file(from), asked, { limits })).rejects.toMatchObject({
      status: 400,
      code: 'SIZE_LIMIT',
      message: 'The result would have 3 frames of 400x400 pixels, and the limit is 100000 in total.',
    })
    await rendition(file(from), { ...asked, still: true }, { limits })
  })
})

test('transparency of an animation is kept', async () => {
  const clear = Buffer.alloc(20 * 20 * 4)
  const red = Buffer.alloc(20 * 20 * 4)
  for (let at = 0; at < red.length; at += 4) {
    red[at] = 255
    red[at + 3] = at % 80 < 40 ? 255 : 0
  }
  for (const format of ['gif', 'webp'] as const) {
    const raw = { width: 20, height: 40, channels: 4, pageHeight: 20 } as const
    const bytes = await sharp(Buffer.concat([red, clear]), { raw })
      .toFormat(format)
      .toBuffer()
    for (const asked of [{}, { flop: true }, { mono: true }]) {
      const { body } = await rendition(bytes, { width: 10, ...asked })
      const [first, second] = await framesOf(body)
      const alphaOf = async (frame: Buffer | undefined) => {
        const { channels } = await sharp(frame).ensureAlpha().stats()
        return channels[3]?.mean ?? -1
      }
      expect(Math.abs((await alphaOf(first)) - 127)).toBeLessThan(30)
      // Shrinking looks a little beyond the edge of a frame: a trace of the first is in the second's top row.
      expect(await alphaOf(second)).toBeLessThan(1)
    }
  }
})

test('frames that say to be shown for longer than encoders can write are shown as long as they can', async () => {
  const bytes = await animation('webp', 10, 10, [Buffer.alloc(300, 1), Buffer.alloc(300, 200)])
  // The 24 bits of a frame's duration, after its place and size. Source: WebP container specification, "ANMF".
  bytes.writeUIntLE(0xffffff, bytes.indexOf('ANMF') + 8 + 12, 3)
  const { body } = await rendition(bytes, { width: 5 })
  expect((await sharp(body, { pages: -1 }).metadata()).delay).toEqual([65_535, 200])
})
