import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { BEHAVIOURS, ORIGIN_ID, type Behaviour } from '../../../templates/distribution.js'
import { createEdge, type Edge } from '../../../src/local/cloudfront/edge.js'
import type { FunctionRunner } from '../../../src/local/lambda/runner.js'
import type { StoredObject } from '../../../src/objects/object-file.js'

const ORIGIN = { domain: 'images.s3.us-east-1.amazonaws.com', path: '/site' }
const TYPE = { 'content-type': [{ key: 'Content-Type', value: 'text/plain' }] }

type Headers = Record<string, { key?: string; value: string }[]>
interface Sent {
  method: string
  uri: string
  headers: Headers
}

/**
 * An edge in front of a bucket of texts. Its function returns every request unchanged unless `answer` says
 * otherwise. The test controls the clock.
 */
function edgeBefore(
  texts: Record<string, string>,
  answer: (sent: Sent) => unknown = (sent) => sent,
  behaviours: readonly Behaviour[] = BEHAVIOURS,
) {
  const state = {
    now: 1_000_000,
    cacheControl: 'max-age=10',
    /** The error that the bucket throws. */
    failure: undefined as Error | undefined,
    reads: [] as string[],
    events: [] as Sent[],
  }
  const read = async (how: string, key: string) => {
    state.reads.push(`${how} ${key}`)
    if (state.failure) throw state.failure
    const text = texts[key]
    if (text === undefined) return undefined
    const body = Buffer.from(text)
    const object: StoredObject = {
      key,
      body,
      contentType: 'text/plain',
      cacheControl: state.cacheControl,
      etag: `"${createHash('md5').update(body).digest('hex')}"`,
      lastModified: new Date(0),
    }
    return object
  }
  const runner = {
    invoke: async (event: { Records: { cf: { request: Sent } }[] }) => {
      const sent = event.Records[0]!.cf.request
      state.events.push(sent)
      return { value: await answer(sent) }
    },
  } as unknown as FunctionRunner
  const objects = {
    get: async (key: string) => read('GET', key),
    async head(key: string) {
      const found = await read('HEAD', key)
      if (!found) return undefined
      const { body, ...about } = found
      return { ...about, size: body.length }
    },
  }
  const edge = createEdge({
    behaviours,
    origins: { [ORIGIN_ID]: { ...ORIGIN, objects }, files: { domain: 'files', path: '/files', objects } },
    functions: { edge: runner },
    cacheBytes: 1e6,
    now: () => state.now,
  })
  return { state, texts, edge }
}

let last = 0
function ask(edge: Edge, uri = '/a.txt', method = 'GET', left?: AbortSignal) {
  const whenLeft = (listener: () => void) => left?.addEventListener('abort', listener)
  return edge.serve({ id: `id-${++last}`, method, uri, clientIp: '127.0.0.1', whenLeft })
}

async function said(edge: Edge, uri?: string, method?: string): Promise<string> {
  const { status, cacheResult, body } = await ask(edge, uri, method)
  return `${status} ${cacheResult} ${body.toString().slice(0, 40)}`
}

describe('a request', () => {
  it("uses the origin's path, and passes it to the function", async () => {
    const { edge, state } = edgeBefore({})
    expect((await ask(edge)).status).toBe(403)
    expect(state.reads).toEqual(['GET site/a.txt'])
    expect(state.events).toMatchObject([
      { uri: '/a.txt', origin: { s3: { domainName: ORIGIN.domain, path: '/site' } } },
    ])
  })

  it('is a miss, then a hit with its age and the date of the miss', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' })
    const first = await ask(edge)
    expect(first).toMatchObject({ status: 200, cacheResult: 'Miss', key: 'site/a.txt' })
    expect(first.age).toBeUndefined()
    state.now += 3_500
    const second = await ask(edge)
    expect(second).toMatchObject({ cacheResult: 'Hit', age: 3, body: Buffer.from('one') })
    expect(second.headers['date']).toBe(first.headers['date'])
    expect(state.events).toHaveLength(1)
  })

  it('made by many viewers at once becomes one to the origin: a miss, and hits', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' })
    const all = await Promise.all(Array.from({ length: 20 }, async () => said(edge)))
    expect(all).toEqual(['200 Miss one', ...Array.from({ length: 19 }, () => '200 Hit one')])
    expect(state.events).toHaveLength(1)
  })

  it('of GET serves HEAD, of HEAD never serves GET', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one', 'site/b.txt': 'two' })
    expect(await said(edge, '/a.txt', 'HEAD')).toBe('200 Miss ')
    expect(await said(edge, '/a.txt', 'HEAD')).toBe('200 Hit ')
    expect(await said(edge, '/a.txt', 'GET')).toBe('200 Miss one')
    expect(await said(edge, '/b.txt', 'GET')).toBe('200 Miss two')
    expect(await said(edge, '/b.txt', 'HEAD')).toBe('200 Hit two')
    expect(state.events.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'GET'])
    // A HEAD asks the bucket by HEAD, and reads no body.
    expect(state.reads).toEqual(['HEAD site/a.txt', 'GET site/a.txt', 'GET site/b.txt'])
  })
})

