import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openViewerFunction } from '../../../src/local/cloudfront/viewer-function/sandbox.js'
import { gateCode } from '../../../src/package/gate.js'
import { CURRENT, gateEvent, gateMount, GENERATION, MOUNTS, openGate, readResult } from './support.js'

const gate = await openGate()

const accept = (value: string, multiValue?: { value: string }[]) => ({
  headers: { accept: { value, ...(multiValue && { multiValue }) } },
})

describe('auto', () => {
  test.each([
    ['image/avif,image/webp,*/*', 'avif'],
    ['image/webp,image/apng,*/*;q=0.8', 'webp'],
    ['IMAGE/AVIF', 'avif'],
    [' image/webp ;q=0.5, image/png', 'webp'],
    ['image/avif;q=0, image/webp', 'webp'],
    ['image/avif;q=0.000,image/webp;q=0.0', 'none'],
    ['image/avif; Q = 0 ,image/webp;q=0.001', 'webp'],
    ['image/avif;q=', 'none'],
    ['image/avif;q=x', 'none'],
    ['image/avif;v=1;q=0', 'none'],
    ['image/avif;v=q', 'avif'],
    ['*/*', 'none'],
    ['image/*', 'none'],
    ['image/avif2, ximage/webp', 'none'],
    ['', 'none'],
  ])('Accept: %s gives %s', async (header, format) => {
    expect(await gate('/photos/40x30,auto/a', accept(header))).toEqual({
      uri: `/photos/${GENERATION}/a/40x30_auto-${format}`,
    })
  })

  test('looks at every Accept header', async () => {
    const given = accept('text/html', [{ value: 'text/html' }, { value: 'image/webp' }])
    expect(await gate('/photos/40x30,auto,q=70/a', given)).toEqual({
      uri: `/photos/${GENERATION}/a/40x30_auto-webp_q-70`,
    })
  })

  test('is the only format that depends on Accept', async () => {
    expect(await gate('/photos/40x30,jpg/a', accept('image/avif'))).toEqual({
      uri: `/photos/${GENERATION}/a/40x30_jpg`,
    })
  })
})

describe('the original as it is stored', () => {
  test('is given where the mount allows it', async () => {
    expect(await gate('/photos/cats/a~b.jpg')).toEqual({ uri: `/photos/${GENERATION}/cats/a~7Eb.jpg/as-is` })
  })

  test('is refused elsewhere, also where it is there', async () => {
    expect(await gate('/hidden/cats/tom.jpg')).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect(await gate('/hidden/40x30/cats/tom.jpg')).toEqual({
      uri: `/hidden/${GENERATION}/cats/tom.jpg/40x30`,
    })
  })
})

describe('an allow-list', () => {
  test.each([
    ['400x300,webp', '400x300_webp'],
    ['400X300,WEBP,q=80', '400x300_webp'],
    ['200x150@2x,webp,center', '400x300_webp'],
    ['800x,auto', '800x_auto-none'],
    ['800x,inside,auto', '800x_auto-none'],
  ])('takes %s', async (operations, key) => {
    expect(await gate(`/listed/${operations}/a`)).toEqual({ uri: `/listed/${GENERATION}/a/${key}` })
  })

  test.each([
    '400x301,webp',
    '400x300',
    '400x300,webp,v=1',
    '400x300,webp,mono',
    '800x',
    '800x,avif',
    '400x',
  ])('refuses %s, and names what is allowed', async (operations) => {
    const { status, code, body, headers } = await gate(`/listed/${operations}/a`)
    expect({ status, code }).toEqual({ status: 403, code: 'NOT_ALLOWED' })
    expect(body).toContain('400x300,webp 800x,auto')
    expect(headers).toMatchObject({ 'cache-control': { value: 'public, max-age=60' } })
  })

  test('refuses what is wrong as wrong', async () => {
    expect(await gate('/listed/400x300,wepb/a')).toMatchObject({ status: 400, code: 'BAD_OPTION' })
  })

  test('that is empty allows no operations', async () => {
    const none = await openGate(await gateCode({ mounts: [gateMount('photos', { allow: [] })], keys: [] }))
    expect(await none('/photos/40x30/a')).toMatchObject({ status: 403, code: 'NOT_ALLOWED' })
    expect(await none('/photos/a')).toEqual({ uri: `/photos/${GENERATION}/a/as-is` })
  })

  test('names the first five only', async () => {
    const allow = ['1x', '2x', '3x', '4x', '5x', '6x']
    const many = await openGate(await gateCode({ mounts: [gateMount('photos', { allow })], keys: [] }))
    expect((await many('/photos/7x/a')).body).toBe(
      'NOT_ALLOWED: 7x is not allowed here. Allowed: 1x 2x 3x 4x 5x …\n',
    )
  })
})

