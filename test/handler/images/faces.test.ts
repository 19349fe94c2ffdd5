import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openFaceDetector } from '../../../handler/images/faces/detector.js'
import { readNetwork } from '../../../handler/images/faces/network.js'
import { largestFirst, withinPicture } from '../../../handler/images/faces/order.js'
import type { Face } from '../../../handler/images/types.js'
import { FACE_MODEL } from '../../../handler/shared/pictures/face-model.js'
import { photograph, pictureOf } from '../../support/photographs.js'
import { ROOT, tempFolder } from '../../support/project.js'

const MODEL = path.join(ROOT, 'handler', 'images', FACE_MODEL)
const detect = openFaceDetector(MODEL)
const facesIn = async (bytes: Buffer) => detect(await pictureOf(bytes))

const ASTRONAUT = photograph('astronaut')
const HER_FACE = { left: 0.35, top: 0.12, width: 0.17, height: 0.22 }

/** The area that both have, as a share of the area that either has. */
function overlap(one: Omit<Face, 'confidence'>, other: Omit<Face, 'confidence'>): number {
  const side = (from: number, length: number, from2: number, length2: number) =>
    Math.max(0, Math.min(from + length, from2 + length2) - Math.max(from, from2))
  const both =
    side(one.left, one.width, other.left, other.width) * side(one.top, one.height, other.top, other.height)
  return both / (one.width * one.height + other.width * other.height - both)
}

/** The astronaut several times on a grey wall. Sides and places in pixels. */
async function group(
  size: { width: number; height: number },
  people: { side: number; left: number; top: number }[],
) {
  const layers = await Promise.all(
    people.map(async ({ side, left, top }) => ({
      input: await sharp(ASTRONAUT).resize(side, side).toBuffer(),
      left,
      top,
    })),
  )
  return sharp({ create: { ...size, channels: 3, background: '#8090a0' } })
    .composite(layers)
    .jpeg({ quality: 90 })
    .toBuffer()
}

