import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { BEHAVIOURS } from '../../../templates/distribution.js'
import { mountBehaviour } from '../../../templates/mount-behaviour.js'
import { behaviourChooser } from '../../../src/local/cloudfront/behaviours.js'
import { cached, mountEdge, overHttp, picture } from './mount-edge.js'

/** Its picture is whatever reached it, so any header that reaches it would show. */
const FOOLED = {
  answer: ({ headers, ...request }: { headers: Readonly<Record<string, string>> }) => {
    // The id differs for each request. The range is passed on, and the whole picture is cached.
    const { 'x-amz-cf-id': _id, range: _range, ...shown } = headers
    return picture(JSON.stringify({ ...request, headers: shown }))
  },
}

describe('nothing but the path shapes an answer', () => {
  const HOSTILE: Record<string, string>[] = [
    { host: 'evil.example' },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-for': '203.0.113.9' },
    { forwarded: 'host=evil.example' },
    { 'x-original-url': '/photos/other', 'x-rewrite-url': '/photos/other' },
    { 'x-http-method-override': 'DELETE', 'x-method-override': 'HEAD' },
    { accept: 'image/avif' },
    { accept: 'text/html' },
    { 'accept-encoding': 'br' },
    { 'accept-language': 'de' },
    { range: 'bytes=0-0' },
    { range: 'bytes=0-0', 'if-range': '"x"' },
    { 'if-none-match': '*' },
    { 'if-match': '"x"' },
    { 'if-modified-since': 'Wed, 21 Oct 2099 07:28:00 GMT' },
    { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    { 'cache-control': 'no-cache', pragma: 'no-cache' },
    { authorization: 'Bearer a', cookie: 'a=1' },
    { origin: 'https://evil.example' },
    { 'user-agent': 'Googlebot' },
    { 'x-amz-meta-cache-tag': 'all', 'x-amz-cf-id': 'forged', via: '1.1 forged' },
    { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'x-amz-date': '20260101T000000Z' },
    { 'cloudfront-viewer-country': 'DE', 'cloudfront-is-mobile-viewer': 'true' },
  ]

  test.each(HOSTILE)('a first viewer with %j', async (headers) => {
    const edge = mountEdge(FOOLED)
    const get = await overHttp(edge)
    const clean = await (await overHttp(mountEdge(FOOLED)))('/photos/cat')
    for (const query of ['', '?a=1', '?x-amz-security-token=a']) await get(`/photos/cat${query}`, headers)
    expect(edge.seen.function).toHaveLength(1)
    const next = await get('/photos/cat')
    expect(next).toMatchObject({ status: 200, body: clean.body, headers: { etag: clean.headers['etag'] } })
    expect(next.headers['x-cache']).toBe('Hit from cloudfront')
    expect(next.headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('a HEAD first leaves nothing that a GET would get', async () => {
    const edge = mountEdge({
      answer: ({ method }) => ({ ...picture('made'), body: Buffer.from(method === 'HEAD' ? '' : 'made') }),
    })
    const get = await overHttp(edge)
    await get('/photos/cat', {}, 'HEAD')
    expect(cached(await get('/photos/cat'))).toBe('200 Miss from cloudfront made')
  })

  test.each([
    '/photos/0123456789ab/cat',
    '//photos/0123456789ab/cat',
    '/%70hotos/0123456789ab/cat',
    '/x/../photos/0123456789ab/cat',
  ])('the key that the gate makes can’t be asked for past the gate: %s', async (path) => {
    const edge = mountEdge()
    const get = await overHttp(edge)
    await get(path)
    expect(edge.seen.gate).toHaveLength(1)
    expect(cached(await get('/photos/cat'))).toBe('200 Miss from cloudfront made')
  })

  it('a path of the default behaviour has another key than every picture', async () => {
    const edge = mountEdge()
    const get = await overHttp(edge)
    expect((await get('/0123456789ab/photos/cat')).status).toBe(404)
    expect((await get('/photos')).status).toBe(404)
    expect((await get('/photos%2f0123456789ab%2fcat')).status).toBe(404)
    expect(cached(await get('/photos/cat'))).toBe('200 Miss from cloudfront made')
  })

  it('no path of another behaviour is a key that the gate could make', () => {
    const behaviourOf = behaviourChooser([mountBehaviour('photos', 'check'), ...BEHAVIOURS])
    const part = fc.constantFrom(
      'photos',
      '0123456789ab',
      'cat.jpg',
      '400x_webp',
      '.',
      '..',
      '...',
      '',
      '%2e',
      '%2E.',
      '%70hotos',
      'Photos',
      '~2F',
      '%2f',
      '\\',
      '*',
    )
    const paths = fc.array(part, { maxLength: 7 }).map((parts) => `/${parts.join('/')}`)
    const isKey = (path: string) =>
      /^\/photos\/[0-9a-f]{12}\/[\w.~/-]+$/.test(path) &&
      path
        .slice(1)
        .split('/')
        .every((segment) => !['', '.', '..'].includes(segment))
    fc.assert(
      fc.property(paths, (path) => {
        if (isKey(path)) expect(behaviourOf(path).path).toBe('/photos/*')
      }),
      { numRuns: 5_000, examples: [['/photos/0123456789ab/cat.jpg/400x_webp']] },
    )
  })
})
