import { expect, it } from 'vitest'
import { mountBehaviour } from '../../../../templates/mount-behaviour.js'
import { isShared, lifetime } from '../../../../src/local/cloudfront/cache/time-to-live.js'

/** Of the default behaviour. */
const TTL = { min: 1, default: 86_400, max: 31_536_000 }
const NOW = Date.parse('Sat, 21 Nov 2026 12:00:00 GMT')

function life(status: number, cacheControl?: string, expires?: string, ttl = TTL) {
  return lifetime(
    {
      status,
      headers: {
        ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
        ...(expires === undefined ? {} : { expires }),
      },
    },
    NOW,
    ttl,
  )
}

it.each([
  [200, 'public, max-age=86400, s-maxage=31536000', 31_536_000],
  [200, 'max-age=60', 60],
  [200, 'Max-Age="60"', 60],
  [200, undefined, 86_400],
  [200, 'max-age=0', 1],
  [200, 'no-store', 1],
  [200, 'no-cache', 1],
  [200, 'private, max-age=60', 1],
  [200, 'max-age=99999999999', 31_536_000],
  [200, 'max-age=soon', 86_400],
  [301, 'max-age=60', 60],
  [301, undefined, 86_400],
  [307, undefined, 0],
  [308, 'max-age=60', 60],
  [206, 'max-age=60', 0],
  [304, 'max-age=60', 0],
  [400, 'public, max-age=3600', 3600],
  [400, undefined, 0],
  [404, 'public, max-age=60', 60],
  [404, 'no-store', 0],
  [404, 'no-store, max-age=60', 0],
  [404, undefined, 0],
  [403, undefined, 0],
  [403, 's-maxage=5', 5],
  [405, undefined, 0],
  [410, undefined, 10],
  [414, undefined, 10],
  [414, 'no-cache', 0],
  [415, 'max-age=300', 300],
  [415, undefined, 0],
  [416, 'max-age=60', 0],
  [429, 'max-age=60', 0],
  [422, 'max-age=60', 0],
  [501, undefined, 10],
  [503, 'no-store', 0],
  [500, 'max-age=0', 0],
  [500, 'max-age=7', 7],
])('of %i with %s is %i s', (status, cacheControl, seconds) => {
  expect(life(status, cacheControl).fresh).toBe(seconds)
})

it.each([
  [undefined, 'Sat, 21 Nov 2026 12:01:00 GMT', 60],
  ['max-age=5', 'Sat, 21 Nov 2026 12:01:00 GMT', 5],
  [undefined, 'Sat, 21 Nov 2026 11:00:00 GMT', 1],
  [undefined, 'never', 1],
  [undefined, '2030', 1],
])('heeds Expires where Cache-Control says nothing: %s, %s', (cacheControl, expires, seconds) => {
  expect(life(200, cacheControl, expires).fresh).toBe(seconds)
})

it('allows a stale object while the origin fails, unless the object says less', () => {
  expect(life(200, 'max-age=1').ifError).toBe(31_536_000)
  expect(life(200, 'max-age=1, stale-if-error=0').ifError).toBe(0)
  expect(life(200, 'max-age=1, stale-if-error=30').ifError).toBe(30)
})

it('allows a stale object during revalidation only if it says so', () => {
  expect(life(200, 'max-age=1').whileRevalidated).toBe(0)
  expect(life(200, 'max-age=1, stale-while-revalidate=30').whileRevalidated).toBe(30)
})

const PICTURES = mountBehaviour('photos', 'check').cache.ttl

it.each([
  ['public, max-age=3600, s-maxage=60', 60],
  ['max-age=300', 300],
  ['max-age=0', 0],
  ['no-store', 0],
  ['private, max-age=60', 0],
  [undefined, 0],
])('of a picture with %s is %i s: the minimum TTL is 0', (cacheControl, seconds) => {
  expect(life(200, cacheControl, undefined, PICTURES).fresh).toBe(seconds)
})

it.each([
  [undefined, true],
  ['max-age=1', true],
  ['max-age=60, s-maxage=0', false],
  ['max-age=0, s-maxage=60', false],
  ['no-store', false],
  ['private', false],
  ['no-cache="set-cookie"', false],
])('shares a picture with %s among simultaneous viewers: %s', (cacheControl, shared) => {
  const headers: Record<string, string> = cacheControl === undefined ? {} : { 'cache-control': cacheControl }
  expect(isShared({ headers }, PICTURES)).toBe(shared)
  expect(isShared({ headers }, TTL)).toBe(true)
})