describe('refusals', () => {
  test.each([
    ['/photos/0x10/a', 400, 'BAD_SIZE', 'public, max-age=3600'],
    ['/photos/9999x1/a', 400, 'SIZE_LIMIT', 'public, max-age=3600'],
    ['/photos/40x30,x/a', 400, 'BAD_OPTION', 'public, max-age=3600'],
    ['/photos/40x30,top,smart/a', 400, 'CONFLICT', 'public, max-age=3600'],
    ['/photos/40x30/%', 400, 'BAD_ENCODING', 'public, max-age=3600'],
    [`/photos/40x30/${'a'.repeat(1024)}`, 400, 'PATH_LIMIT', 'public, max-age=3600'],
    [`/photos/40x30/${'%41'.repeat(1400)}`, 400, 'PATH_LIMIT', 'public, max-age=3600'],
    ['/photos/', 404, 'NOT_FOUND', 'public, max-age=60'],
    ['/photos/cats/', 404, 'NOT_FOUND', 'public, max-age=60'],
  ])('%s', async (uri, status, code, cache) => {
    const result = await gate(uri)
    expect(result).toMatchObject({ status, code })
    expect(result.headers).toEqual({
      'content-type': { value: 'text/plain; charset=utf-8' },
      'cache-control': { value: cache },
      'x-content-type-options': { value: 'nosniff' },
    })
    expect(result.body).toMatch(/^[A-Z_]+: .+\n$/)
    expect(result.body!.length).toBeLessThan(300)
  })

  test.each([
    '/',
    '',
    'photos/40x30/a',
    '//photos/40x30/a',
    '/photos',
    '/Photos/40x30/a',
    '/%70hotos/40x30/a',

    '/x/../photos/40x30/a',
    '/./photos/40x30/a',
    '/photos%2F40x30/a',
    '/nothing/40x30/a',
    '\\photos/40x30/a',
    '/constructor/40x30/a',
    '/__proto__/40x30/a',
    '/hasOwnProperty/40x30/a',
    '/generated/40x30/a',
    `/${GENERATION}/a/40x30`,
  ])('a path that begins with no mount as it is written: %s', async (uri) => {
    expect(await gate(uri)).toMatchObject({ status: 400, code: 'BAD_ENCODING' })
  })

  test('the query changes nothing, and goes on', async () => {
    const fn = openViewerFunction(await gateCode({ mounts: MOUNTS, keys: [CURRENT] }))
    const querystring = { q: { value: '5' }, sig: { value: 'x' } }
    expect(await fn(gateEvent('/photos/40x30/a', { querystring, method: 'HEAD' }))).toEqual({
      method: 'HEAD',
      uri: `/photos/${GENERATION}/a/40x30`,
      querystring,
      headers: {},
      cookies: {},
    })
  })
})

test('an empty gate refuses everything', async () => {
  const empty = await openGate(await gateCode({ mounts: [], keys: [] }))
  expect(await empty('/photos/40x30/a')).toMatchObject({ status: 400, code: 'BAD_ENCODING' })
})

test('what leaves the gate has only characters that nothing has to encode', async () => {
  const path = fc.tuple(
    fc.constantFrom('photos/', 'photos/40x30/', 'photos/40x30,auto,v=a/', 'listed/800x,auto/'),
    fc.string({ unit: 'grapheme' }),
  )
  await fc.assert(
    fc.asyncProperty(path, async ([start, key]) => {
      const result = await gate(`/${start}${encodeURI(key)}`)
      expect(result.uri ?? '/').toMatch(/^[\w\-.~/]+$/)
      expect(result.status ?? 400).toBeOneOf([400, 403, 404])
    }),
    { numRuns: 1000 },
  )
}, 60_000)

test('never throws, whatever the event is', async () => {
  const fn = openViewerFunction(await gateCode({ mounts: MOUNTS, keys: [CURRENT] }))
  const request = fc.record(
    {
      uri: fc.oneof(
        fc.string({ unit: 'binary' }).map((text) => `/signed/${text}`),
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        fc.jsonValue(),
      ),
      headers: fc.oneof(fc.jsonValue(), fc.record({ accept: fc.jsonValue() })),
      querystring: fc.oneof(fc.jsonValue(), fc.record({ sig: fc.jsonValue(), exp: fc.jsonValue() })),
    },
    { requiredKeys: [] },
  )
  const event = fc.oneof(
    { weight: 5, arbitrary: fc.record({ request }) },
    { weight: 1, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()) },
  )
  await fc.assert(
    fc.asyncProperty(event, async (one) => {
      const result = readResult(await fn(one))
      expect(result.status).toBeOneOf([400, 403, 404])
    }),
    { numRuns: 1000 },
  )
}, 60_000)
