import { describe, expect, it } from 'vitest'
import { cached, mountEdge, overHttp } from '../mount-edge.js'

const KEY = 'stored/0123456789ab/cat.jpg'

describe('a group of origins', () => {
  it('takes what the bucket has, and never asks the function', async () => {
    const edge = mountEdge()
    edge.stored.set(KEY, { text: 'stored', cacheControl: 's-maxage=86400', tag: 'cat' })
    const get = await overHttp(edge)
    expect(cached(await get('/stored/cat.jpg'))).toBe('200 Miss from cloudfront stored')
    expect(edge.seen.function).toEqual([])
    expect(edge.seen.bucket).toEqual([KEY])
  })

  it('asks the function for what the bucket lacks; what it stored takes its place', async () => {
    const edge = mountEdge()
    const get = await overHttp(edge)
    expect(cached(await get('/stored/cat.jpg'))).toBe('200 Miss from cloudfront made')
    expect(edge.seen.function[0]?.path).toBe(`/${KEY}`)
    edge.stored.set(KEY, { text: 'made', cacheControl: 's-maxage=86400', tag: 'cat' })
    edge.seen.now += 61_000
    expect(cached(await get('/stored/cat.jpg'))).toBe('200 RefreshHit from cloudfront made')
    edge.seen.now += 86_000_000
    expect(cached(await get('/stored/cat.jpg'))).toBe('200 Hit from cloudfront made')
    expect(edge.seen.function).toHaveLength(1)
  })

  it('sends the function’s own 404 and 403', async () => {
    const edge = mountEdge({
      answer: () => ({
        status: 404,
        headers: { 'cache-control': 'max-age=60' },
        body: Buffer.from('NOT_FOUND'),
      }),
    })
    const get = await overHttp(edge)
    for (const _ of [1, 2])
      expect(cached(await get('/stored/cat.jpg'))).toBe('404 Error from cloudfront NOT_FOUND')
    expect(edge.seen.function).toHaveLength(1)
  })

  it('does not fail over where the bucket can’t be reached', async () => {
    const edge = mountEdge()
    edge.seen.failure = new Error('no connection')
    const get = await overHttp(edge)
    expect((await get('/stored/cat.jpg')).status).toBe(502)
    expect(edge.seen.function).toEqual([])
  })

  it('answers HEAD, from either', async () => {
    const edge = mountEdge()
    const get = await overHttp(edge)
    expect(await get('/stored/other.jpg', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
    expect(edge.seen.function[0]?.method).toBe('HEAD')
    edge.stored.set(KEY, { text: 'stored', cacheControl: 's-maxage=60', tag: 'cat' })
    expect(await get('/stored/cat.jpg', {}, 'HEAD')).toMatchObject({
      status: 200,
      headers: { 'content-length': '6', 'content-type': 'image/webp' },
    })
  })
})
