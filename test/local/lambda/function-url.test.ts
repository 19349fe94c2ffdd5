import { describe, expect, it } from 'vitest'
import { FunctionFailed } from '../../../src/local/lambda/failure.js'
import { openFunctionUrl } from '../../../src/local/lambda/function-url.js'
import { urlEvent, type UrlRequest } from '../../../src/local/lambda/url-event.js'
import { InvalidAnswer, urlResponse } from '../../../src/local/lambda/url-response.js'
import { runnerOf } from './packages.js'

const REQUEST: UrlRequest = {
  method: 'GET',
  path: '/0123456789ab/photos/cats/tom.jpg/400x_webp',
  headers: { 'User-Agent': 'Amazon CloudFront', Via: '1.1 a' },
  sourceIp: '192.0.2.1',
}
const IDENTITY = { domain: 'abc.lambda-url.eu-west-1.on.aws', account: '000000000000' }
const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response'
const NULS = '\0'.repeat(8)

function urlOf(handle: string, options: Parameters<typeof runnerOf>[1] = {}) {
  const runner = runnerOf(handle, { bare: true, streaming: true, ...options })
  return openFunctionUrl(() => runner, { name: 'genato-originals', region: 'eu-west-1' })
}

describe('the event of a function URL', () => {
  it('has payload format 2.0', () => {
    const event = urlEvent(REQUEST, IDENTITY, new Date('2020-03-02T19:03:58.390Z'))
    expect(event).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: REQUEST.path,
      rawQueryString: '',
      headers: {
        'user-agent': 'Amazon CloudFront',
        via: '1.1 a',
        host: IDENTITY.domain,
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) as string,
        'x-forwarded-for': '192.0.2.1',
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
      },
      requestContext: {
        accountId: '000000000000',
        apiId: 'abc',
        domainName: IDENTITY.domain,
        domainPrefix: 'abc',
        http: {
          method: 'GET',
          path: REQUEST.path,
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.1',
          userAgent: 'Amazon CloudFront',
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        routeKey: '$default',
        stage: '$default',
        time: '02/Mar/2020:19:03:58 +0000',
        timeEpoch: 1583175838390,
      },
      isBase64Encoded: false,
    })
  })

  it('splits cookies, and joins the values of a query parameter', () => {
    const event = urlEvent({ ...REQUEST, query: 'a=1&b=%2C&a=2', headers: { Cookie: 'a=1; b=2' } }, IDENTITY)
    expect(event).toMatchObject({
      cookies: ['a=1', 'b=2'],
      rawQueryString: 'a=1&b=%2C&a=2',
      queryStringParameters: { a: '1,2', b: ',' },
    })
    expect(event.headers).not.toHaveProperty('cookie')
  })
})

describe('the response to a stream', () => {
  const stream = (text: string, contentType = PRELUDE_TYPE) =>
    urlResponse({ kind: 'streamed', contentType, bytes: Buffer.from(text) })

  it('has the status, headers and cookies of the prelude, and the bytes after it', () => {
    const prelude = JSON.stringify({
      statusCode: 404,
      headers: {
        'Content-Type': 'text/plain',
        ETag: '"a"',
        'X-Number': 3,
        'Content-Length': '9',
        Date: 'then',
      },
      cookies: ['a=1; Secure'],
    })
    expect(stream(`${prelude}${NULS}body${NULS}more`)).toEqual({
      status: 404,
      headers: { 'content-type': 'text/plain', etag: '"a"', 'x-number': '3' },
      cookies: ['a=1; Secure'],
      body: Buffer.from(`body${NULS}more`),
    })
    expect(stream(`{}${NULS}`)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/octet-stream' },
      cookies: [],
      body: Buffer.alloc(0),
    })
  })

  it('is 200 with its own content type without a prelude', () => {
    expect(stream(`a${NULS}b`, 'image/png')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/png' },
      body: Buffer.from(`a${NULS}b`),
    })
  })

  it.each([
    ['', /empty chunk before end/],
    ['{"statusCode":200}', /empty chunk before end/],
    [`{"statusCode":${NULS}`, /not JSON/],
    [`[]${NULS}`, /must be an object/],
    [`{"statusCode":99}${NULS}`, /200 to 599/],
    [`{"statusCode":"ok"}${NULS}`, /200 to 599/],
    [`{"headers":{"a":{}}}${NULS}`, /header a must be a string/],
    [`{"headers":{"a b":"c"}}${NULS}`, /a b/],
    [`{"headers":{"a":"b\\r\\nSet-Cookie: c"}}${NULS}`, /Invalid character/],
    [`{"headers":[]}${NULS}`, /headers must be/],
    [`{"cookies":"a=b"}${NULS}`, /cookies must be/],
  ])('is invalid: %j', (text, reason) => {
    expect(() => stream(text)).toThrow(InvalidAnswer)
    expect(() => stream(text)).toThrow(reason)
  })

  it('that was cut keeps the bytes that came, and one cut in its prelude is the failure itself', () => {
    const failure = new FunctionFailed('crash', 'gone')
    const bytes = Buffer.from(`{"statusCode":200}${NULS}half`)
    const cut = { kind: 'streamed', contentType: PRELUDE_TYPE, failure } as const
    expect(urlResponse({ ...cut, bytes })).toMatchObject({
      status: 200,
      body: Buffer.from('half'),
      cut: failure,
    })
    expect(() => urlResponse({ ...cut, bytes: bytes.subarray(0, 9) })).toThrow(failure)
  })
})

