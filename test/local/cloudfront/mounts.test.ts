import { describe, expect, it } from 'vitest'
import { BEHAVIOURS } from '../../../templates/distribution.js'
import { mountBehaviour } from '../../../templates/mount-behaviour.js'
import { createEdge } from '../../../src/local/cloudfront/edge.js'
import { cached, mountEdge, overHttp, picture } from './mount-edge.js'

const KEY = 'stored/0123456789ab/cat.jpg'

describe('ranges of a rendition', () => {
  it('are sent from the cache; the first viewer gets all that the function sent', async () => {
    const edge = mountEdge({ answer: () => picture('0123456789') })
    const get = await overHttp(edge)
    expect(await get('/photos/cat', { range: 'bytes=2-4' })).toMatchObject({
      status: 200,
      body: '0123456789',
    })
    expect(edge.seen.function[0]?.headers['range']).toBe('bytes=2-4')
    expect(await get('/photos/cat', { range: 'bytes=2-4' })).toMatchObject({
      status: 206,
      body: '234',
      headers: { 'content-range': 'bytes 2-4/10', vary: 'Accept', 'x-content-type-options': 'nosniff' },
    })
  })

  it('never become the cached picture, even if the function answers with one', async () => {
    let status = 206
    const edge = mountEdge({ answer: () => ({ ...picture(status === 206 ? '234' : '0123456789'), status }) })
    const get = await overHttp(edge)
    expect(await get('/photos/cat', { range: 'bytes=2-4' })).toMatchObject({ status: 206, body: '234' })
    status = 200
    expect(await get('/photos/cat')).toMatchObject({ status: 200, body: '0123456789' })
  })
})

describe('a purge', () => {
  it('by tag takes S3’s and the function’s answers, of all mounts', async () => {
    const edge = mountEdge()
    edge.stored.set(KEY, { text: 'stored', cacheControl: 's-maxage=86400', tag: 'cat' })
    edge.stored.set(KEY.replace('cat', 'dog'), { text: 'stored', cacheControl: 's-maxage=86400', tag: 'dog' })
    const get = await overHttp(edge)
    const all = async () =>
      Promise.all(
        ['/stored/cat.jpg', '/photos/a', '/stored/dog.jpg'].map(async (path) => cached(await get(path))),
      )
    await all()
    expect(edge.edge.purge({ tags: ['CAT'] })).toBe(2)
    expect(await all()).toEqual([
      '200 Miss from cloudfront stored',
      '200 Miss from cloudfront made',
      '200 Hit from cloudfront stored',
    ])
  })

  it('by path takes the path behind the viewer function, not the viewer’s', async () => {
    const edge = mountEdge()
    const get = await overHttp(edge)
    await get('/photos/cat')
    expect(edge.edge.purge({ paths: ['/photos/cat'] })).toBe(0)
    expect(edge.edge.purge({ paths: ['/photos/0123456789ab/c*'] })).toBe(1)
    expect(() => edge.edge.purge({ paths: ['/photos/a~20b'] })).toThrow('cache tag')
  })
})

describe('the response headers policy of stored pictures', () => {
  const POLICY = {
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    vary: 'Accept',
  }

  it('is on misses, hits, errors, HEAD and 304 alike, and takes the metadata away', async () => {
    const edge = mountEdge({
      answer: ({ path }) =>
        path.endsWith('gone')
          ? { status: 404, headers: { 'x-amz-meta-cache-tag': 'cat' }, body: Buffer.from('NOT_FOUND') }
          : picture('made', { 'x-amz-meta-source-etag': '"a"', 'content-security-policy': 'sandbox' }),
    })
    edge.stored.set(KEY, { text: 'stored', cacheControl: 's-maxage=60', tag: 'cat' })
    const get = await overHttp(edge)
    const { etag } = (await get('/photos/cat')).headers
    for (const got of [
      await get('/photos/cat'),
      await get('/photos/cat', {}, 'HEAD'),
      await get('/photos/cat', { 'if-none-match': String(etag) }),
      await get('/photos/gone'),
      await get('/stored/cat.jpg'),
    ]) {
      expect(got.headers).toMatchObject(POLICY)
      for (const name of Object.keys(got.headers)) expect(name).not.toMatch(/^x-amz-(?!cf-)/)
    }
  })

  it('lets pages of other sites read them', async () => {
    const get = await overHttp(mountEdge())
    expect((await get('/photos/a', { origin: 'https://a.example' })).headers).toMatchObject({
      'access-control-allow-origin': '*',
    })
    expect((await get('/photos/a')).headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('is not that of generated images', async () => {
    const { headers } = await (await overHttp(mountEdge()))('/64,red')
    expect(headers).not.toHaveProperty('content-security-policy')
    expect(headers).not.toHaveProperty('vary')
  })
})

describe('an edge', () => {
  const nothing = { origins: {}, functions: {}, cacheBytes: 1 }

  it('is not made without what its behaviours name', () => {
    expect(() => createEdge({ ...nothing, behaviours: BEHAVIOURS })).toThrow('a function that is missing')
    const behaviours = [mountBehaviour('photos', 'check')]
    expect(() => createEdge({ ...nothing, behaviours })).toThrow('an origin that is missing')
    const origins = { 'genato-pictures': { domain: 'a', fetch: async () => picture('') } }
    expect(() => createEdge({ ...nothing, behaviours, origins })).toThrow('a viewer function that is missing')
  })

  it('runs no origin-request function before a function URL, which the local edge can’t play', () => {
    const behaviours = [{ ...BEHAVIOURS[0]!, origin: 'url' }]
    const functions = { edge: { invoke: async () => ({ value: undefined, waitedMs: 0 }) } }
    const origins = { url: { domain: 'a', fetch: async () => picture('') } }
    expect(() => createEdge({ ...nothing, behaviours, functions, origins })).toThrow('before a function URL')
  })
})
