import { describe, expect, it } from 'vitest'
import { openObjectFolder } from '../../../src/objects/folder.js'
import type { ReadableObjects } from '../../../src/objects/object-store.js'
import { lists, reads, writes } from '../../../templates/grants.js'
import { ask, BUCKET, errorCode, startTestStore, temporaryFolder } from './support.js'

const PATH = `/${BUCKET}/a.png`
const put = (body: string, headers = {}) => ({ method: 'PUT', path: PATH, body, headers })

async function stored(body = 'one') {
  const store = await startTestStore()
  const etag = (await ask(store.endpoint, put(body))).headers.etag ?? ''
  const { lastModified } = (await store.folder.head('a.png'))!
  const at = (seconds: number) => new Date(+lastModified + seconds * 1000).toUTCString()
  return { ...store, etag, at }
}

describe('conditional reads', () => {
  const OTHER = '"0123456789abcdef0123456789abcdef"'

  it.each<[string, (etag: string, at: (seconds: number) => string) => Record<string, string>, number]>([
    ['If-Match of its ETag', (etag) => ({ 'If-Match': etag }), 200],
    ['If-Match without quotes', (etag) => ({ 'If-Match': etag.replaceAll('"', '') }), 200],
    ['If-Match of any', () => ({ 'If-Match': '*' }), 200],
    ['If-Match of a list', (etag) => ({ 'If-Match': `${OTHER}, ${etag}` }), 200],
    ['If-Match of another', () => ({ 'If-Match': OTHER }), 412],
    ['If-None-Match of its ETag', (etag) => ({ 'If-None-Match': etag }), 304],
    ['If-None-Match, weakly', (etag) => ({ 'If-None-Match': `W/${etag}` }), 304],
    ['If-None-Match of another', () => ({ 'If-None-Match': OTHER }), 200],
    ['If-Modified-Since its date', (_, at) => ({ 'If-Modified-Since': at(0) }), 304],
    ['If-Modified-Since before', (_, at) => ({ 'If-Modified-Since': at(-60) }), 200],
    ['If-Modified-Since no date', () => ({ 'If-Modified-Since': 'yesterday' }), 200],
    ['If-Unmodified-Since its date', (_, at) => ({ 'If-Unmodified-Since': at(0) }), 200],
    ['If-Unmodified-Since before', (_, at) => ({ 'If-Unmodified-Since': at(-60) }), 412],
    // The two pairs that S3's documentation of GetObject describes.
    ['If-Match beats a date', (etag, at) => ({ 'If-Match': etag, 'If-Unmodified-Since': at(-60) }), 200],
    [
      'If-None-Match beats a date',
      (etag, at) => ({ 'If-None-Match': etag, 'If-Modified-Since': at(-60) }),
      304,
    ],
  ])('%s', async (_, headers, status) => {
    const { endpoint, etag, at } = await stored()
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(endpoint, { method, path: PATH, headers: headers(etag, at) })
      expect(answer.status).toBe(status)
      if (status !== 412) expect(answer.headers.etag).toBe(etag)
      if (method === 'GET' && status === 200) expect(answer.body.toString()).toBe('one')
      if (method === 'GET' && status === 412) expect(errorCode(answer)).toBe('PreconditionFailed')
    }
  })
})

