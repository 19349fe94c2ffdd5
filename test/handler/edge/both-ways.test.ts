import { createHash } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import aws4 from 'aws4'
import { expect, it, onTestFinished } from 'vitest'
import { defineGenerator } from '../../../handler/shared/contract.js'
import type { OriginRequestEvent } from '../../../handler/edge/edge-event.js'
import { BEHAVIOURS, ORIGIN_ID } from '../../../templates/distribution.js'
import { createEdge } from '../../../src/local/cloudfront/edge.js'
import type { FunctionRunner } from '../../../src/local/lambda/runner.js'
import { startViewerServer } from '../../../src/local/cloudfront/viewer/server.js'
import { CREDENTIALS, event, localStore } from '../../support/edge.js'
import { scriptedS3, service, type TestService } from '../../support/service.js'

const BUCKET = 'genato-images-000000000000'
const DOMAIN = `${BUCKET}.s3.us-east-1.amazonaws.com`
/** Headers that belong to a single request. */
const OF_THE_REQUEST = ['date', 'x-amz-cf-id', 'x-amz-request-id', 'x-amz-id-2']

type Local = Awaited<ReturnType<typeof localStore>>

/** The local edge with the function. With `handsBack`, CloudFront has to fetch every image itself. */
async function edgeBefore({ folder }: Local, { send }: TestService, handsBack: boolean): Promise<string> {
  const runner = {
    invoke: async (sent: OriginRequestEvent) => {
      const { request } = sent.Records[0].cf
      if (!handsBack) return { value: JSON.parse(JSON.stringify(await send(sent))) as unknown }
      const asked = structuredClone(sent)
      asked.Records[0].cf.request.headers['range'] ??= [{ value: 'bytes=0-' }]
      const value = JSON.parse(JSON.stringify(await send(asked))) as { uri: string }
      return { value: { ...request, uri: value.uri } }
    },
  } as unknown as FunctionRunner
  const edge = createEdge({
    behaviours: BEHAVIOURS,
    origins: { [ORIGIN_ID]: { domain: DOMAIN, path: '', objects: folder } },
    functions: { edge: runner },
    cacheBytes: 1e7,
  })
  const server = await startViewerServer({
    edge,
    page: { handle: () => false },
    host: '127.0.0.1',
    port: 0,
    onServed: () => undefined,
  })
  onTestFinished(async () => server.close())
  return `http://127.0.0.1:${server.port}`
}

async function viewed(url: string, path: string, method: string, headers: Record<string, string>) {
  const { port } = new URL(url)
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }>(
    (resolve, reject) => {
      http
        .request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
          const hash = createHash('sha256')
          response.on('data', (chunk: Buffer) => hash.update(chunk))
          response.on('end', () => {
            const rest = { ...response.headers }
            for (const name of OF_THE_REQUEST) delete rest[name]
            resolve({ status: response.statusCode ?? 0, headers: rest, body: hash.digest('hex') })
          })
        })
        .on('error', reject)
        .end()
    },
  )
}

it('a stored image looks the same to viewers, whether the function sends it or CloudFront fetches it', async () => {
  const store = await localStore()
  const run = service(store.endpoint)
  await run.send(event('/640x480,white,png'))
  const { etag } = (await store.folder.list('').then(async ([first]) => store.folder.get(first?.key ?? '')))!
  const asks: [string, Record<string, string>][] = [
    ['GET', {}],
    ['HEAD', {}],
    ['GET', { 'if-none-match': etag }],
    ['GET', { 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() }],
    ['GET', { range: 'bytes=10-19' }],
    ['GET', { range: 'bytes=0-1,5-6' }],
    ['GET', { range: 'bytes=9999999-' }],
    ['GET', { origin: 'https://example.com' }],
  ]
  for (const [method, headers] of asks) {
    const itself = await edgeBefore(store, run, false)
    const fetched = await edgeBefore(store, run, true)
    for (const turn of ['miss', 'hit']) {
      const [one, other] = [
        await viewed(itself, '/640x480,white', method, headers),
        await viewed(fetched, '/640x480,white', method, headers),
      ]
      // Every response has its own multipart boundary.
      if (one.headers['content-type']?.startsWith('multipart/')) one.headers['content-type'] = 'multipart'
      if (other.headers['content-type']?.startsWith('multipart/')) other.headers['content-type'] = 'multipart'
      if (one.headers['content-type'] === 'multipart') one.body = other.body
      expect(one, `${method} ${JSON.stringify(headers)} ${turn}`).toEqual(other)
    }
  }
})

it('an image that was just generated looks the same as it will from S3', async () => {
  const store = await localStore()
  const run = service(store.endpoint)
  const made = await viewed(await edgeBefore(store, run, false), '/300x200,red', 'GET', {})
  expect(run.lines[0]).toMatchObject({ outcome: 'made' })
  const fetched = await viewed(await edgeBefore(store, run, true), '/300x200,red', 'GET', {})
  const seconds = (text = '') => Date.parse(text) / 1000
  expect(
    Math.abs(seconds(made.headers['last-modified']) - seconds(fetched.headers['last-modified'])),
  ).toBeLessThanOrEqual(5)
  delete made.headers['last-modified']
  delete fetched.headers['last-modified']
  expect(made).toEqual(fetched)
})

