import { describe, expect, it, test } from 'vitest'
import { createCache } from '../../../../src/local/cloudfront/cache/cache.js'
import { checkPurge, isPurged, tagsOf } from '../../../../src/local/cloudfront/cache/purge.js'

const TTL = { min: 0, default: 60, max: 60 }
const NONE = new Set<string>()

describe('cache tags', () => {
  const longest = 'a'.repeat(256)
  test.each<[string, string[]]>([
    ['', []],
    ['a', ['a']],
    [' a , B,c ', ['a', 'b', 'c']],
    ['a,,A', ['a']],
    ['a b,c', ['c']],
    ['ä,c', ['c']],
    [longest, [longest]],
    [`${longest}a,c`, ['c']],
  ])('of %j', (header, expected) => {
    expect([...tagsOf(header)]).toEqual(expected)
  })

  it('are none without the header, and at most fifty', () => {
    expect(tagsOf(undefined)).toEqual(NONE)
    const many = Array.from({ length: 60 }, (_, index) => `t${index}`)
    expect([...tagsOf(many.join(','))]).toEqual(many.slice(0, 50))
  })
})

describe('a purge by path', () => {
  test.each([
    ['/a', '/a', true],
    ['a', '/a', true],
    ['/a', '/a/b', false],
    ['/a*', '/ab/c', true],
    ['/a/*', '/a', false],
    ['/*', '/anything', true],
    ['*', '/anything', true],
    ['/A', '/a', false],
    // Only at the end.
    ['/*/b', '/a/b', false],
    ['/*/b', '/*/b', true],
    ['/a*c*', '/abc', false],
    ['/a', 'HEAD /a', true],
    ['/a', 'HEAD /ab', false],
  ])('of %s takes %s: %s', (path, key, taken) => {
    expect(isPurged({ paths: [path] }, key, NONE)).toBe(taken)
  })
})

test.each([
  [{ paths: ['/photos/a~20b'] }, /with ~/],
  [{ tags: [''] }, /1 to 256/],
  [{ tags: ['a,b'] }, /1 to 256/],
  [{ tags: ['a b'] }, /1 to 256/],
  [{ tags: ['a'.repeat(257)] }, /1 to 256/],
])('%j is refused, as CloudFront could not do it', (purge, message) => {
  expect(() => checkPurge(purge)).toThrow(message)
})

it('drops what it names, and gives the room back', () => {
  const cache = createCache(4_000, () => 0, 'x-tag')
  const put = (key: string, tag?: string) =>
    cache.put(key, { status: 200, headers: tag ? { 'x-tag': tag } : {}, body: Buffer.alloc(100) }, TTL)
  put('/a', 'Cat')
  put('HEAD /a', 'cat')
  put('/b', 'dog')
  expect(cache.purge({ tags: ['CAT'] })).toBe(2)
  expect(cache.get('/a')).toBeUndefined()
  expect(cache.get('HEAD /a')).toBeUndefined()
  expect(cache.get('/b')).toBeDefined()
  put('/c')
  put('/d')
  expect(['/b', '/c', '/d'].filter((key) => cache.get(key))).toHaveLength(3)
  expect(cache.purge({ tags: ['bird'], paths: ['/c', '/d'] })).toBe(2)
  expect(cache.purge({})).toBe(0)
})
