import { describe, expect, it } from 'vitest'
import { createCache, timeToLive, type Answer } from '../../src/edge/cache.js'

function answer(status: number, cacheControl?: string, bytes = 10): Answer {
  return {
    status,
    headers: cacheControl === undefined ? {} : { 'cache-control': cacheControl },
    body: Buffer.alloc(bytes),
  }
}

describe('time to live', () => {
  it.each([
    [200, 'public, max-age=86400, s-maxage=31536000', 31_536_000],
    [200, 'max-age=60', 60],
    [200, 'Max-Age="60"', 60],
    [200, undefined, 86_400],
    [200, 'max-age=0', 1],
    [200, 'no-store', 1],
    [200, 'private, max-age=60', 1],
    [200, 'max-age=99999999999', 31_536_000],
    [200, 'max-age=soon', 86_400],
    [400, 'public, max-age=3600', 3600],
    [404, 'public, max-age=60', 60],
    [403, undefined, 0],
    [503, 'no-store', 0],
    [500, 'max-age=0', 0],
  ])('of %i with %s is %i s', (status, cacheControl, seconds) => {
    expect(timeToLive(answer(status, cacheControl))).toBe(seconds)
  })
})

describe('the cache', () => {
  it('gives back what is fresh, with its age in seconds, and nothing after', () => {
    let now = 1_000_000
    const cache = createCache(1e6, () => now)
    const kept = answer(200, 'max-age=10')
    cache.put('/a', kept)
    now += 9_999
    expect(cache.get('/a')).toEqual({ answer: kept, age: 9 })
    now += 1
    expect(cache.get('/a')).toBeUndefined()
  })

  it('stays within its bound: what was used longest ago goes first', () => {
    const cache = createCache(10_000)
    for (const key of ['/a', '/b', '/c']) cache.put(key, answer(200, 'max-age=60', 2_000))
    cache.get('/a')
    cache.put('/d', answer(200, 'max-age=60', 2_000))
    expect(['/a', '/b', '/c', '/d'].filter((key) => cache.get(key))).toEqual(['/a', '/c', '/d'])
  })

  it('never keeps one answer that is larger than the bound', () => {
    const cache = createCache(10_000)
    cache.put('/small', answer(200, 'max-age=60', 100))
    cache.put('/large', answer(200, 'max-age=60', 20_000))
    expect(cache.get('/large')).toBeUndefined()
    expect(cache.get('/small')).toBeDefined()
  })

  it('counts a key that is put again once', () => {
    const cache = createCache(10_000)
    for (let index = 0; index < 100; index++) cache.put('/a', answer(200, 'max-age=60', 3_000))
    cache.put('/b', answer(200, 'max-age=60', 3_000))
    expect(cache.get('/a')).toBeDefined()
    expect(cache.get('/b')).toBeDefined()
  })

  it('is empty when it was cleared', () => {
    const cache = createCache(10_000)
    cache.put('/a', answer(200))
    cache.clear()
    expect(cache.get('/a')).toBeUndefined()
  })
})