describe('the built-in face detector', () => {
  it('finds a face where it is', async () => {
    const faces = await facesIn(ASTRONAUT)
    expect(faces).toHaveLength(1)
    expect(overlap(faces[0] as Face, HER_FACE)).toBeGreaterThan(0.8)
    expect(faces[0]?.confidence).toBeGreaterThan(0.9)
  })

  it('finds none in a photograph of a cat, in one colour, and in noise', async () => {
    const flat = { width: 300, height: 200, channels: 3, background: '#d0a080' } as const
    const noise = {
      width: 300,
      height: 200,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    } as const
    expect(await facesIn(photograph('cat'))).toEqual([])
    expect(await facesIn(await sharp({ create: flat }).png().toBuffer())).toEqual([])
    expect(await facesIn(await sharp({ create: noise }).png().toBuffer())).toEqual([])
  })

  it.each([2, 3, 4, 5, 6, 7, 8])(
    'gives boxes of the upright picture for EXIF orientation %i',
    async (orientation) => {
      // What is stored is turned so that the orientation sets it upright again.
      const stored = sharp(ASTRONAUT)
      if ([2, 7, 4, 5].includes(orientation)) stored.flop()
      stored.rotate({ 2: 0, 3: 180, 4: 180, 5: 270, 6: 270, 7: 90, 8: 90 }[orientation] ?? 0)
      const turned = await sharp(await stored.png().toBuffer())
        .withMetadata({ orientation })
        .jpeg()
        .toBuffer()
      const upright = await sharp(turned).autoOrient().raw().toBuffer()
      const original = await sharp(ASTRONAUT).raw().toBuffer()
      expect(meanDifference(upright, original)).toBeLessThan(6)
      const [face] = await facesIn(turned)
      expect(overlap(face as Face, HER_FACE)).toBeGreaterThan(0.8)
    },
  )

  it('orders a group by size, and finds faces of a thirtieth of its width', async () => {
    const people = [
      { side: 300, left: 60, top: 400 },
      { side: 600, left: 900, top: 100 },
      { side: 400, left: 420, top: 60 },
    ]
    const faces = await facesIn(await group({ width: 1600, height: 800 }, people))
    const expected = [...people]
      .sort((one, other) => other.side - one.side)
      .map(({ side, left, top }) => ({
        left: (left + HER_FACE.left * side) / 1600,
        top: (top + HER_FACE.top * side) / 800,
        width: (HER_FACE.width * side) / 1600,
        height: (HER_FACE.height * side) / 800,
      }))
    expect(faces).toHaveLength(3)
    for (const [index, face] of faces.entries())
      expect(overlap(face, expected[index] as Omit<Face, 'confidence'>)).toBeGreaterThan(0.4)
  })

  it.each([
    ['grey', async () => sharp(ASTRONAUT).greyscale().jpeg().toBuffer()],
    ['CMYK', async () => sharp(ASTRONAUT).toColourspace('cmyk').jpeg().toBuffer()],
    ['16 bits', async () => sharp(ASTRONAUT).toColourspace('rgb16').png().toBuffer()],
    ['WebP', async () => sharp(ASTRONAUT).webp().toBuffer()],
    ['AVIF', async () => sharp(ASTRONAUT).avif({ effort: 0 }).toBuffer()],
    ['12 megapixels', async () => sharp(ASTRONAUT).resize(3464, 3464).jpeg().toBuffer()],
  ])('finds it in %s as well', async (_, bytes) => {
    const [face] = await facesIn(await bytes())
    expect(overlap(face as Face, HER_FACE)).toBeGreaterThan(0.75)
  })

  it('looks at the first frame of an animation', async () => {
    const side = 256
    const cat = await sharp(photograph('cat')).resize(side, side, { fit: 'cover' }).toBuffer()
    const her = await sharp(ASTRONAUT).resize(side, side).toBuffer()
    const animation = async (...frames: Buffer[]) =>
      sharp(frames, { join: { animated: true } })
        .webp()
        .toBuffer()
    expect(await facesIn(await animation(her, cat))).toHaveLength(1)
    expect(await facesIn(await animation(cat, her))).toEqual([])
  })

  it.each([
    [1, 1],
    [1, 5000],
    [5000, 1],
    [31, 33],
    [320, 320],
    [321, 640],
  ])('takes a picture of %i by %i pixels', async (width, height) => {
    const bytes = await sharp({ create: { width, height, channels: 4, background: '#12345600' } })
      .png()
      .toBuffer()
    expect(await facesIn(bytes)).toEqual([])
  })

  it('says that the picture is broken, where its pixels are', async () => {
    const cut = ASTRONAUT.subarray(0, 4000)
    await expect(facesIn(cut)).rejects.toMatchObject({ status: 415, code: 'BROKEN' })
  })

  it('has the weights of libfacedetection, unchanged', () => {
    expect(createHash('sha512').update(readFileSync(MODEL)).digest('base64')).toBe(
      'Zq+N1YKn88eDTnnL798n7N/rAxwz2nsVHcxJgxlGfxH/l10J4PWkHOPW/oN25mv3gPyzNuxNjLjGtmtgoDUvGQ==',
    )
  })

  it('refuses weights of another size', () => {
    const short = readFileSync(MODEL).subarray(0, -4)
    expect(() => readNetwork(short)).toThrow(RangeError)
    expect(() => readNetwork(Buffer.concat([short, Buffer.alloc(8)]))).toThrow('203420 bytes, and not 203416')
  })

  it('tries again to read weights that could not be read', async () => {
    const model = path.join(tempFolder(), 'late.bin')
    const late = openFaceDetector(model)
    const picture = await pictureOf(ASTRONAUT)
    await expect(late(picture)).rejects.toThrow('ENOENT')
    copyFileSync(MODEL, model)
    expect(await late(picture)).toHaveLength(1)
  })
})

describe('the order of faces', () => {
  const number = fc.double({ min: -1, max: 2, noNaN: true })
  const face = fc.record({ left: number, top: number, width: number, height: number, confidence: number })

  it('is the same whichever order they were found in', () => {
    fc.assert(
      fc.property(fc.array(face, { maxLength: 8 }), fc.integer(), (faces, seed) => {
        const shuffled = [...faces].sort(
          (one, other) => Math.sin(seed + one.left) - Math.sin(seed + other.left),
        )
        const boxes = (list: readonly Face[]) =>
          list.map(({ left, top, width, height }) => [left, top, width * height])
        expect(boxes([...shuffled].sort(largestFirst))).toEqual(boxes([...faces].sort(largestFirst)))
      }),
    )
  })

  it('has only boxes within the picture', () => {
    fc.assert(
      fc.property(face, (one) => {
        const { left, top, width, height } = withinPicture({
          ...one,
          width: Math.abs(one.width),
          height: Math.abs(one.height),
        })
        expect(Math.min(left, top, width, height)).toBeGreaterThanOrEqual(0)
        expect(Math.max(left + width, top + height)).toBeLessThanOrEqual(1 + Number.EPSILON)
      }),
    )
  })
})

function meanDifference(one: Buffer, other: Buffer): number {
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0) / one.length
}
