import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openObjectFolder } from '../../../src/objects/folder.js'
import { startObjectStore } from '../../../src/local/s3/server.js'
import { functionGrants } from '../../../templates/execution-role.js'
import { tempFolder } from '../../support/project.js'
import {
  BUCKET,
  CREDENTIALS,
  ask,
  closing,
  errorCode,
  filesUnder,
  pathOf,
  send,
  sign,
  startTestStore,
} from './support.js'

const BODY = 'not really a png'
const PUT = {
  method: 'PUT',
  path: `/${BUCKET}/a.png`,
  headers: { 'Content-Type': 'image/png', 'Cache-Control': 'max-age=60' },
  body: BODY,
}
const GET = { path: PUT.path }
const long = (bytes: number) => `/${BUCKET}/${'k'.repeat(bytes)}`
const md5 = (text: string) => createHash('md5').update(text).digest()

describe('objects', () => {
  it('come back as they were put, with S3’s headers', async () => {
    const { endpoint, folder } = await startTestStore()
    const put = await ask(endpoint, PUT)
    expect(put).toMatchObject({ status: 200, headers: { etag: `"${md5(BODY).toString('hex')}"` } })

    const got = await ask(endpoint, GET)
    expect(got.status).toBe(200)
    expect(got.body.toString()).toBe(BODY)
    expect(got.headers).toMatchObject({
      etag: put.headers.etag,
      'content-type': 'image/png',
      'content-length': String(BODY.length),
      'cache-control': 'max-age=60',
      'accept-ranges': 'bytes',
      'last-modified': (await folder.get('a.png'))?.lastModified.toUTCString(),
      'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
    })
    expect(got.headers['x-amz-request-id']).not.toBe(put.headers['x-amz-request-id'])
  })

  it('have the same headers for HEAD, without the body', async () => {
    const { endpoint } = await startTestStore()
    await ask(endpoint, PUT)
    const got = await ask(endpoint, GET)
    const head = await ask(endpoint, { ...GET, method: 'HEAD' })
    const steady = [
      'etag',
      'last-modified',
      'content-type',
      'content-length',
      'cache-control',
      'accept-ranges',
    ]
    expect(head.status).toBe(200)
    expect(head.body).toHaveLength(0)
    for (const name of steady) expect(head.headers[name]).toBe(got.headers[name])
  })

  it("put without headers have S3's content type and no Cache-Control", async () => {
    const { endpoint } = await startTestStore()
    await ask(endpoint, { method: 'PUT', path: PUT.path })
    const { headers, body } = await ask(endpoint, GET)
    expect(headers['content-type']).toBe('binary/octet-stream')
    expect(headers).not.toHaveProperty('cache-control')
    expect(body).toHaveLength(0)
  })

  it('are not deleted by the edge function', async () => {
    const grants = Object.values(functionGrants(BUCKET, true))
    const { endpoint, folder } = await startTestStore({ grants })
    await folder.put('generated/a.png', { body: Buffer.from(BODY), contentType: 'image/png' })
    const path = `/${BUCKET}/generated/a.png`
    expect((await ask(endpoint, { path, method: 'DELETE' })).status).toBe(403)
    expect((await ask(endpoint, { path })).status).toBe(200)
  })

  it('are in the bucket that the request names, and in no other', async () => {
    const [one, two] = [await openObjectFolder(tempFolder()), await openObjectFolder(tempFolder())]
    const buckets = new Map([
      ['one', one],
      ['two', two],
    ])
    const { endpoint } = await startTestStore({ buckets })
    expect((await ask(endpoint, { ...PUT, path: '/two/a' })).status).toBe(200)
    expect((await ask(endpoint, { ...GET, path: '/one/a' })).status).toBe(404)
    expect((await ask(endpoint, { ...GET, path: '/two/a' })).body.toString()).toBe(BODY)
    const absent = await ask(endpoint, { ...GET, path: '/three/a' })
    expect(absent.status).toBe(404)
    expect(absent.body.toString()).toContain('<Code>NoSuchBucket</Code>')
  })

  it('outlive the server', async () => {
    const first = await startTestStore()
    await ask(first.endpoint, PUT)
    await first.close()
    const second = await startTestStore({ folder: await openObjectFolder(first.dir) })
    expect((await ask(second.endpoint, GET)).body.toString()).toBe(BODY)
  })

  it('come back under any key of 1 to 1024 bytes', async () => {
    const { endpoint, folder } = await startTestStore()
    const key = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom(
        '..',
        '../../etc/passwd',
        'a//b',
        '/a',
        'a/',
        '%2F',
        'a+b c',
        '?#&=',
        'nul\0',
        'é'.repeat(512),
      ),
    )
    await fc.assert(
      fc.asyncProperty(key, fc.uint8Array({ maxLength: 100 }), async (key, bytes) => {
        const body = Buffer.from(bytes)
        expect((await ask(endpoint, { ...PUT, path: pathOf(key), body })).status).toBe(200)
        expect((await ask(endpoint, { path: pathOf(key) })).body).toEqual(body)
        expect((await folder.get(key))?.body).toEqual(body)
      }),
    )
  })

  it('may be put with an unsigned payload, and in chunks without a length', async () => {
    const { endpoint, folder } = await startTestStore()
    const headers = { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', 'Transfer-Encoding': 'chunked' }
    const signed = sign(endpoint, { method: 'PUT', path: PUT.path, headers })
    expect((await send(endpoint, { ...signed, body: BODY })).status).toBe(200)
    expect((await folder.get('a.png'))?.body.toString()).toBe(BODY)
  })

  it('are put over one kept-alive connection, even after errors', async () => {
    const { endpoint } = await startTestStore()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (const what of [PUT, GET, { path: '/nowhere/a' }, { ...PUT, path: '/nowhere/a' }, GET]) {
      const { method, path, headers, body } = sign(endpoint, what)
      const outgoing = request(endpoint, { method, path, headers, agent })
      outgoing.end(body)
      const [response] = await once(outgoing, 'response')
      ports.add(response.socket.localPort)
      await once(response.resume(), 'end')
    }
    agent.destroy()
    expect(ports.size).toBe(1)
  })
})