describe('a put with If-Match', () => {
  it('replaces the object of that ETag, and no other', async () => {
    const { endpoint, etag, folder } = await stored()
    const second = await ask(endpoint, put('two', { 'If-Match': etag }))
    expect(second.status).toBe(200)
    const late = await ask(endpoint, put('three', { 'If-Match': etag }))
    expect([late.status, errorCode(late)]).toEqual([412, 'PreconditionFailed'])
    expect((await folder.get('a.png'))?.body.toString()).toBe('two')
  })

  it('of an absent object is 404, or 403 for a role that may not list', async () => {
    for (const [grants, status] of [
      [[reads(BUCKET, '*'), writes(BUCKET, '*'), lists(BUCKET)], 404],
      [[reads(BUCKET, '*'), writes(BUCKET, '*')], 403],
    ] as const) {
      const { endpoint, folder } = await startTestStore({ grants })
      expect((await ask(endpoint, put('x', { 'If-Match': '"a"' }))).status).toBe(status)
      expect(await folder.head('a.png')).toBeUndefined()
    }
  })

  it('lets one of many racing writers win', async () => {
    const { endpoint, etag } = await stored()
    const statuses = await Promise.all(
      Array.from(
        { length: 12 },
        async (_, n) => (await ask(endpoint, put(`${n}!`, { 'If-Match': etag }))).status,
      ),
    )
    expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 11 }, () => 412)])
  })

  it('is not combined with If-None-Match, as on S3', async () => {
    const { endpoint, etag } = await stored()
    const both = await ask(endpoint, put('x', { 'If-Match': etag, 'If-None-Match': '*' }))
    expect([both.status, errorCode(both)]).toEqual([501, 'NotImplemented'])
  })
})

describe('a delete', () => {
  const DELETE = { method: 'DELETE', path: PATH }

  it('removes the object, and is no error if there is none', async () => {
    const { endpoint } = await stored()
    for (const answer of [await ask(endpoint, DELETE), await ask(endpoint, DELETE)])
      expect([answer.status, answer.body.length]).toEqual([204, 0])
    expect((await ask(endpoint, { path: PATH })).status).toBe(404)
  })

  it('with If-Match removes only the object of that ETag', async () => {
    const { endpoint, etag, folder } = await stored()
    const other = await ask(endpoint, { ...DELETE, headers: { 'If-Match': '"other"' } })
    expect([other.status, errorCode(other)]).toEqual([412, 'PreconditionFailed'])
    expect(await folder.head('a.png')).toBeDefined()
    const right = { ...DELETE, headers: { 'If-Match': etag } }
    expect((await ask(endpoint, right)).status).toBe(204)
    expect((await ask(endpoint, right)).status).toBe(404)
  })
})

describe('metadata', () => {
  it('comes back with GET and HEAD, its names in lower case, also after a restart', async () => {
    const { endpoint, dir } = await startTestStore()
    await ask(endpoint, put('x', { 'X-Amz-Meta-Source-ETag': '"abc"', 'x-amz-meta-cache-tag': 'a,b' }))
    const again = await startTestStore({ folder: await openObjectFolder(dir) })
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await ask(again.endpoint, { method, path: PATH })
      expect(headers).toMatchObject({ 'x-amz-meta-source-etag': '"abc"', 'x-amz-meta-cache-tag': 'a,b' })
    }
    await ask(again.endpoint, put('x'))
    const { headers } = await ask(again.endpoint, { path: PATH })
    expect(Object.keys(headers).filter((name) => name.startsWith('x-amz-meta-'))).toEqual([])
  })

  it('may have 2 KB, names included', async () => {
    const { endpoint, folder } = await startTestStore()
    const ofSize = (bytes: number) => put('x', { 'x-amz-meta-a': 'v'.repeat(bytes - 1) })
    const refused = await ask(endpoint, ofSize(2049))
    expect([refused.status, errorCode(refused)]).toEqual([400, 'MetadataTooLarge'])
    expect(await folder.head('a.png')).toBeUndefined()
    expect((await ask(endpoint, ofSize(2048))).status).toBe(200)
  })
})

it('a bucket that can only be read refuses puts and deletes', async () => {
  const folder = await openObjectFolder(await temporaryFolder())
  await folder.put('a.png', { body: Buffer.from('x'), contentType: 'image/png' })
  const readable: ReadableObjects = { get: folder.get, head: folder.head }
  const { endpoint } = await startTestStore({ buckets: new Map([[BUCKET, readable]]) })
  expect((await ask(endpoint, { path: PATH })).body.toString()).toBe('x')
  for (const request of [put('y'), { method: 'DELETE', path: PATH }])
    expect((await ask(endpoint, request)).status).toBe(403)
  expect((await folder.get('a.png'))?.body.toString()).toBe('x')
})
