import http from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { packageRoot } from '../../../src/lib/package-root.js'
import { ABOUT, lineOf, listen, served, servePage } from './server.js'

const QUERIES = [
  'state',
  'events',
  'explain=/1',
  'gallery',
  'stored=generated/1',
  'originals=photos',
  'sign=/p/1x/a',
]

const json = async (url: string): Promise<unknown> => (await fetch(url)).json()

describe('a question to the page', () => {
  it.each(['cross-site', 'same-site'])('is refused from a page of another site (%s)', async (from) => {
    const { url } = await servePage()
    for (const query of QUERIES) {
      const response = await fetch(`${url}/?${query}`, { headers: { 'sec-fetch-site': from } })
      expect([query, response.status]).toEqual([query, 403])
      await response.body?.cancel()
    }
    expect((await fetch(`${url}/`, { headers: { 'sec-fetch-site': from } })).status).toBe(200)
  })

  it.each([
    ['localhost:6480', false, 200],
    ['a.localhost', false, 200],
    ['127.0.0.1:6480', false, 200],
    ['[::1]:6480', false, 200],
    ['192.0.2.7', false, 200],
    ['evil.example', false, 403],
    ['localhost.evil.example:6480', false, 403],
    ['dev-machine:6480', true, 200],
  ])('with the host %s (any host: %s) is answered with %i', async (host, anyHost, status) => {
    const { url } = await servePage({ anyHost })
    const got = await new Promise((resolve, reject) => {
      http
        .get(`${url}/?state`, { headers: { host } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
    })
    expect(got).toBe(status)
  })

  it('explains a path exactly as given, and passes on the generator’s errors', async () => {
    const asked: string[] = []
    const explain = async (path: string) => {
      asked.push(path)
      if (path === '/boom') throw new Error('<b>no</b>')
      return { kind: 'rejected', code: 'BAD_SIZE', message: 'no' }
    }
    const { url } = await servePage({ explain })
    const path = '/640,text=50%25%2Boff+%26,é'
    expect(await json(`${url}/?explain=${encodeURIComponent(path)}`)).toEqual({
      kind: 'rejected',
      code: 'BAD_SIZE',
      message: 'no',
    })
    expect(asked).toEqual([path])
    expect(await json(`${url}/?explain=%2Fboom`)).toEqual({ kind: 'failed', message: '<b>no</b>' })
    expect(await json(`${url}/?explain=nothing`)).toMatchObject({ kind: 'failed' })
    expect(await json(`${url}/?explain=%2F${'a'.repeat(9_000)}`)).toMatchObject({ kind: 'failed' })
    expect(asked).toHaveLength(2)
  })

  it('does not queue behind a function that hangs', async () => {
    let asked = 0
    const { url } = await servePage({
      explain: async () => {
        asked++
        return new Promise(() => undefined)
      },
    })
    const aborting = new AbortController()
    onTestFinished(() => aborting.abort())
    const all = Array.from({ length: 30 }, async () =>
      fetch(`${url}/?explain=/1`, { signal: aborting.signal }).then(async (response) => response.json()),
    )
    for (const one of all) one.catch(() => undefined)
    expect(await Promise.race(all)).toMatchObject({ kind: 'failed' })
    expect(asked).toBe(16)
  })
})

describe('events', () => {
  it('start with the state, and report each request with the function’s times, whichever comes first', async () => {
    const { page, url } = await servePage()
    const events = await listen(url)
    expect(await events.until('state')).toMatchObject({ about: ABOUT, requests: [], build: 0 })
    page.served(served('late'))
    page.functionLine(lineOf('late'))
    page.functionLine(lineOf('early', 'hit'))
    page.served(served('early', { coldStartMs: 80 }))
    page.functionLine('no JSON')
    page.functionLine('{"level":"info","requestId":"early","message":"outcome"}')
    const entries = await events.until('requests')
    expect(entries).toMatchObject([
      { id: 'late', path: '/late', function: { outcome: 'made', ms: { total: 10, lookup: 2, render: 5 } } },
      { id: 'early', coldStartMs: 80, function: { outcome: 'hit' } },
    ])
    expect(await json(`${url}/?state`)).toMatchObject({ requests: [{ id: 'early' }, { id: 'late' }] })
  })

  it('report a failed build until one succeeds', async () => {
    const { page, url } = await servePage()
    const before = await listen(url)
    page.rebuildFailed('generator.ts:3: <b>')
    expect(await before.until('failed')).toEqual({ message: 'generator.ts:3: <b>' })
    expect(await (await listen(url)).until('state')).toMatchObject({ failed: 'generator.ts:3: <b>' })
    page.rebuilt({ file: 'generator.ts', ms: 84, dropped: 3 })
    expect(await before.until('rebuilt')).toEqual({
      file: 'generator.ts',
      ms: 84,
      dropped: 3,
      build: 1,
      about: ABOUT,
    })
    const after = await json(`${url}/?state`)
    expect(after).toMatchObject({ build: 1 })
    expect(after).not.toHaveProperty('failed')
  })

  it('report how long a request waited, and why it failed, without genato’s own frames', async () => {
    const { page, url } = await servePage()
    const stack = (place: string) => `Error: no\n    at paint (/home/me/gen.ts:3:9)\n    at run (${place})`
    const own = path.join(packageRoot(), 'handler', 'origin-request.ts:1:1')
    page.served(served('one', { waitedMs: 30, status: 503, reason: stack('node:internal/timers:1:1') }))
    page.functionLine(lineOf('one', 'failed', { status: 503, error: stack(own) }))
    const left = 'Error: no\n    at paint (/home/me/gen.ts:3:9)'
    expect(await json(`${url}/?state`)).toMatchObject({
      requests: [{ id: 'one', waitedMs: 30, reason: left, function: { error: left } }],
    })
  })

  it('end with the page', async () => {
    const { page, url } = await servePage()
    const events = await listen(url)
    await page.close()
    await expect.poll(() => events.ended()).toBe(true)
  })

  it('come in batches, whose size is limited in a flood of requests', async () => {
    const { page, url } = await servePage()
    const events = await listen(url)
    for (let n = 0; n < 20_000; n++) page.served(served(`r${n}`, { cacheResult: 'Hit' }))
    const entries = await events.until('requests')
    expect(entries).toHaveLength(50)
    expect(entries.at(-1)).toMatchObject({ id: 'r19999' })
    expect(await json(`${url}/?state`)).toHaveProperty('requests.length', 20)
  })

  it('drop a reader that stops reading, and refuse too many readers', async () => {
    const { page, url } = await servePage()
    const stuck = connect(Number(new URL(url).port), '127.0.0.1')
    onTestFinished(() => void stuck.destroy())
    stuck.on('error', () => undefined).pause()
    stuck.write('GET /?events HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const others = await Promise.all(Array.from({ length: 31 }, async () => listen(url)))
    await expect.poll(async () => (await fetch(`${url}/?events`)).status).toBe(503)
    // More than the system's own buffers hold.
    for (let n = 1; n <= 200; n++) {
      page.rebuildFailed('x'.repeat(100_000))
      await others[0]?.until('failed', n)
    }
    expect((await listen(url)).status).toBe(200)
  })
})