it('an image over 700 kB goes back to CloudFront, without being downloaded', async () => {
  let sent = 0
  const { endpoint } = await scriptedS3((_, response) => {
    response.writeHead(200, { 'content-length': 50_000_000 })
    const more = () => {
      while (sent < 50_000_000 && !response.destroyed) {
        sent += 100_000
        if (!response.write(Buffer.alloc(100_000))) {
          response.once('drain', more)
          return
        }
      }
    }
    more()
  })
  const { send, lines } = service(endpoint)
  expect(await send(event('/640x480,white,png'))).toMatchObject({ uri: '/generated/gen1/640x480/white/png' })
  expect(lines[0]).toMatchObject({ outcome: 'hit', status: 200 })
  expect(sent).toBeLessThan(20_000_000)
})

it.each([
  [700_000, true],
  [700_001, false],
])('a generated image of %i bytes is sent by the function: %s', async (bytes, itself) => {
  const store = await localStore()
  const run = service(
    store.endpoint,
    defineGenerator({
      version: '1',
      parse: (path) => (path === '/image' ? {} : undefined),
      format: () => '/image',
      generate: async () => ({ body: Buffer.alloc(bytes, 1), contentType: 'image/png' }),
    }),
  )
  const url = await edgeBefore(store, run, false)
  expect('status' in (await run.send(event('/image')))).toBe(itself)
  // The local edge refuses the same responses as CloudFront.
  expect((await viewed(url, '/image', 'GET', {})).status).toBe(200)
})

it('every call asks for SSE-S3 and names the account, and S3 refuses another account’s bucket', async () => {
  const seen: http.IncomingHttpHeaders[] = []
  const server = http.createServer((request, response) => {
    seen.push(request.headers)
    request.resume().on('end', () => response.writeHead(request.method === 'PUT' ? 200 : 404).end())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  await service(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).send(event('/10'))
  expect(seen.map((headers) => headers['x-amz-expected-bucket-owner'])).toEqual([
    '000000000000',
    '000000000000',
  ])
  expect(seen[1]?.['x-amz-server-side-encryption']).toBe('AES256')

  const others = await localStore('999999999999')
  const { send, lines } = service(others.endpoint)
  expect(await send(event('/10'))).toMatchObject({ status: '503' })
  expect(lines[0]?.error).toContain('403 AccessDenied')
})

it('a bucket policy that denies the encryption is named in the log, and the image is sent anyway', async () => {
  const { endpoint } = await scriptedS3(({ method }, response) => {
    const denied =
      '<Error><Code>AccessDenied</Code><Message>explicit deny in a resource-based policy</Message></Error>'
    response.writeHead(method === 'GET' ? 404 : 403).end(method === 'GET' ? '' : denied)
  })
  const { send, lines } = service(endpoint)
  expect(await send(event('/10'))).toMatchObject({ status: '200', bodyEncoding: 'base64' })
  expect(lines[0]).toMatchObject({ outcome: 'made' })
  expect(lines[0]?.error).toMatch(
    /explicit deny in a resource-based policy.*x-amz-server-side-encryption: AES256/,
  )
  expect(lines[0]).not.toHaveProperty('key')
})

it.each([
  "/a%20b+c(1)'%C3%A9.png",
  '/a%20b%2Bc%281%29%27%C3%A9.png',
  '/a%20b%2bc(1)%27%c3%a9.png',
  '/%61%20b%2Bc(1)%27é.png',
])('%s is passed on in the one spelling that CloudFront and S3 sign alike', async (path) => {
  const { endpoint, folder } = await localStore()
  await folder.put("a b+c(1)'é.png", { body: Buffer.from('x'), contentType: 'image/png' })
  const result = await service(endpoint).send(event(path))
  expect(result).toMatchObject({ uri: '/a%20b%2Bc%281%29%27%C3%A9.png' })
  const { uri } = result as { uri: string }
  // CloudFront signs the path as it sends it.
  const signed = aws4.sign(
    {
      service: 's3',
      region: 'us-east-1',
      host: new URL(endpoint).host,
      path: `/${BUCKET}${uri}`,
      method: 'GET',
    },
    CREDENTIALS,
  )
  const { status } = await new Promise<{ status: number }>((resolve, reject) => {
    const { hostname, port } = new URL(endpoint)
    http
      .request(
        { hostname, port, path: `/${BUCKET}${uri}`, headers: signed.headers as http.OutgoingHttpHeaders },
        (response) => {
          response.resume()
          resolve({ status: response.statusCode ?? 0 })
        },
      )
      .on('error', reject)
      .end()
  })
  expect(status).toBe(200)
})

it('a path of 8 kB does not fill the log', async () => {
  const { endpoint } = await localStore()
  const { send, lines } = service(endpoint)
  await send(event(`/${'x'.repeat(8_000)}`))
  await send(event(`/640x480,${'y'.repeat(8_000)}`))
  for (const { path } of lines) expect(path).toMatch(/^.{1024}…$/)
  expect(JSON.stringify(lines[1]).length).toBeLessThan(4_000)
})