describe('the response to a returned result', () => {
  it.each([
    ['a text', 'Hello', 200, 'application/json', 'Hello'],
    ['an object without a status', { a: 1 }, 200, 'application/json', '{"a":1}'],
    ['nothing', null, 200, 'application/json', 'null'],
    ['a response', { statusCode: 201, headers: { 'Content-Type': 'a/b' }, body: 'x' }, 201, 'a/b', 'x'],
    [
      'a response in base64',
      { statusCode: 200, body: 'aGk=', isBase64Encoded: true },
      200,
      'application/json',
      'hi',
    ],
    ['a response without a body', { statusCode: 204 }, 204, 'application/json', ''],
  ])('that is %s', (_, value, status, type, body) => {
    expect(urlResponse({ kind: 'returned', value })).toEqual({
      status,
      headers: { 'content-type': type },
      cookies: [],
      body: Buffer.from(body),
    })
  })

  it('may have 6 MB', () => {
    const body = 'x'.repeat(6 * 1024 * 1024 + 1)
    expect(() => urlResponse({ kind: 'returned', value: { statusCode: 200, body } })).toThrow(/6 MB/)
  })
})

describe('a function URL', () => {
  it('runs the handler with the request, and answers as it says', async () => {
    const url = urlOf(`
      const response = respond({ statusCode: 200, headers: { 'content-type': 'text/plain', etag: '"e"' } })
      response.write(event.requestContext.http.method + ' ' + event.rawPath + ' ' + event.headers.host)
      response.end()`)
    expect(url.domain).toMatch(/^[0-9a-f]{32}\.lambda-url\.eu-west-1\.on\.aws$/)
    const answer = await url.fetch(REQUEST)
    expect(answer).toMatchObject({
      status: 200,
      headers: { etag: '"e"' },
      waitedMs: expect.any(Number) as number,
    })
    expect(answer.coldStartMs).toBeGreaterThan(0)
    expect(answer.body.toString()).toBe(`GET ${REQUEST.path} ${url.domain}`)
    expect(await url.fetch(REQUEST)).not.toHaveProperty('coldStartMs')
  })

  it.each([
    ['throws', "throw new Error('a secret reason')", 'threw'],
    ['runs too long', 'await sleep(9e4)', 'timeout'],
    ['exits', 'process.exit(1)', 'crash'],
    ['writes a broken prelude', "respond({ statusCode: 'x' }).write('')\nstream.end()", undefined],
  ])('answers 502 and no reason where the function %s', async (_, body, kind) => {
    const answer = await urlOf(body, { timeoutMs: kind === 'timeout' ? 500 : 10_000 }).fetch(REQUEST)
    expect(answer).toMatchObject({ status: 502, headers: { 'content-type': 'application/json' } })
    expect(answer.body.toString()).toBe('Internal Server Error')
    expect(answer.failure).toMatchObject(kind === undefined ? { name: 'InvalidAnswer' } : { kind })
  })

  it('answers 429 beyond the reserved concurrency', async () => {
    const url = urlOf("await sleep(300); respond({}).write('x'); stream.end()", { concurrency: 1 })
    const [first, second] = await Promise.all([url.fetch(REQUEST), url.fetch(REQUEST)])
    expect([first.status, second.status]).toEqual([200, 429])
    expect(second.failure).toMatchObject({ kind: 'throttled' })
  })

  it('drops a request that still waits when nobody wants it anymore', async () => {
    const url = urlOf("await sleep(500); respond({}).write('x'); stream.end()", { processes: 1 })
    const first = url.fetch(REQUEST)
    const left = new AbortController()
    const second = url.fetch(REQUEST, left.signal)
    left.abort()
    expect((await second).failure).toMatchObject({ kind: 'stopped' })
    expect((await first).status).toBe(200)
  })
})
