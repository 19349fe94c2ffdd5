import net from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HEADERS_POLICY } from '../../../../templates/distribution.js'
import type { EdgeAnswer } from '../../../../src/local/cloudfront/edge-answer.js'
import type { Served } from '../../../../src/local/cloudfront/viewer/served.js'
import { startViewerServer } from '../../../../src/local/cloudfront/viewer/server.js'

const OBJECT: EdgeAnswer = {
  status: 200,
  headers: { 'content-type': 'text/plain', etag: '"abc"', date: 'Sat, 21 Nov 2026 12:00:00 GMT' },
  body: Buffer.from('0123456789'),
  cacheResult: 'Hit',
  age: 7,
  parts: 'many',
  headersPolicy: HEADERS_POLICY,
}

async function serve(answer: (uri: string) => EdgeAnswer | Promise<EdgeAnswer> = () => OBJECT) {
  const served: Served[] = []
  const server = await startViewerServer({
    edge: { serve: async ({ uri }) => answer(uri) },
    page: { handle: () => false },
    host: '127.0.0.1',
    port: 0,
    onServed: (one) => served.push(one),
  })
  onTestFinished(async () => server.close())
  return { server, served }
}

/** The response to these bytes, until the connection ends or `enough`. Sends `then` after the first data. */
function send(
  port: number,
  bytes: string,
  enough?: (got: string) => boolean,
  then?: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = ''
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk: Buffer) => {
      if (got === '' && then !== undefined) socket.write(then)
      got += chunk.toString('latin1')
      if (enough?.(got)) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(got))
  })
}

const GET = 'GET /a HTTP/1.1\r\nHost: localhost\r\n'

function headersOf(response: string): Record<string, string> {
  const [head = ''] = response.split('\r\n\r\n')
  const lines = head.split('\r\n').slice(1)
  return Object.fromEntries(
    lines.map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*: /, '')]),
  )
}

