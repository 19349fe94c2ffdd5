import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../../src/local/cloudfront/answer.js'
import { createCache } from '../../../../src/local/cloudfront/cache/cache.js'

const TTL = { min: 1, default: 86_400, max: 31_536_000 }

function answer(status: number, cacheControl?: string, bytes = 10): Answer {
  return {
    status,
    headers: cacheControl === undefined ? {} : { 'cache-control': cacheControl },
    body: Buffer.alloc(bytes),
  }
}

describe('the cache', () => {
  it('knows what is fresh, its age in seconds, and how long it may be sent stale', () => {
    let now = 1_000_000
    const cache = createCache(1e6, () => now)
    const kept = answer(200, 'max-age=10, stale-while-revalidate=5, stale-if-error=20')
    cache.put('/a', kept, TTL)
    const at = (ms: number) => {
      now = 1_000_000 + ms
      return cache.get('/a')
    }
    expect(at(9_999)).toMatchObject({ answer: kept, age: 9, fresh: true })
    expect(at(10_000)).toMatchObject({ fresh: false, whileRevalidated: true, ifError: true })
    expect(at(15_000)).toMatchObject({ fresh: false, whileRevalidated: false, ifError: true })
    expect(at(30_000)).toMatchObject({ fresh: false, whileRevalidated: false, ifError: false })
  })

  it('never serves a stale error', () => {
    let now = 0
    const cache = createCache(1e6, () => now)
    cache.put('/a', answer(404, 'max-age=10'), TTL)
    now = 11_000
    expect(cache.get('/a')).toMatchObject({ fresh: false, ifError: false })
  })

  it('stays within its limit by dropping the least recently used first', () => {
    const cache = createCache(10_000)
    for (const key of ['/a', '/b', '/c']) cache.put(key, answer(200, 'max-age=60', 2_000), TTL)
    cache.get('/a')
    cache.put('/d', answer(200, 'max-age=60', 2_000), TTL)
    expect(['/a', '/b', '/c', '/d'].filter((key) => cache.get(key))).toEqual(['/a', '/c', '/d'])
  })

  it('never keeps a response larger than the limit', () => {
    const cache = createCache(10_000)
    cache.put('/small', answer(200, 'max-age=60', 100), TTL)
    cache.put('/large', answer(200, 'max-age=60', 20_000), TTL)
    expect(cache.get('/large')).toBeUndefined()
    expect(cache.get('/small')).toBeDefined()
  })

  it('counts a replaced key once', () => {
    const cache = createCache(10_000)
    for (let index = 0; index < 100; index++) cache.put('/a', answer(200, 'max-age=60', 3_000), TTL)
    cache.put('/b', answer(200, 'max-age=60', 3_000), TTL)
    expect(cache.get('/a')).toBeDefined()
    expect(cache.get('/b')).toBeDefined()
  })

  it('is empty after it was cleared', () => {
    const cache = createCache(10_000)
    cache.put('/a', answer(200), TTL)
    cache.clear()
    expect(cache.get('/a')).toBeUndefined()
  })
})
