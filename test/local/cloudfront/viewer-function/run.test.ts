import { describe, expect, it, test, vi } from 'vitest'
import { cached, mountEdge, overHttp } from '../mount-edge.js'

describe('the viewer function', () => {
  it('runs on hits too, and what it makes of the path is the cache key', async () => {
    const edge = mountEdge({
      gate: async ({ request }) => ({ ...request, uri: request.uri.toLowerCase() }),
    })
    const get = await overHttp(edge)
    expect(cached(await get('/photos/CAT'))).toBe('200 Miss from cloudfront made')
    expect(cached(await get('/photos/cat'))).toBe('200 Hit from cloudfront made')
    expect(edge.seen.gate.map(({ request }) => request.uri)).toEqual(['/photos/CAT', '/photos/cat'])
    expect(edge.seen.function.map(({ path }) => path)).toEqual(['/photos/cat'])
  })

  it('gets query, headers and cookies as the viewer sent them', async () => {
    const edge = mountEdge()
    const get = await overHttp(edge)
    await get('/photos/cat?exp=1&sig=a%2Bb', [
      'Host',
      'img.example',
      'Accept',
      'image/avif',
      'ACCEPT',
      'image/webp',
      'Cookie',
      'a=1',
    ])
    expect(edge.seen.gate[0]).toMatchObject({
      viewer: { ip: '127.0.0.1' },
      request: {
        method: 'GET',
        uri: '/photos/cat',
        querystring: { exp: { value: '1' }, sig: { value: 'a%2Bb' } },
        headers: {
          host: { value: 'img.example' },
          accept: { value: 'image/avif', multiValue: [{ value: 'image/avif' }, { value: 'image/webp' }] },
        },
        cookies: { a: { value: '1' } },
      },
    })
  })

  it('changes neither behaviour nor origin', async () => {
    const edge = mountEdge({ gate: async ({ request }) => ({ ...request, uri: '/stored/cat' }) })
    const get = await overHttp(edge)
    expect(cached(await get('/photos/cat'))).toBe('200 Miss from cloudfront made')
    expect(edge.seen.bucket).toEqual([])
  })

  it('responds itself, without cache and origin', async () => {
    const edge = mountEdge({
      gate: async () => ({
        statusCode: 400,
        statusDescription: 'Bad Request',
        headers: { 'content-type': { value: 'text/plain' }, 'cache-control': { value: 'max-age=60' } },
        body: 'BAD_SIZE: "0x10"\n',
      }),
    })
    const get = await overHttp(edge)
    for (const _ of [1, 2])
      expect(cached(await get('/photos/0x10/cat'))).toBe(
        '400 FunctionGeneratedResponse from cloudfront BAD_SIZE: "0x10"\n',
      )
    expect(edge.seen.gate).toHaveLength(2)
    expect(edge.seen.function).toEqual([])
    const head = await get('/photos/0x10/cat', {}, 'HEAD')
    expect(head).toMatchObject({ status: 400, body: '' })
  })

  test.each([
    [
      'throws',
      async () => {
        throw new Error('the key is secret')
      },
    ],
    [
      'throws at once',
      () => {
        throw new Error('the key is secret')
      },
    ],
  ])('is not told to viewers if it %s', async (_, gate) => {
    const edge = mountEdge({ gate })
    const get = await overHttp(edge)
    const got = await get('/photos/cat')
    expect(got).toMatchObject({
      status: 503,
      headers: { 'x-cache': 'FunctionExecutionError from cloudfront', server: 'CloudFront' },
      body: expect.stringContaining(
        'The CloudFront function associated with the CloudFront distribution is invalid or could not run.',
      ),
    })
    expect(got.body).not.toContain('secret')
    const { reason } = await edge.edge.serve({ id: '1', method: 'GET', uri: '/photos/cat', clientIp: '::1' })
    expect(reason).toContain('the key is secret')
    expect(edge.seen.function).toEqual([])
  })

  it('has an end, even if its promise never settles', async () => {
    vi.useFakeTimers()
    try {
      const { edge } = mountEdge({ gate: async () => new Promise(() => undefined) })
      const answer = edge.serve({ id: '1', method: 'GET', uri: '/photos/cat', clientIp: '::1' })
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await answer).toMatchObject({ status: 503, cacheResult: 'FunctionExecutionError' })
    } finally {
      vi.useRealTimers()
    }
  })

  it('whose result is invalid gives 502, with the reason for this machine’s user', async () => {
    const { edge } = mountEdge({ gate: async ({ request }) => ({ ...request, uri: 'photos' }) })
    expect(await edge.serve({ id: '1', method: 'GET', uri: '/photos/cat', clientIp: '::1' })).toMatchObject({
      status: 502,
      cacheResult: 'FunctionValidationError',
      reason: expect.stringContaining('request.uri must begin with /'),
    })
  })

  it('can’t make what it returns invalid by changing what it got', async () => {
    const { edge } = mountEdge({
      gate: async ({ request }) => {
        request.headers['host'] = { value: 'example.com' }
        return request
      },
    })
    const headers = { host: ['localhost'] }
    const asked = edge.serve({ id: '1', method: 'GET', uri: '/photos/cat', clientIp: '::1', headers })
    expect(await asked).toMatchObject({ status: 502 })
  })
})