describe('an expired object', () => {
  it('that is unchanged is revalidated with the function and the bucket, and is fresh again', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' })
    const { headers } = await ask(edge)
    state.now += 10_000
    expect(await said(edge)).toBe('200 RefreshHit one')
    const value = (text: string | undefined) => [{ value: text }]
    expect(state.events[1]?.headers).toMatchObject({
      'if-none-match': value(headers['etag']),
      'if-modified-since': value(headers['last-modified']),
    })
    expect(state.reads).toEqual(['GET site/a.txt', 'HEAD site/a.txt'])
    state.now += 9_999
    expect(await ask(edge)).toMatchObject({ cacheResult: 'Hit', age: 9 })
    expect(state.events).toHaveLength(2)
  })

  it('is then fresh for as long as the bucket now says', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' })
    await ask(edge)
    state.now += 10_000
    state.cacheControl = 'max-age=1000'
    expect((await ask(edge)).headers['cache-control']).toBe('max-age=1000')
    state.now += 999_000
    expect(await said(edge)).toBe('200 Hit one')
  })

  it('that has changed is replaced', async () => {
    const { edge, state, texts } = edgeBefore({ 'site/a.txt': 'one' })
    await ask(edge)
    state.now += 10_000
    texts['site/a.txt'] = 'two'
    expect(await said(edge)).toBe('200 Miss two')
    expect(await said(edge)).toBe('200 Hit two')
  })

  it('that was deleted is no longer served', async () => {
    const { edge, state, texts } = edgeBefore({ 'site/a.txt': 'one' })
    await ask(edge)
    state.now += 10_000
    delete texts['site/a.txt']
    expect(await said(edge)).toMatch(/^403 Error <\?xml/)
  })

  it('is served stale while the bucket fails, within its limit, and requested each time', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' })
    await ask(edge)
    state.now += 10_000
    state.failure = new Error('the bucket is away')
    for (let time = 2; time <= 4; time++) {
      expect(await ask(edge)).toMatchObject({
        status: 200,
        cacheResult: 'RefreshHit',
        reason: 'the bucket is away',
      })
      expect(state.events).toHaveLength(time)
    }
    state.failure = undefined
    expect(await said(edge)).toBe('200 RefreshHit one')
  })

  it('is not served stale if it forbids that', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' })
    state.cacheControl = 'max-age=10, stale-if-error=0'
    await ask(edge)
    state.now += 10_000
    state.failure = new Error('the bucket is away')
    expect(await said(edge)).toMatch(/^502 Error/)
  })

  it('is not served stale if the function fails, because the origin has not failed', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' }, (sent) => {
      if (sent.headers['if-none-match']) throw new Error('thrown')
      return sent
    })
    await ask(edge)
    state.now += 10_000
    expect(await ask(edge)).toMatchObject({ status: 503, cacheResult: 'LambdaExecutionError' })
  })

  it('is served stale during revalidation, if it allows that', async () => {
    const { edge, state, texts } = edgeBefore({ 'site/a.txt': 'one' })
    state.cacheControl = 'max-age=10, stale-while-revalidate=60'
    await ask(edge)
    state.now += 10_000
    texts['site/a.txt'] = 'two'
    expect(await said(edge)).toBe('200 Hit one')
    await expect.poll(async () => said(edge)).toBe('200 Hit two')
    expect(state.events).toHaveLength(2)
  })

  it('cached by HEAD is revalidated by HEAD, and a GET meanwhile gets the whole body', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' })
    state.cacheControl = 'max-age=1, stale-while-revalidate=100'
    await ask(edge, '/a.txt', 'HEAD')
    state.now += 2_000
    const [head, get] = await Promise.all([said(edge, '/a.txt', 'HEAD'), said(edge, '/a.txt', 'GET')])
    expect([head, get]).toEqual(['200 Hit ', '200 Miss one'])
    expect(state.events.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'GET'])
  })

  it('cached by GET does not hide a newer response to HEAD', async () => {
    const { edge, state, texts } = edgeBefore({ 'site/a.txt': 'one' })
    await ask(edge)
    state.now += 10_000
    texts['site/a.txt'] = 'changed'
    const heads = [await said(edge, '/a.txt', 'HEAD'), await said(edge, '/a.txt', 'HEAD')]
    expect(heads).toEqual(['200 Miss ', '200 Hit '])
  })

  it('survives an error of the function that is not cached', async () => {
    let failing = false
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' }, (sent) =>
      failing ? { status: '503', headers: { ...TYPE, 'cache-control': [{ value: 'no-store' }] } } : sent,
    )
    await ask(edge)
    state.now += 10_000
    failing = true
    expect((await ask(edge)).status).toBe(503)
    failing = false
    state.failure = new Error('the bucket is away')
    expect(await said(edge)).toBe('200 RefreshHit one')
  })

  it('may be revalidated by the function itself', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' }, (sent) =>
      sent.headers['if-none-match'] ? { status: '304', headers: {} } : sent,
    )
    await ask(edge)
    state.now += 10_000
    expect(await said(edge)).toBe('200 RefreshHit one')
    expect(await said(edge)).toBe('200 Hit one')
  })

  it('cached by HEAD alone can be revalidated too', async () => {
    const { edge, state } = edgeBefore({ 'site/a.txt': 'one' })
    await ask(edge, '/a.txt', 'HEAD')
    state.now += 10_000
    expect(await ask(edge, '/a.txt', 'HEAD')).toMatchObject({
      cacheResult: 'RefreshHit',
      headers: { 'content-length': '3' },
    })
  })
})

