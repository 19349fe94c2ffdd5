import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { inspect } from '../../../handler/images/inspect.js'
import type { Label } from '../../../handler/images/moderation.js'
import type { PictureWork } from '../../../handler/images/picture-work.js'
import { readBroken } from '../../../handler/images/read-notes.js'
import { makeRendition } from '../../../handler/images/rendition.js'
import type { Moderation } from '../../../handler/shared/pictures/mount.js'
import type { Operations } from '../../../handler/shared/pictures/operations.js'
import { buckets, imageService, mount, pathOf, photo, type Hook } from '../../support/images.js'

const FACES = { width: 40, height: 40, place: { kind: 'faces' } } as const
const JSON_OF = { width: 40, format: { kind: 'json' } } as const satisfies Partial<Operations>
const MODERATE: Moderation = { minConfidence: 75, labels: [], action: 'refuse' }
const NUDITY: Label = { name: 'Nudity', parent: '', confidence: 99 }

interface Staged {
  change?: Parameters<typeof mount>[0]
  hook?: Hook
  work?: Partial<PictureWork>
  labels?: readonly Label[]
}

/** The real renderer, and detectors that count. */
async function stage({ change = {}, hook, work = {}, labels = [] }: Staged = {}) {
  const calls: string[] = []
  const of = mount(change)
  const store = await buckets(hook)
  await store.put('tom.jpg', await photo('red'))
  const counted: Partial<PictureWork> = {
    async inspect(bytes, limits) {
      calls.push('inspect')
      return inspect(bytes, limits)
    },
    async make(picture, operations, options) {
      calls.push(options.blurred ? 'make blurred' : 'make')
      return makeRendition(picture, operations, options)
    },
    async faces() {
      calls.push('faces')
      return [{ left: 0.5, top: 0, width: 0.25, height: 0.25, confidence: 0.9 }]
    },
    async labels() {
      calls.push('labels')
      return labels
    },
    ...work,
  }
  return { ...store, ...imageService(store.endpoint, [of], counted), of, calls }
}

