import { describe, expect, it } from 'vitest'
import { cacheTag } from '../../../handler/shared/pictures/cache-tag.js'
import { buckets, imageService, mount, pathOf, photo } from '../../support/images.js'

const OPEN = mount({ asIs: true })

async function stage(change: Parameters<typeof mount>[0] = {}) {
  const of = mount({ asIs: true, ...change })
  const store = await buckets()
  const { send, lines } = imageService(store.endpoint, [of])
  return { ...store, lines, send, asIs: async (key: string) => send(pathOf(of, key, 'as-is')) }
}

describe('an original as it is stored', () => {
  it('is answered byte for byte, with its ETag and the type that its bytes have', async () => {
    const { asIs, put, originals, lines, stored } = await stage()
    const original = await photo('red')
    await put('tom & jerry.jpg', original)
    const answer = await asIs('tom & jerry.jpg')
    const head = await originals.head('photos/tom & jerry.jpg')
    expect(answer).toMatchObject({
      status: 200,
      body: original,
      headers: {
        'Content-Type': 'image/jpeg',
        ETag: head?.etag,
        'Last-Modified': head?.lastModified.toUTCString(),
        'Cache-Control': 'public, max-age=3600, s-maxage=60',
        'X-Content-Type-Options': 'nosniff',
        'X-Amz-Meta-cache-tag': cacheTag('photos', 'tom & jerry.jpg'),
      },
    })
    expect(Object.keys(answer.headers)).not.toContain('Content-Disposition')
    expect(lines).toMatchObject([
      { outcome: 'passed', path: '/photos/tom%20%26%20jerry.jpg', bytes: original.length },
    ])
    expect(await stored()).toEqual([])
  })

  it('can’t run anything if it is an SVG', async () => {
    const { asIs, put } = await stage()
    await put(
      'logo.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    )
    expect((await asIs('logo.svg')).headers).toMatchObject({
      'Content-Type': 'image/svg+xml',
      'Content-Security-Policy': expect.stringMatching(/default-src 'none'.*sandbox/),
    })
  })

  it.each([
    ['page.jpg', '<!doctype html><script>alert(1)</script>', 'HTML'],
    ['notes.png', 'hello', 'of an unknown type'],
    ['empty.gif', '', 'an empty file'],
  ])('is refused if it is no picture, whatever it is called: %s', async (key, text, found) => {
    const { asIs, put } = await stage()
    await put(key, Buffer.from(text))
    expect(await asIs(key)).toMatchObject({
      status: 415,
      text: expect.stringContaining(`NOT_A_PICTURE: The original is ${found}`),
    })
  })

  it('is refused over the limit of bytes', async () => {
    const { asIs, put } = await stage({ limits: { ...OPEN.limits, bytes: 100 } })
    await put('tom.jpg', await photo('red'))
    expect(await asIs('tom.jpg')).toMatchObject({
      status: 415,
      text: expect.stringMatching(/^BYTES_LIMIT: /),
    })
  })

  it('is 404 where there is none, and where the mount gives none', async () => {
    const { asIs, put } = await stage()
    expect((await asIs('tom.jpg')).status).toBe(404)
    const closed = await stage({ asIs: false })
    await closed.put('tom.jpg', await photo('red'))
    await put('tom.jpg', await photo('red'))
    expect((await closed.asIs('tom.jpg')).status).toBe(404)
  })

  it('is kept by nobody under another generation', async () => {
    const { send, put } = await stage()
    await put('tom.jpg', await photo('red'))
    expect(await send(pathOf({ ...OPEN, generation: '0123456789ab' }, 'tom.jpg', 'as-is'))).toMatchObject({
      status: 200,
      cacheControl: 'public, max-age=0, s-maxage=0',
    })
  })
})