describe('viewers that leave', () => {
  /** A function that never responds, and the signals that it received. */
  function waiting() {
    const signals: (AbortSignal | undefined)[] = []
    const runner = {
      invoke: async (_: object, signal?: AbortSignal) => {
        signals.push(signal)
        return new Promise(() => undefined)
      },
    } as unknown as FunctionRunner
    const objects = { get: async () => undefined, head: async () => undefined }
    const origins = { [ORIGIN_ID]: { ...ORIGIN, objects } }
    const edge = createEdge({
      behaviours: BEHAVIOURS,
      origins,
      functions: { edge: runner },
      cacheBytes: 1e6,
    })
    return { signals, edge }
  }

  it('abort their event once none of them is left', async () => {
    const { edge, signals } = waiting()
    const [one, two] = [new AbortController(), new AbortController()]
    void ask(edge, '/a', 'GET', one.signal)
    void ask(edge, '/a', 'GET', two.signal)
    await expect.poll(() => signals).toHaveLength(1)
    one.abort()
    expect(signals[0]?.aborted).toBe(false)
    two.abort()
    expect(signals[0]?.aborted).toBe(true)
  })
})

describe('where something fails', () => {
  it('the bucket: 502 with the reason, and a new try the next time', async () => {
    const { edge, state } = edgeBefore({})
    state.failure = new Error('Access denied: s3:GetObject')
    for (let time = 1; time <= 2; time++) {
      expect(await ask(edge)).toMatchObject({ status: 502, reason: 'Access denied: s3:GetObject' })
      expect(state.reads).toHaveLength(time)
    }
  })

  it.each([
    [
      'throws',
      async (): Promise<unknown> => Promise.reject(new Error('a detail')),
      503,
      'LambdaExecutionError',
      'a detail',
    ],
    ['returns nothing', (): unknown => undefined, 502, 'LambdaValidationError', ''],
    [
      'adds a header it may not',
      () => ({ status: '200', headers: { connection: [{ value: 'close' }] } }),
      502,
      'LambdaValidationError',
      'connection',
    ],
  ] as const)(
    'the function that %s: an error of the edge’s own, never kept',
    async (_, answer, status, word, reason) => {
      const { edge, state } = edgeBefore({}, answer)
      for (let time = 1; time <= 2; time++) {
        const given = await ask(edge)
        expect(given).toMatchObject({ status, cacheResult: word, headers: { 'content-type': 'text/html' } })
        expect(given.reason).toContain(reason)
        // The viewer learns no more than on AWS.
        expect(given.body.toString()).not.toContain('a detail')
        expect(state.events).toHaveLength(time)
      }
    },
  )
})