describe('an SVG that takes too long', () => {
  const endless = async () => new Promise<never>(() => undefined)
  /** Two seconds are the deadline's, one and a half the note's, and the rest is to draw in. */
  const remaining = 6_600

  it('is not drawn again for an hour', { timeout: 30_000 }, async () => {
    const { send, put, of, calls, notes } = await stage({ work: { make: endless } })
    await put('slow.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))
    expect(await send(pathOf(of, 'slow.svg'), { remaining })).toMatchObject({
      status: 503,
      cacheControl: 'no-store',
    })
    expect(await notes()).toEqual(['broken.json'])
    expect(await send(pathOf(of, 'slow.svg', { width: 50 }), { remaining })).toMatchObject({
      status: 415,
      cacheControl: 'public, max-age=300',
      text: expect.stringMatching(/^TOO_SLOW: .* hour\.\n$/) as string,
    })
    expect(calls).toEqual(['inspect'])
    const note = { code: 'TOO_SLOW', message: 'x' }
    expect(readBroken({ ...note, until: Date.now() + 9_000 })).toMatchObject({
      status: 415,
      code: 'TOO_SLOW',
    })
    expect(readBroken({ ...note, until: Date.now() - 1 })).toBeUndefined()
  })

  it('is not blamed where little time was left, nor is a photograph', async () => {
    const { send, put, of, notes } = await stage({ work: { make: endless } })
    await put('slow.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))
    expect((await send(pathOf(of, 'slow.svg'), { remaining: 3_000 })).status).toBe(503)
    expect((await send(pathOf(of, 'tom.jpg'), { remaining })).status).toBe(503)
    expect(await notes()).toEqual([])
  })
})

describe('a broken original', () => {
  /** A photograph whose second half is missing. */
  async function broken(): Promise<Buffer> {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const
    const whole = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red', noise } })
      .jpeg()
      .toBuffer()
    return whole.subarray(0, whole.length / 2)
  }

  it('is decoded once, whatever is asked of it', async () => {
    const { send, put, of, calls, notes, stored } = await stage()
    await put('broken.jpg', await broken())
    const answers = []
    for (const width of [40, 50, 60]) answers.push(await send(pathOf(of, 'broken.jpg', { width })))
    for (const answer of answers)
      expect(answer).toMatchObject({
        status: 415,
        cacheControl: 'public, max-age=300',
        text: expect.stringMatching(/^BROKEN: .*\n$/),
      })
    expect(calls.filter((call) => call === 'inspect')).toHaveLength(1)
    expect(await notes()).toEqual(['broken.json'])
    expect(await stored()).toEqual([])
  })

  it('is looked at again once it was replaced', async () => {
    const { send, put, of } = await stage()
    await put('broken.jpg', await broken())
    expect((await send(pathOf(of, 'broken.jpg'))).status).toBe(415)
    await put('broken.jpg', await photo('blue'))
    expect((await send(pathOf(of, 'broken.jpg'))).status).toBe(200)
  })

  it('is looked at again under other limits', async () => {
    const limits = (pixels: number) => ({ bytes: 1e6, pixels, frames: 1, side: 100 })
    const small = await stage({ change: { limits: limits(100) } })
    expect(await small.send(pathOf(small.of, 'tom.jpg'))).toMatchObject({
      status: 415,
      text: expect.stringMatching(/^PIXELS_LIMIT: /),
    })
    const large = mount({ limits: limits(10_000) })
    const { send } = imageService(small.endpoint, [large])
    expect((await send(pathOf(large, 'tom.jpg'))).status).toBe(200)
  })

  it('is still refused when that can’t be noted, and the log says so', async () => {
    const { send, put, of, lines } = await stage({
      hook(when, _, method, key) {
        if (when === 'before' && method === 'PUT' && key.startsWith('_notes/')) throw new Error('full')
      },
    })
    await put('broken.jpg', await broken())
    expect((await send(pathOf(of, 'broken.jpg'))).status).toBe(415)
    expect(lines[0]).toMatchObject({
      outcome: 'rejected',
      error: expect.stringContaining('could not be stored'),
    })
  })
})

it('refuses an original over the limit of bytes without reading it', async () => {
  const { send, of, asked } = await stage({
    change: { limits: { bytes: 100, pixels: 1e6, frames: 1, side: 100 } },
  })
  expect(await send(pathOf(of, 'tom.jpg'))).toMatchObject({
    status: 415,
    text: expect.stringMatching(/^BYTES_LIMIT: .* the limit is 100\.\n$/),
  })
  expect(asked.filter((line) => line.startsWith('GET originals'))).toEqual([])
})

describe('faces', () => {
  it('are detected once for each original, and only when they are asked for', async () => {
    const { send, put, of, calls, notes } = await stage()
    await send(pathOf(of, 'tom.jpg'))
    expect(calls).not.toContain('faces')
    await send(pathOf(of, 'tom.jpg', FACES))
    await send(pathOf(of, 'tom.jpg', { ...FACES, width: 30 }))
    const facts = await send(pathOf(of, 'tom.jpg', JSON_OF))
    expect(JSON.parse(facts.text)).toMatchObject({ faces: [{ left: 50, width: 25 }] })
    expect(calls.filter((call) => call === 'faces')).toHaveLength(1)
    expect(await notes()).toEqual(['faces.json'])
    await put('tom.jpg', await photo('blue'))
    await send(pathOf(of, 'tom.jpg', FACES))
    expect(calls.filter((call) => call === 'faces')).toHaveLength(2)
  })

  it('that can’t be detected make the picture unavailable', async () => {
    const { send, of, stored } = await stage({
      work: {
        async faces() {
          throw new Error('throttled')
        },
      },
    })
    expect(await send(pathOf(of, 'tom.jpg', FACES))).toMatchObject({ status: 503, cacheControl: 'no-store' })
    expect(await stored()).toEqual([])
  })

  it('are detected again when the note is not one', async () => {
    const { send, of, calls, renditions } = await stage()
    await send(pathOf(of, 'tom.jpg', FACES))
    const [note] = await renditions.list('_notes/')
    for (const text of ['{', '[{"left":"0"}]', '{}']) {
      await renditions.put(note?.key ?? '', { body: Buffer.from(text), contentType: 'application/json' })
      calls.length = 0
      expect((await send(pathOf(of, 'tom.jpg', { ...FACES, width: 20 + text.length }))).status).toBe(200)
      expect(calls).toContain('faces')
    }
  })
})

describe('moderation', () => {
  const change = { moderate: MODERATE }

  it('lets a clear picture through, and looks at each original once', async () => {
    const { send, of, calls, notes } = await stage({ change })
    expect((await send(pathOf(of, 'tom.jpg'))).status).toBe(200)
    expect((await send(pathOf(of, 'tom.jpg', { width: 30 }))).status).toBe(200)
    expect(calls.filter((call) => call === 'labels')).toHaveLength(1)
    expect(await notes()).toEqual(['labels.json'])
  })

  it.each([
    ['a rendition', { width: 40 }],
    ['json', JSON_OF],
    ['faces', FACES],
    ['a crop outside the original', { width: 40, crop: { left: 900, top: 0, width: 9, height: 9 } }],
  ])('refuses %s before anything of the picture is told', async (_, asked) => {
    const { send, of, calls, stored } = await stage({ change, labels: [NUDITY] })
    expect(await send(pathOf(of, 'tom.jpg', asked))).toMatchObject({
      status: 403,
      cacheControl: 'public, max-age=300',
      text: expect.stringMatching(/^MODERATED: /),
    })
    expect(calls).toEqual(['inspect', 'labels'])
    expect(await stored()).toEqual([])
  })

  it('refuses without asking again, and the renditions of a stricter policy replace the others', async () => {
    const { send, of, calls, endpoint } = await stage({ change, labels: [NUDITY] })
    await send(pathOf(of, 'tom.jpg'))
    await send(pathOf(of, 'tom.jpg', { width: 30 }))
    expect(calls.filter((call) => call === 'labels')).toHaveLength(1)
    const lenient = mount()
    expect((await imageService(endpoint, [lenient]).send(pathOf(lenient, 'tom.jpg'))).status).toBe(200)
    expect((await send(pathOf(of, 'tom.jpg'))).status).toBe(403)
  })

  it('has the picture blurred where the policy says so', async () => {
    const blur = { moderate: { ...MODERATE, action: 'blur' } } as const
    const { send, of, calls } = await stage({ change: blur, labels: [NUDITY] })
    expect((await send(pathOf(of, 'tom.jpg'))).status).toBe(200)
    expect(calls).toEqual(['inspect', 'labels', 'make blurred'])
  })

  it('fails closed when Rekognition does, and when the labels can’t be kept', async () => {
    const down = await stage({
      change,
      work: {
        async labels() {
          throw new Error('throttled')
        },
      },
    })
    expect(await down.send(pathOf(down.of, 'tom.jpg'))).toMatchObject({
      status: 503,
      cacheControl: 'no-store',
    })
    const full = await stage({
      change,
      hook(when, _, method, key) {
        if (when === 'before' && method === 'PUT' && key.startsWith('_notes/')) throw new Error('full')
      },
    })
    expect(await full.send(pathOf(full.of, 'tom.jpg'))).toMatchObject({ status: 503 })
    expect(await full.stored()).toEqual([])
    expect(full.calls).not.toContain('make')
  })

  it('does not trust labels of other bytes, even of the same ETag', async () => {
    const { send, of, calls, renditions } = await stage({ change })
    await send(pathOf(of, 'tom.jpg'))
    const [note] = await renditions.list('_notes/')
    const body = Buffer.from(JSON.stringify({ sha256: '0'.repeat(64), labels: [] }))
    await renditions.put(note?.key ?? '', { body, contentType: 'application/json' })
    await send(pathOf(of, 'tom.jpg', { width: 30 }))
    expect(calls.filter((call) => call === 'labels')).toHaveLength(2)
  })

  it('gives no original as it is stored', async () => {
    const { send, of } = await stage({ change: { ...change, asIs: true } })
    expect((await send(pathOf(of, 'tom.jpg', 'as-is'))).status).toBe(404)
  })
})
