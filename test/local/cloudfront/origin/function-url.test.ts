import { describe, expect, it, test } from 'vitest'
import { cached, mountEdge, overHttp, picture } from '../mount-edge.js'

describe('a function URL', () => {
  it('gets the path, and none of the viewer’s headers', async () => {
    const edge = mountEdge()
    const get = await overHttp(edge)
    await get('/photos/cat?a=1', {
      host: 'evil.example',
      accept: 'image/avif',
      authorization: 'Bearer a',
      cookie: 'a=1',
      origin: 'https://a.example',
      'x-forwarded-host': 'evil.example',
      'accept-encoding': 'gzip',
      'if-none-match': '"x"',
    })
    expect(edge.seen.function).toEqual([
      {
        method: 'GET',
        path: '/photos/0123456789ab/cat',
        sourceIp: '127.0.0.1',
        headers: {
          host: 'id.lambda-url.us-east-1.on.aws',
          'user-agent': 'Amazon CloudFront',
          via: expect.stringContaining('CloudFront'),
          'x-amz-cf-id': expect.stringMatching(/==$/),
          'x-forwarded-for': '127.0.0.1',
        },
      },
    ])
  })

  it('is asked again with the conditions of the expired response, which 304 renews', async () => {
    const edge = mountEdge({
      answer: ({ headers }) =>
        headers['if-none-match'] === undefined
          ? picture('made')
          : { status: 304, headers: { 'cache-control': 's-maxage=600' }, body: Buffer.alloc(0) },
    })
    const get = await overHttp(edge)
    const { headers } = await get('/photos/cat')
    edge.seen.now += 61_000
    expect(cached(await get('/photos/cat'))).toBe('200 RefreshHit from cloudfront made')
    expect(edge.seen.function[1]?.headers['if-none-match']).toBe(headers['etag'])
    edge.seen.now += 599_000
    expect(cached(await get('/photos/cat'))).toBe('200 Hit from cloudfront made')
  })

  it('keeps from Vary only what CloudFront keeps, and sends no cookies', async () => {
    const { edge } = mountEdge({
      answer: () =>
        picture('made', {
          vary: 'Accept, accept-encoding, Origin',
          'set-cookie': 'a=1',
          via: 'x',
          'x-amz-cf-id': 'x',
        }),
    })
    const { headers } = await edge.serve({ id: '1', method: 'GET', uri: '/photos/cat', clientIp: '::1' })
    expect(headers).toMatchObject({ vary: 'accept-encoding' })
    for (const name of ['set-cookie', 'via', 'x-amz-cf-id']) expect(headers).not.toHaveProperty(name)
  })

  test.each([
    [400, 'max-age=300', 'Error'],
    [403, 'max-age=300', 'Error'],
    [404, 'max-age=60', 'Error'],
    [415, 'max-age=300', 'Error'],
    [404, 'no-store', 'asked again'],
    [415, undefined, 'asked again'],
    [422, 'max-age=300', 'asked again'],
    [429, 'max-age=300', 'asked again'],
    [503, 'no-store', 'asked again'],
  ])('that answers %i with %s: then %s', async (status, cacheControl, then) => {
    const edge = mountEdge({
      answer: () => ({
        status,
        headers: cacheControl === undefined ? {} : { 'cache-control': cacheControl },
        body: Buffer.from('CODE'),
      }),
    })
    const get = await overHttp(edge)
    for (const _ of [1, 2])
      expect(cached(await get('/photos/cat'))).toBe(`${status} Error from cloudfront CODE`)
    expect(edge.seen.function).toHaveLength(then === 'Error' ? 1 : 2)
  })

  it('that fails leaves viewers with the expired picture, unless it must not be stale', async () => {
    let answer = picture('made')
    const edge = mountEdge({ answer: () => answer })
    const get = await overHttp(edge)
    await get('/photos/cat')
    edge.seen.now += 61_000
    answer = { status: 503, headers: { 'cache-control': 'no-store' }, body: Buffer.from('UNAVAILABLE') }
    for (const _ of [1, 2])
      expect(cached(await get('/photos/cat'))).toBe('200 RefreshHit from cloudfront made')
    answer = picture('again', { 'cache-control': 's-maxage=1, stale-if-error=0' })
    expect(cached(await get('/photos/cat'))).toBe('200 Miss from cloudfront again')
    edge.seen.now += 2_000
    answer = { status: 503, headers: {}, body: Buffer.from('UNAVAILABLE') }
    expect(cached(await get('/photos/cat'))).toBe('503 Error from cloudfront UNAVAILABLE')
  })

  it('whose error may be kept doesn’t take the expired picture’s place', async () => {
    let answer = picture('made')
    const edge = mountEdge({ answer: () => answer })
    const get = await overHttp(edge)
    await get('/photos/cat')
    edge.seen.now += 61_000
    answer = { status: 503, headers: { 'cache-control': 'max-age=600' }, body: Buffer.from('UNAVAILABLE') }
    expect(cached(await get('/photos/cat'))).toBe('200 RefreshHit from cloudfront made')
    answer = picture('again')
    expect(cached(await get('/photos/cat'))).toBe('200 Miss from cloudfront again')
  })

  it('that takes too long is given up: 504, and the request is dropped', async () => {
    let dropped = false
    const { edge } = mountEdge({
      readTimeoutMs: 30,
      answer: async (_, signal) =>
        new Promise(() => signal?.addEventListener('abort', () => void (dropped = true))),
    })
    const answer = await edge.serve({ id: '1', method: 'GET', uri: '/photos/cat', clientIp: '::1' })
    expect(answer).toMatchObject({
      status: 504,
      cacheResult: 'Error',
      reason: expect.stringContaining('30 ms'),
    })
    expect(dropped).toBe(true)
  })

  it('that can’t be reached, or breaks off, is a 502 that is not cached', async () => {
    let broken = true
    const edge = mountEdge({
      answer: () => {
        if (!broken) return { ...picture('half'), cut: new Error('it crashed') }
        broken = false
        throw new Error('no such host')
      },
    })
    const serve = async () => edge.edge.serve({ id: '1', method: 'GET', uri: '/photos/cat', clientIp: '::1' })
    expect(await serve()).toMatchObject({ status: 502, reason: 'no such host' })
    expect(await serve()).toMatchObject({ status: 502, reason: expect.stringContaining('it crashed') })
    expect(edge.seen.function).toHaveLength(2)
  })

  it('is asked once by viewers who ask at the same time, whatever their spelling', async () => {
    const edge = mountEdge({
      gate: async ({ request }) => ({ ...request, uri: request.uri.toLowerCase() }),
      answer: async () => new Promise((resolve) => setTimeout(() => resolve(picture('made')), 50)),
    })
    const get = await overHttp(edge)
    const all = await Promise.all(
      ['/photos/cat', '/photos/CAT', '/photos/Cat'].map(async (path) => get(path)),
    )
    expect(all.map(cached).sort()).toEqual([
      '200 Hit from cloudfront made',
      '200 Hit from cloudfront made',
      '200 Miss from cloudfront made',
    ])
    expect(edge.seen.function).toHaveLength(1)
  })

  test.each(['no-store', 'private, max-age=60', 'max-age=0', 's-maxage=0'])(
    'is asked by each of them where it says %s, because the minimum TTL is 0',
    async (cacheControl) => {
      let made = 0
      const edge = mountEdge({
        answer: async () => {
          const text = `made ${++made}`
          await new Promise((resolve) => setTimeout(resolve, 30))
          return picture(text, { 'cache-control': cacheControl })
        },
      })
      const get = await overHttp(edge)
      const all = await Promise.all([1, 2, 3].map(async () => get('/photos/cat')))
      expect(all.map(({ body }) => body).sort()).toEqual(['made 1', 'made 2', 'made 3'])
    },
  )
})