describe('an answer of the function', () => {
  it('is cached as its headers say, even an error', async () => {
    const cached = { 'cache-control': [{ value: 'max-age=60' }] }
    const { edge, state } = edgeBefore({}, () => ({
      status: '404',
      headers: { ...TYPE, ...cached },
      body: 'no',
    }))
    expect(await said(edge)).toBe('404 LambdaGeneratedResponse no')
    state.now += 59_000
    expect(await said(edge)).toBe('404 Error no')
    state.now += 1_000
    expect(await said(edge)).toBe('404 LambdaGeneratedResponse no')
  })
})

describe('a failure that many wait for', () => {
  it('is reported once', async () => {
    const { edge } = edgeBefore({}, async () => Promise.reject(new Error('a detail')))
    const all = await Promise.all([ask(edge), ask(edge), ask(edge)])
    expect(all.map(({ status }) => status)).toEqual([503, 503, 503])
    expect(all.filter(({ reason }) => reason)).toHaveLength(1)
  })
})

describe('a change behind the edge', () => {
  it('that fails leaves everything as it was', async () => {
    const { edge } = edgeBefore({ 'site/a.txt': 'one' })
    await expect(edge.change(async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await said(edge)).toBe('200 Miss one')
  })

  it('repeats the requests that it cut off', async () => {
    let cut: ((error: Error) => void) | undefined
    let answer = async (): Promise<unknown> => new Promise((_, reject) => (cut = reject))
    const { edge } = edgeBefore({}, async () => answer())
    const asked = said(edge)
    await expect.poll(() => cut).toBeDefined()
    await edge.change(async () => {
      cut?.(new Error('It was stopped.'))
      answer = async () => ({ status: '200', headers: TYPE, body: 'new' })
    })
    expect(await asked).toBe('200 Miss new')
  })

  it('clears the cache', async () => {
    const { edge, texts } = edgeBefore({ 'site/a.txt': 'one' })
    await ask(edge)
    await edge.change(async () => void (texts['site/a.txt'] = 'new'))
    expect(await said(edge)).toBe('200 Miss new')
  })

  it('makes other tasks wait for it', async () => {
    const { edge } = edgeBefore({})
    let running = 'old'
    const task = edge.whileUnchanged(async () => running)
    const change = edge.change(async () => {
      await Promise.resolve()
      running = 'new'
    })
    expect(await task).toBe('new')
    await change
    expect(await edge.whileUnchanged(async () => running)).toBe('new')
  })
})

describe('two behaviours', () => {
  it('each have their own origin, TTLs, function and headers policy', async () => {
    const [usual] = BEHAVIOURS
    const files: Behaviour = {
      path: '/files/*',
      origin: 'files',
      cache: { policy: 'short', ttl: { min: 0, default: 0, max: 2 } },
      headers: 'none',
      functions: [],
    }
    const texts = { 'site/a.txt': 'one', 'files/files/a.txt': 'two' }
    const { edge, state } = edgeBefore(texts, undefined, [files, usual!])
    expect(await said(edge, '/a.txt')).toBe('200 Miss one')
    expect(await said(edge, '/files/a.txt')).toBe('200 Miss two')
    expect(state.events.map(({ uri }) => uri)).toEqual(['/a.txt'])
    expect((await ask(edge, '/a.txt')).headersPolicy).toBe(usual!.headers)
    expect((await ask(edge, '/files/a.txt')).headersPolicy).toBe('none')
    state.now += 3_000
    // The object says 10 seconds; the cache policy of /files/* allows 2.
    expect(await said(edge, '/a.txt')).toBe('200 Hit one')
    expect(await said(edge, '/files/a.txt')).toBe('200 RefreshHit two')
  })
})
