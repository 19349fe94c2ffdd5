import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeRendition } from '../../../handler/images/rendition.js'
import { cacheTag } from '../../../handler/shared/pictures/cache-tag.js'
import { buckets, colorOf, imageService, mount, pathOf, photo, type Hook } from '../../support/images.js'

const MOUNT = mount()
const PATH = pathOf(MOUNT, 'cats/tom.jpg')
const KEY = PATH.slice(1)
const RED = '255 0 0'
const BLUE = '0 0 255'

async function stage(hook?: Hook, change: Parameters<typeof mount>[0] = {}) {
  const store = await buckets(hook)
  await store.put('cats/tom.jpg', await photo('red'))
  return { ...store, ...imageService(store.endpoint, [mount(change)]) }
}

describe('a rendition that is not stored', () => {
  it('is made, stored with its source and tag, and answered with the ETag that S3 gave', async () => {
    const { send, renditions, lines } = await stage()
    const answer = await send(PATH)
    const stored = await renditions.get(KEY)
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'Content-Type': 'image/jpeg',
        ETag: stored?.etag,
        'Cache-Control': 'public, max-age=3600, s-maxage=60',
        'X-Content-Type-Options': 'nosniff',
        'X-Amz-Meta-cache-tag': cacheTag('photos', 'cats/tom.jpg'),
      },
    })
    expect(await colorOf(answer.body)).toBe(RED)
    expect(stored).toMatchObject({
      body: answer.body,
      contentType: 'image/jpeg',
      cacheControl: 'public, max-age=3600, s-maxage=86400',
      metadata: {
        'source-etag': `"${createHash('md5')
          .update(await photo('red'))
          .digest('hex')}"`,
        'cache-tag': cacheTag('photos', 'cats/tom.jpg'),
      },
    })
    expect(lines).toMatchObject([
      { path: '/photos/40x/cats/tom.jpg', key: KEY, outcome: 'made', status: 200, bytes: answer.body.length },
    ])
    expect(lines[0]?.ms).toMatchObject({
      lookup: expect.any(Number),
      fetch: expect.any(Number),
      render: expect.any(Number),
      store: expect.any(Number),
    })
  })

  it('costs one look, one read, one write and one more look', async () => {
    const { send, asked } = await stage()
    await send(PATH)
    expect(asked.filter((line) => !line.includes('_notes/'))).toEqual([
      expect.stringMatching(/^(GET renditions|HEAD originals)/),
      expect.stringMatching(/^(GET renditions|HEAD originals)/),
      'GET originals photos/cats/tom.jpg',
      `PUT renditions ${KEY}`,
      'HEAD originals photos/cats/tom.jpg',
    ])
  })

  it('is kept for minutes in browsers where only signed URLs reach it', async () => {
    const signed = mount({ allow: 'signed' })
    const { send, renditions } = await stage(undefined, { allow: 'signed' })
    const path = pathOf(signed, 'cats/tom.jpg')
    expect((await send(path)).cacheControl).toBe('public, max-age=300, s-maxage=60')
    expect((await renditions.get(path.slice(1)))?.cacheControl).toBe('public, max-age=300, s-maxage=86400')
  })

  it('is stored once, whoever asks for it at once', async () => {
    const store = await buckets()
    await store.put('cats/tom.jpg', await photo('red'))
    const processes = Array.from({ length: 8 }, () => imageService(store.endpoint, [MOUNT]))
    const answers = await Promise.all(processes.map(async ({ send }) => send(PATH)))
    expect(new Set(answers.map(({ status, headers }) => `${status} ${headers['ETag']}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(200)
    expect(await store.stored()).toEqual([KEY])
  })
})

describe('a stored rendition', () => {
  it('is answered while its original is the same, and is logged as found', async () => {
    const { send, asked, lines } = await stage()
    const made = await send(PATH)
    asked.length = 0
    const found = await send(PATH)
    expect(found.body).toEqual(made.body)
    expect(found.headers).toMatchObject({
      ETag: made.headers['ETag'],
      'Content-Type': 'image/jpeg',
      'Cache-Control': 'public, max-age=3600, s-maxage=86400',
      'X-Amz-Meta-cache-tag': cacheTag('photos', 'cats/tom.jpg'),
    })
    expect(asked.sort()).toEqual([`GET renditions ${KEY}`, 'HEAD originals photos/cats/tom.jpg'])
    expect(lines[1]).toMatchObject({ outcome: 'found', key: KEY, bytes: found.body.length })
  })

  it('is made again and replaced when its original has changed', async () => {
    const { send, put, renditions, stored } = await stage()
    await send(PATH)
    await put('cats/tom.jpg', await photo('blue'))
    const answer = await send(PATH)
    expect(await colorOf(answer.body)).toBe(BLUE)
    expect((await renditions.get(KEY))?.body).toEqual(answer.body)
    expect(await stored()).toEqual([KEY])
  })

  it('is deleted when its original is gone, and the answer is 404', async () => {
    const { send, originals, stored } = await stage()
    await send(PATH)
    await originals.delete('photos/cats/tom.jpg')
    expect(await send(PATH)).toMatchObject({
      status: 404,
      cacheControl: 'public, max-age=60',
      text: 'NOT_FOUND: There is no picture "cats/tom.jpg" in photos.\n',
    })
    expect(await stored()).toEqual([])
  })

  it('is never replaced by one that was made from an older original', async () => {
    // A second process, which has seen the new original, stores its rendition while the first is still at work.
    let stolen = false
    const { send, put, endpoint, renditions } = await stage(async (when, bucket, method) => {
      if (when !== 'before' || bucket !== 'renditions' || method !== 'PUT' || stolen) return
      stolen = true
      await put('cats/tom.jpg', await photo('blue'))
      await imageService(endpoint, [MOUNT]).send(PATH)
    })
    const answer = await send(PATH)
    expect(await colorOf(answer.body)).toBe(BLUE)
    expect(await colorOf((await renditions.get(KEY))?.body ?? Buffer.alloc(0))).toBe(BLUE)
  })
})

describe('an original that changes in the middle', () => {
  /** Does something once, at that moment. */
  function once(moment: string, act: () => Promise<unknown>): Hook {
    let done = false
    return async (when, bucket, method, key) => {
      if (done || key.startsWith('_') || `${when} ${method} ${bucket}` !== moment) return
      done = true
      await act()
    }
  }

  it.each(['after GET originals', 'before PUT renditions', 'after PUT renditions'])(
    'leaves nothing stale when it happens %s',
    async (moment) => {
      const test = await stage(once(moment, async () => test.put('cats/tom.jpg', await photo('blue'))))
      const outdated = await test.send(PATH)
      expect(outdated).toMatchObject({ status: 200, cacheControl: 'public, max-age=0, s-maxage=0' })
      expect(outdated.headers['ETag']).toBeUndefined()
      expect(await test.stored()).toEqual([])
      expect(await colorOf((await test.send(PATH)).body)).toBe(BLUE)
    },
  )

  it('is read again when it happens between the look and the read', async () => {
    const test = await stage(
      once('before GET originals', async () => test.put('cats/tom.jpg', await photo('blue'))),
    )
    const answer = await test.send(PATH)
    expect(answer.cacheControl).toBe('public, max-age=3600, s-maxage=60')
    expect(await colorOf(answer.body)).toBe(BLUE)
    expect(await test.stored()).toEqual([KEY])
  })

  it.each(['after GET originals', 'after PUT renditions', 'before GET originals'])(
    'is 404 when it is deleted %s, and leaves nothing behind',
    async (moment) => {
      const test = await stage(once(moment, async () => test.originals.delete('photos/cats/tom.jpg')))
      expect(await test.send(PATH)).toMatchObject({ status: 404 })
      expect(await test.stored()).toEqual([])
    },
  )

  it('is given up with 503 when it changes at every look', async () => {
    let version = 0
    const test = await stage(async (when, bucket, method) => {
      if (when === 'before' && bucket === 'originals' && method === 'GET')
        await test.put('cats/tom.jpg', await photo('blue', 64 + ++version))
    })
    expect(await test.send(PATH)).toMatchObject({ status: 503, cacheControl: 'no-store' })
    expect(version).toBe(3)
    expect(await test.stored()).toEqual([])
  })
})

describe('a path', () => {
  it('of another generation is answered without storing or keeping', async () => {
    const { send, stored, asked } = await stage()
    const answer = await send(pathOf({ ...MOUNT, generation: '0123456789ab' }, 'cats/tom.jpg'))
    expect(answer).toMatchObject({ status: 200, cacheControl: 'public, max-age=0, s-maxage=0' })
    expect(await stored()).toEqual([])
    expect(asked.some((line) => line.startsWith('GET renditions') && !line.includes('_notes/'))).toBe(false)
  })

  it.each([
    ['/', 400, 'BAD_ENCODING'],
    [`${PATH}/`, 400, 'BAD_ENCODING'],
    [PATH.replace('40x', '040x'), 400, 'BAD_ENCODING'],
    [PATH.replace('40x', '40x_auto'), 400, 'BAD_ENCODING'],
    [PATH.replace('tom', '~74om'), 400, 'BAD_ENCODING'],
    [PATH.replace('cats', '..'), 400, 'BAD_ENCODING'],
    [PATH.replace('cats', '%63ats'), 400, 'BAD_ENCODING'],
    [pathOf({ ...MOUNT, name: 'others' }, 'cats/tom.jpg'), 404, 'NOT_FOUND'],
    [pathOf(MOUNT, 'cats/tom.jpg', { width: 4097 }), 400, 'SIZE_LIMIT'],
    [pathOf(MOUNT, 'cats/tom.jpg', 'as-is'), 404, 'NOT_FOUND'],
  ])('%s is %i %s, and nothing is asked of S3', async (path, status, code) => {
    const { send, asked } = await stage()
    expect(await send(path)).toMatchObject({ status, text: expect.stringMatching(`^${code}: .*\n$`) })
    expect(asked).toEqual([])
  })

  it('that the mount’s list lacks is refused, whatever the gate has let through', async () => {
    const listed = mount({ allow: ['40x', '40x_auto'] })
    const { send } = await stage(undefined, { allow: ['40x', '40x_auto'] })
    expect(await send(pathOf(listed, 'cats/tom.jpg'))).toMatchObject({ status: 200 })
    const auto = { width: 40, format: { kind: 'auto', accepted: 'webp' } } as const
    expect(await send(pathOf(listed, 'cats/tom.jpg', auto))).toMatchObject({
      status: 200,
      headers: { 'Content-Type': 'image/webp' },
    })
    expect(await send(pathOf(listed, 'cats/tom.jpg', { width: 41 }))).toMatchObject({
      status: 403,
      text: 'NOT_ALLOWED: 41x is not in the list of photos.\n',
    })
  })
})

it('says that a folder was read as a size, where one may have been meant', async () => {
  const { send } = await stage()
  expect((await send(pathOf(MOUNT, 'tom.jpg', { width: 4, height: 4 }))).text).toBe(
    'NOT_FOUND: There is no picture "tom.jpg" in photos. 4x4 was read as a size, and not as a folder.\n',
  )
})

it('is 404 for a key that S3 can’t have, and asks nothing', async () => {
  const prefix = `${'p'.repeat(60)}/`
  const { send, asked } = await stage(undefined, { prefix })
  const of = mount({ prefix })
  expect(await send(pathOf(of, 'k'.repeat(980)))).toMatchObject({ status: 404 })
  expect(asked).toEqual([])
})

it('answers HEAD with the headers of GET and no body', async () => {
  const { send } = await stage()
  await send(PATH)
  const [get, head] = [await send(PATH), await send(PATH, { method: 'HEAD' })]
  expect(head.headers).toEqual(get.headers)
  expect(head.body.length).toBe(0)
})

it('answers other methods with 405, and asks nothing of S3', async () => {
  const { send, asked } = await stage()
  expect(await send(PATH, { method: 'POST' })).toMatchObject({
    status: 405,
    headers: { Allow: 'GET, HEAD' },
    cacheControl: 'no-store',
  })
  expect(asked).toEqual([])
})

it('tells what the original can’t give', async () => {
  const { send, stored } = await stage()
  const crop = { left: 60, top: 0, width: 10, height: 10 }
  expect(await send(pathOf(MOUNT, 'cats/tom.jpg', { width: 40, crop }))).toMatchObject({
    status: 400,
    cacheControl: 'public, max-age=300',
    text: expect.stringContaining('64x64'),
    headers: { 'X-Amz-Meta-cache-tag': cacheTag('photos', 'cats/tom.jpg') },
  })
  expect(await stored()).toEqual([])
})

it('keeps a bug out of the answer, but not out of the log', async () => {
  const store = await buckets()
  await store.put('cats/tom.jpg', await photo('red'))
  const { send, lines } = imageService(store.endpoint, [MOUNT], {
    make: async () => {
      throw new TypeError('secret')
    },
  })
  expect(await send(PATH)).toMatchObject({ status: 500, cacheControl: 'no-store' })
  expect((await send(PATH)).text).not.toContain('secret')
  expect(lines[0]).toMatchObject({ outcome: 'failed', error: expect.stringContaining('secret') })
})

it('passes the rest of its time on to the renderer, so that sharp stops when nobody waits', async () => {
  const store = await buckets()
  await store.put('cats/tom.jpg', await photo('red'))
  const seconds: (number | undefined)[] = []
  const { send } = imageService(store.endpoint, [MOUNT], {
    make: async (picture, operations, options) => {
      seconds.push(options.seconds)
      return makeRendition(picture, operations, options)
    },
  })
  await send(PATH, { remaining: 12_000 })
  expect(seconds).toEqual([10])
})