describe('If-None-Match: *', () => {
  const putIfAbsent = { ...PUT, headers: { ...PUT.headers, 'If-None-Match': '*' } }

  it('keeps an existing object', async () => {
    const { endpoint } = await startTestStore()
    expect((await ask(endpoint, putIfAbsent)).status).toBe(200)
    const second = await ask(endpoint, { ...putIfAbsent, body: 'other' })
    expect(second.status).toBe(412)
    expect(errorCode(second)).toBe('PreconditionFailed')
    expect((await ask(endpoint, GET)).body.toString()).toBe(BODY)
  })

  it('lets exactly one of many racing requests win', async () => {
    const { endpoint } = await startTestStore()
    const bodies = Array.from({ length: 10 }, (_, index) => `body ${index}`)
    const answers = await Promise.all(bodies.map((body) => ask(endpoint, { ...putIfAbsent, body })))
    const winners = bodies.filter((_, index) => answers[index]?.status === 200)
    expect(winners).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(9)
    expect((await ask(endpoint, GET)).body.toString()).toBe(winners[0])
  })
})

describe('a request with a wrong signature', () => {
  it('is refused without a signature', async () => {
    const { endpoint, folder } = await startTestStore()
    for (const what of [GET, PUT, { ...GET, method: 'DELETE' }, { path: '/' }]) {
      const answer = await send(endpoint, what)
      expect(answer.status).toBe(403)
      expect(errorCode(answer)).toBe('AccessDenied')
    }
    expect(await folder.list('')).toEqual([])
  })

  it('is refused with a wrong secret, key or token', async () => {
    const { endpoint } = await startTestStore()
    for (const [wrong, status, code] of [
      [{ secretAccessKey: 'other' }, 403, 'SignatureDoesNotMatch'],
      [{ accessKeyId: 'other' }, 403, 'InvalidAccessKeyId'],
      [{ sessionToken: 'other' }, 400, 'InvalidToken'],
    ] as const) {
      const answer = await send(endpoint, sign(endpoint, PUT, { ...CREDENTIALS, ...wrong }))
      expect([answer.status, errorCode(answer)]).toEqual([status, code])
    }
  })

  it('is refused with its path, method, query or headers changed', async () => {
    const { endpoint, folder } = await startTestStore()
    const signed = sign(endpoint, PUT)
    for (const change of [
      { path: `/${BUCKET}/b.png` },
      { method: 'DELETE' },
      { path: `${PUT.path}?acl` },
      { headers: { ...signed.headers, 'Content-Type': 'text/html' } },
      { headers: { ...signed.headers, 'Cache-Control': 'no-store' } },
    ]) {
      const answer = await send(endpoint, { ...signed, ...change })
      expect([answer.status, errorCode(answer)]).toEqual([403, 'SignatureDoesNotMatch'])
    }
    const added = await send(endpoint, { ...signed, headers: { ...signed.headers, 'x-amz-acl': 'private' } })
    expect([added.status, errorCode(added)]).toEqual([403, 'AccessDenied'])
    expect(await folder.list('')).toEqual([])
  })

  it('is refused with its body changed', async () => {
    const { endpoint, folder } = await startTestStore()
    const answer = await send(endpoint, { ...sign(endpoint, PUT), body: BODY.toUpperCase() })
    expect([answer.status, errorCode(answer)]).toEqual([400, 'XAmzContentSHA256Mismatch'])
    expect(await folder.list('')).toEqual([])
  })

  it('is refused when the clocks differ by more than fifteen minutes', async () => {
    const { endpoint } = await startTestStore({ now: () => new Date(Date.now() + 16 * 60_000) })
    const answer = await ask(endpoint, PUT)
    expect([answer.status, errorCode(answer)]).toEqual([403, 'RequestTimeTooSkewed'])
  })

  it('is refused when signed for a region other than the configured one', async () => {
    const { endpoint } = await startTestStore({ region: 'eu-west-1' })
    expect(errorCode(await ask(endpoint, GET))).toBe('AuthorizationHeaderMalformed')
    expect(errorCode(await send(endpoint, sign(endpoint, GET, CREDENTIALS, 'eu-west-1')))).toBe('NoSuchKey')
  })

  it('is refused as not implemented when signed in chunks', async () => {
    const { endpoint } = await startTestStore()
    const headers = { 'X-Amz-Content-Sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }
    const answer = await ask(endpoint, { ...PUT, headers })
    expect([answer.status, errorCode(answer)]).toEqual([501, 'NotImplemented'])
  })
})

describe('errors', () => {
  const refusals: [string, Parameters<typeof ask>[1], number, string][] = [
    ['no such object', { path: `/${BUCKET}/none` }, 404, 'NoSuchKey'],
    ['no such bucket', { path: '/other/none' }, 404, 'NoSuchBucket'],
    ['the list of objects', { path: `/${BUCKET}` }, 405, 'MethodNotAllowed'],
    ['the list of objects, with a slash', { path: `/${BUCKET}/?list-type=2` }, 405, 'MethodNotAllowed'],
    ['other methods', { ...PUT, method: 'POST' }, 405, 'MethodNotAllowed'],
    ['a key of 1024 bytes', { path: long(1024) }, 404, 'NoSuchKey'],
    ['a key of 1025 bytes', { path: long(1025) }, 400, 'KeyTooLongError'],
    ['a subresource', { ...PUT, path: `${PUT.path}?acl` }, 501, 'NotImplemented'],
    ['a copy', { ...PUT, headers: { 'X-Amz-Copy-Source': '/a/b' } }, 501, 'NotImplemented'],
    ['another condition', { ...PUT, headers: { 'If-None-Match': '"e"' } }, 501, 'NotImplemented'],
    ['a malformed MD5', { ...PUT, headers: { 'Content-MD5': 'abc' } }, 400, 'InvalidDigest'],
    ['a wrong MD5', { ...PUT, headers: { 'Content-MD5': md5('x').toString('base64') } }, 400, 'BadDigest'],
  ]
  for (const [what, request, status, code] of refusals) {
    it(`${what}: ${status} ${code}`, async () => {
      const { endpoint, folder } = await startTestStore()
      const answer = await ask(endpoint, request)
      expect([answer.status, errorCode(answer)]).toEqual([status, code])
      expect(answer.headers['content-type']).toBe('application/xml')
      expect(answer.body.toString()).toContain(
        `<RequestId>${String(answer.headers['x-amz-request-id'])}</RequestId>`,
      )
      expect(await folder.list('')).toEqual([])
    })
  }

  it('the right MD5 is accepted', async () => {
    const { endpoint } = await startTestStore()
    const headers = { 'Content-MD5': md5(BODY).toString('base64') }
    expect((await ask(endpoint, { ...PUT, headers })).status).toBe(200)
  })

  it("the SDK's x-id label is not a subresource", async () => {
    const { endpoint } = await startTestStore()
    expect((await ask(endpoint, { ...PUT, path: `${PUT.path}?x-id=PutObject` })).status).toBe(200)
  })

  it('HEAD has the status and no body', async () => {
    const { endpoint } = await startTestStore()
    for (const [path, status] of [
      [`/${BUCKET}/none`, 404],
      ['/other/none', 404],
      [long(1025), 400],
    ] as const) {
      const answer = await ask(endpoint, { method: 'HEAD', path })
      expect(answer.status).toBe(status)
      expect(answer.body).toHaveLength(0)
    }
    expect(await send(endpoint, { method: 'HEAD', path: '/' })).toMatchObject({ status: 403 })
  })

  it('wrong percent-encoding and wrong UTF-8 are InvalidURI', async () => {
    const { endpoint } = await startTestStore()
    for (const path of [`/${BUCKET}/%`, `/${BUCKET}/%zz`, `/${BUCKET}/%ff`, `/${BUCKET}/%ed%a0%80`, '*']) {
      const answer = await send(endpoint, { path })
      expect([answer.status, errorCode(answer)]).toEqual([400, 'InvalidURI'])
    }
  })

  it('the client’s text is escaped', async () => {
    const { endpoint } = await startTestStore()
    const answer = await send(endpoint, { path: `/${BUCKET}/<Code>&"'` })
    expect(answer.body.toString()).toContain(`<Resource>/${BUCKET}/&#60;Code&#62;&#38;&#34;&#39;</Resource>`)
  })

  it('an object over the limit is refused, announced or not, and the response arrives', async () => {
    const { endpoint, folder } = await startTestStore({ maxObjectBytes: 1000 })
    expect((await ask(endpoint, { ...PUT, body: 'x'.repeat(1000) })).status).toBe(200)
    await folder.delete('a.png')
    const body = Buffer.alloc(5_000_000)
    const headers = { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', 'Transfer-Encoding': 'chunked' }
    const chunked = sign(endpoint, { method: 'PUT', path: PUT.path, headers })
    for (const request of [
      sign(endpoint, { ...PUT, body: Buffer.alloc(1001) }),
      sign(endpoint, { ...PUT, body }),
      { ...chunked, body },
    ]) {
      const answer = await send(endpoint, request)
      expect([answer.status, errorCode(answer)]).toEqual([400, 'EntityTooLarge'])
    }
    expect(await folder.list('')).toEqual([])
  })

  it('a PUT with neither a length nor chunks is MissingContentLength', async () => {
    const { endpoint } = await startTestStore()
    const { headers } = sign(endpoint, { method: 'PUT', path: PUT.path })
    const lines = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${String(value)}\r\n`)
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1')
    socket.write(`PUT ${PUT.path} HTTP/1.1\r\n${lines.join('')}\r\n`)
    const [data] = await once(socket, 'data')
    socket.destroy()
    expect(String(data)).toMatch(/^HTTP\/1.1 411 /)
    expect(String(data)).toContain('MissingContentLength')
  })

  it('a failing folder is InternalError, with the cause for onError and not for the client', async () => {
    const errors: unknown[] = []
    const failure = new Error('EACCES /home/someone/secret')
    const { folder } = await startTestStore()
    const broken = { ...folder, get: () => Promise.reject(failure), put: () => Promise.reject(failure) }
    const { endpoint } = await startTestStore({ folder: broken, onError: (error) => errors.push(error) })
    for (const request of [GET, PUT]) {
      const answer = await ask(endpoint, request)
      expect([answer.status, errorCode(answer)]).toEqual([500, 'InternalError'])
      expect(JSON.stringify(answer.headers) + answer.body.toString()).not.toMatch(/EACCES|secret/)
    }
    expect(errors).toEqual([failure, failure])
  })

  it('an object whose content type is an invalid header value is InternalError, without its other headers', async () => {
    const errors: unknown[] = []
    const { endpoint, folder } = await startTestStore({ onError: (error) => errors.push(error) })
    await folder.put('a.png', { body: Buffer.from(BODY), contentType: 'a\r\nSet-Cookie: b' })
    const answer = await ask(endpoint, GET)
    expect([answer.status, errorCode(answer)]).toEqual([500, 'InternalError'])
    expect(answer.headers).not.toHaveProperty('etag')
    expect(errors).toHaveLength(1)
  })
})

describe('a client that disconnects', () => {
  for (const chunked of [false, true]) {
    it(`in the middle of a ${chunked ? 'chunked ' : ''}PUT leaves nothing, and is not an error`, async () => {
      const errors: unknown[] = []
      const { endpoint, dir } = await startTestStore({ onError: (error) => errors.push(error) })
      const length = chunked ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': 1_000_000 }
      const headers = { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', ...length }
      const signed = sign(endpoint, { method: 'PUT', path: PUT.path, headers })
      const outgoing = request(endpoint, { method: 'PUT', path: signed.path, headers: signed.headers })
      outgoing.on('error', () => {})
      outgoing.write(Buffer.alloc(300_000))
      await sleep(100)
      outgoing.destroy()
      await sleep(100)
      expect((await ask(endpoint, GET)).status).toBe(404)
      expect(await filesUnder(dir)).toEqual([])
      expect(errors).toEqual([])
    })
  }
})

describe('close()', () => {
  it('ends at once with silent, idle and busy connections open', async () => {
    const store = await startTestStore()
    const { endpoint, dir } = store
    const port = Number(new URL(endpoint).port)
    const silent = connect(port, '127.0.0.1')
    await once(silent, 'connect')

    const agent = new Agent({ keepAlive: true })
    const idle = request(endpoint, { agent })
    idle.end()
    const [response] = await once(idle, 'response')
    await once(response.resume(), 'end')

    const { method, path, headers } = sign(endpoint, { ...PUT, body: 'x'.repeat(1000) })
    const busy = request(endpoint, { method, path, headers })
    busy.on('error', () => {})
    busy.write('x')
    await sleep(50)

    const gone = Promise.all([closing(silent.resume()), closing(busy)])
    const start = performance.now()
    await Promise.all([store.close(), store.close()])
    expect(performance.now() - start).toBeLessThan(500)
    await gone
    await store.close()
    agent.destroy()
    expect(await filesUnder(dir)).toEqual([])
    await expect(send(endpoint, GET)).rejects.toThrow(/ECONNREFUSED|ECONNRESET/)
  })

  it('waits for a put under way', async () => {
    const { folder } = await startTestStore()
    let written = false
    const writing = new EventEmitter()
    const slow: typeof folder = {
      ...folder,
      async put(...args) {
        writing.emit('start')
        await sleep(100)
        const stored = await folder.put(...args)
        written = true
        return stored
      },
    }
    const store = await startObjectStore({ buckets: new Map([[BUCKET, slow]]), credentials: CREDENTIALS })
    const started = once(writing, 'start')
    const answer = ask(store.endpoint, PUT)
    await started
    await Promise.all([store.close(), expect(answer).rejects.toThrow(/socket hang up|ECONNRESET/)])
    expect(written).toBe(true)
  })
})

it('listens on the loopback address only', async () => {
  const { endpoint } = await startTestStore()
  expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
})