describe('every answer', () => {
  it('states its origin in headers, as CloudFront does', async () => {
    const { server, served } = await serve()
    const response = await send(server.port, `${GET}Connection: close\r\n\r\n`)
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(headersOf(response)).toMatchObject({
      'x-cache': 'Hit from cloudfront',
      via: expect.stringMatching(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/),
      'x-amz-cf-pop': expect.stringMatching(/^[A-Z]{3}\d\d-[CP]\d$/),
      'x-amz-cf-id': expect.stringMatching(/^[\w-]{54}==$/),
      age: '7',
      date: 'Sat, 21 Nov 2026 12:00:00 GMT',
      'content-length': '10',
    })
    expect(served).toMatchObject([
      {
        id: headersOf(response)['x-amz-cf-id'],
        method: 'GET',
        uri: '/a',
        status: 200,
        bytes: 10,
        cacheResult: 'Hit',
      },
    ])
  })

  it('lets pages of other sites read it, unless the origin says otherwise', async () => {
    const { server } = await serve((uri) =>
      uri === '/a' ? OBJECT : { ...OBJECT, headers: { 'access-control-allow-origin': 'https://b.example' } },
    )
    const allowed = async (path: string, more = '') =>
      headersOf(
        await send(server.port, `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`),
      )['access-control-allow-origin']
    expect(await allowed('/a')).toBeUndefined()
    expect(await allowed('/a', 'Origin: https://a.example\r\n')).toBe('*')
    expect(await allowed('/b', 'Origin: https://a.example\r\n')).toBe('https://b.example')
  })

  it('depends on the path only, not on the query', async () => {
    const { server, served } = await serve()
    const targets = [
      '/a?x=1',
      'http://elsewhere.example/a?x',
      'https://elsewhere.example',
      'http://elsewhere.example?x=/b',
      '/a%20b#c',
      '//a//',
    ]
    const bytes = targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`).join('')
    await send(server.port, bytes, (got) => got.split('HTTP/1.1 200').length === 7)
    expect(served.map(({ uri }) => uri)).toEqual(['/a', '/a', '/', '/', '/a%20b#c', '//a//'])
  })

  it('comes in the order of the requests on a connection', async () => {
    const { server } = await serve(async (uri) => {
      await new Promise((resolve) => {
        setTimeout(resolve, uri === '/slow' ? 100 : 0)
      })
      return { ...OBJECT, body: Buffer.from(uri) }
    })
    const got = await send(
      server.port,
      ['/slow', '/fast', '/last'].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''),
      (so) => so.includes('/last'),
    )
    expect(got.match(/\/(slow|fast|last)/g)).toEqual(['/slow', '/fast', '/last'])
  })
})

describe('requests that CloudFront refuses', () => {
  const refused = async (bytes: string) => {
    const { server, served } = await serve(() => {
      throw new Error('This is none of the cache.')
    })
    const response = await send(server.port, bytes)
    return { response, served, headers: headersOf(response) }
  }

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PURGE', 'PROPFIND'])(
    'the method %s: 403 and the page that CloudFront has for it',
    async (method) => {
      const { response, headers, served } = await refused(`${method} /a HTTP/1.1\r\nHost: x\r\n\r\n`)
      expect(response).toMatch(/^HTTP\/1\.1 403 /)
      // The length of CloudFront's own page.
      expect(headers).toMatchObject({
        'content-length': '1053',
        server: 'CloudFront',
        'x-cache': 'Error from cloudfront',
      })
      expect(response).toContain(`Request ID: ${headers['x-amz-cf-id']}`)
      expect(served[0]?.reason).toContain(method)
    },
  )

  it.each(['Content-Length: 4\r\n\r\nnull', 'Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'])(
    'a GET with a body: 403',
    async (rest) => {
      const { response } = await refused(`${GET}${rest}`)
      expect(response).toMatch(/^HTTP\/1\.1 403 [^]*Bad request\./)
    },
  )

  it('an endless body: responds, and closes the connection', async () => {
    const { response } = await refused(`POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nabc`)
    expect(response).toMatch(/^HTTP\/1\.1 403 /)
  })

  it('a URL of more than 8,192 bytes: 414', async () => {
    const path = (bytes: number) => `/${'a'.repeat(bytes - 'https://x/'.length)}`
    const { response } = await refused(`GET ${path(8_193)} HTTP/1.1\r\nHost: x\r\n\r\n`)
    expect(response).toMatch(/^HTTP\/1\.1 414 /)
    const { server } = await serve()
    const most = await send(
      server.port,
      `GET ${path(8_192)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    expect(most).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('a request of more than 32,768 bytes: 494, and the connection is closed', async () => {
    const { response } = await refused(`${GET}A: ${'a'.repeat(33_000)}\r\n\r\n`)
    expect(response).toMatch(/^HTTP\/1\.1 494 [^]*connection: close/)
  })

  it.each([
    'nonsense\r\n\r\n',
    'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n',
    `${GET}a\u0000: b\r\n\r\n`,
    'GET /a HTTP/1.1\r\n\r\n',
  ])('invalid HTTP gets 400 (%j)', async (bytes) => {
    const { response } = await refused(bytes)
    expect(response).toMatch(/^HTTP\/1\.1 400 /)
  })

  it.each([
    'GET * HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET ftp://x/y HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /a HTTP/2.0\r\nHost: x\r\n\r\n',
    'GET /a HTTP/0.9\r\nHost: x\r\n\r\n',
    'GET /a\r\nX-Injected: b HTTP/1.1\r\nHost: x\r\n\r\n',
  ])('what no event could have been made of: 400 (%j)', async (bytes) => {
    const { response } = await refused(bytes)
    expect(response).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('invalid HTTP after a valid request: both get a response', async () => {
    const { server } = await serve()
    const response = await send(server.port, `${GET}\r\n`, undefined, 'GET /\u2215x y HTTP/1.1\r\n\r\n')
    expect(response.match(/HTTP\/1\.1 \d\d\d/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  })

  it('invalid HTTP behind a slow request: both get a response, in order', async () => {
    const { server } = await serve(async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, 100)
      })
      return OBJECT
    })
    const response = await send(server.port, `${GET}\r\nGARBAGE\r\n\r\n`)
    expect(response.match(/HTTP\/1\.1 \d\d\d/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  })

  it('invalid HTTP: reported, with the usual headers in the response', async () => {
    const { response, served } = await refused('GARBAGE\r\n\r\n')
    expect(headersOf(response)).toMatchObject({
      'x-cache': 'Error from cloudfront',
      'x-amz-cf-id': served[0]?.id,
      via: expect.stringContaining('cloudfront.net'),
    })
    expect(served).toMatchObject([{ status: 400, reason: 'This is not valid HTTP.' }])
  })

  it('more than a thousand pipelined requests: the connection is closed', async () => {
    const { server, served } = await serve(async () => new Promise(() => undefined))
    expect(await send(server.port, `${GET}\r\n`.repeat(1_001))).toBe('')
    expect(served).toEqual([])
  })

  it('CONNECT: refused like any other', async () => {
    const { response } = await refused('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')
    expect(response).toMatch(/^HTTP\/1\.1 40[03] /)
  })
})

describe('a connection', () => {
  it('stays open over many slow responses', async () => {
    const warnings: unknown[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const body = Buffer.alloc(8_000_000, 'x')
    const { server, served } = await serve(() => ({ ...OBJECT, body }))
    let got = 0
    await new Promise<void>((resolve, reject) => {
      const socket = net.connect(server.port, '127.0.0.1', () => socket.write(`${GET}\r\n`.repeat(15)))
      socket.on('error', reject)
      socket.on('data', (chunk: Buffer) => {
        got += chunk.length
        if (got < 15 * body.length) return
        socket.destroy()
        resolve()
      })
    })
    expect(served).toHaveLength(15)
    expect(warnings).toEqual([])
  })

  it('ignores an Expect header', async () => {
    const { server } = await serve()
    const asked = async (expected: string) =>
      send(server.port, `${GET}Expect: ${expected}\r\nConnection: close\r\n\r\n`)
    expect(await asked('something')).toMatch(/^HTTP\/1\.1 200 /)
    expect(await asked('100-continue')).toMatch(/HTTP\/1\.1 200 /)
  })
})

describe('the end', () => {
  it('does not wait for a connection that asked for another protocol', async () => {
    const { server } = await serve()
    const socket = net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n')
    let got = ''
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()))
    await expect.poll(() => got).toMatch(/^HTTP\/1\.1 400/)
    const started = Date.now()
    await server.close()
    expect(Date.now() - started).toBeLessThan(2_000)
  })

  it('responds to requests under way, and closes idle connections', async () => {
    let give: ((answer: EdgeAnswer) => void) | undefined
    const { server } = await serve((uri) =>
      uri === '/slow' ? new Promise((resolve) => (give = resolve)) : OBJECT,
    )
    const idle = send(server.port, `${GET}\r\n`)
    const slow = send(server.port, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => give).toBeDefined()
    const ended = server.close()
    expect(await idle).toMatch(/^HTTP\/1\.1 200/)
    await expect(send(server.port, `${GET}\r\n`)).rejects.toThrow('ECONNREFUSED')
    give?.(OBJECT)
    expect(await slow).toMatch(/^HTTP\/1\.1 200 [^]*connection: close[^]*0123456789$/i)
    await ended
  })

  it('cuts off slow requests', async () => {
    const { server } = await serve(() => new Promise(() => undefined))
    const slow = send(server.port, `${GET}\r\n`)
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
    await server.close()
    expect(await slow).toBe('')
  })
})
