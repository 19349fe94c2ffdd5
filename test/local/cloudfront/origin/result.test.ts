import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { originRequestEvent, type SentRequest } from '../../../../src/local/cloudfront/origin/origin-event.js'
import { InvalidResult, readResult } from '../../../../src/local/cloudfront/origin/result.js'

const SENT: SentRequest = originRequestEvent(
  { method: 'GET', uri: '/640x480,white', clientIp: '127.0.0.1' },
  { domain: 'images.s3.us-east-1.amazonaws.com', path: '' },
  { requestId: 'id', headers: { 'if-none-match': '"a"' } },
).Records[0].cf.request

const READ_ONLY = /tried to add, delete, or change a read-only header\.$/
const DISALLOWED = /tried to add a blacklisted header\.$/
const BODY = /The body is not a string, is not an object, or exceeds the maximum size\.$/
const ENTRY = /returned an invalid entry in the headers object/
const NOT_ARRAY = /Each header entry in the headers object must be an array\.$/
const URI = /The specified URI is in an invalid format\.$/
const ORIGIN = /returned an invalid origin configuration\.$/
const PLAIN = /^The Lambda function result failed validation\.$/

function refusal(value: unknown): InvalidResult {
  try {
    readResult(value, SENT)
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidResult)
    return error as InvalidResult
  }
  throw new Error(`It was not refused: ${JSON.stringify(value)}`)
}

function header(name: string, value: unknown): unknown {
  return { status: '200', headers: { [name]: [{ value }] } }
}

function request(change: object): object {
  return { ...SENT, ...change }
}

function requestHeader(name: string, values: unknown): object {
  return request({ headers: { ...SENT.headers, [name]: values } })
}

describe('a request', () => {
  it('returned unchanged names the path to fetch', () => {
    expect(readResult(structuredClone(SENT), SENT)).toEqual({ kind: 'request', uri: '/640x480,white' })
  })

  it.each([
    ['another path', { uri: '/generated/1/640x480/white/png' }],
    ['letters as UTF-8', { uri: '/é' }],
    ['the longest URI', { uri: `/${'a'.repeat(8_190)}` }],
    ['a query string', { querystring: 'a=b%20c' }],
    ['no query string', { querystring: undefined }],
    ['another user agent', { headers: { ...SENT.headers, 'user-agent': [{ value: 'mine' }] } }],
    ['a header more', { headers: { ...SENT.headers, 'x-mine': [{ value: 'a' }, { value: 'b' }] } }],
    ['a header less', { headers: { ...SENT.headers, 'x-forwarded-for': undefined } }],
  ])('may have %s', (_, change) => {
    // JSON drops undefined.
    expect(readResult(JSON.parse(JSON.stringify(request(change))), SENT)).toMatchObject({ kind: 'request' })
  })

  it('may keep the path that was sent, even an invalid one', () => {
    const sent = { ...SENT, uri: '/%zz?' }
    expect(readResult(sent, sent)).toMatchObject({ uri: '/%zz?' })
  })

  it.each<[string, object, string, RegExp]>([
    ['a path without a slash', { uri: 'key' }, '"key"', URI],
    ['a path that is none', { uri: 5 }, '5', URI],
    ['a space', { uri: '/a b' }, '" "', URI],
    ['a line break', { uri: '/a\r\nb' }, '"\\r"', URI],
    ['a broken escape', { uri: '/%zz' }, '"%"', URI],
    ['a question mark', { uri: '/a?b' }, '"?"', URI],
    ['a fragment', { uri: '/a#b' }, '"#"', URI],
    ['half a surrogate pair', { uri: '/\ud800' }, 'surrogate', URI],
    ['a URI that is too long', { uri: `/${'a'.repeat(8_191)}` }, '8192', URI],
    ['one that is too long with its query', { uri: `/${'a'.repeat(8_190)}`, querystring: 'b' }, '8192', URI],
    ['a query string that is none', { querystring: {} }, '{}', PLAIN],
    ['a space in the query string', { querystring: 'a b' }, '" "', URI],
    ['a fragment in the query string', { querystring: 'a#b' }, '"#"', URI],
    ['another method', { method: 'PUT' }, 'read-only, and was "GET"', PLAIN],
    ['no method', { method: undefined }, 'method', PLAIN],
    ['another client', { clientIp: '10.0.0.1' }, '"10.0.0.1"', PLAIN],
    ['a body', { body: { action: 'replace', data: '' } }, 'IncludeBody', BODY],
    ['no origin', { origin: undefined }, 'exactly one', ORIGIN],
    ['an empty origin', { origin: {} }, 'exactly one', ORIGIN],
    ['two origins', { origin: { ...SENT.origin, custom: {} } }, 'exactly one', ORIGIN],
    ['no headers', { headers: undefined }, 'if-none-match was left out', READ_ONLY],
    ['headers that are none', { headers: [] }, '[]', ENTRY],
  ])('with %s is refused', (_, change, reason, said) => {
    const refused = refusal(request(change))
    expect(refused.message).toContain(reason)
    expect(refused.said).toMatch(said)
  })

  it.each([
    ['via', [{ value: 'mine' }], 'changed to ["mine"]'],
    ['via', undefined, 'left out'],
    ['if-none-match', [{ value: '"b"' }], 'changed'],
    ['accept-encoding', [{ value: 'gzip' }], 'added'],
    ['cdn-loop', [{ value: 'x' }], 'added'],
    ['content-length', [{ value: '0' }], 'added'],
    ['if-modified-since', [{ value: 'x' }], 'added'],
    ['if-range', [{ value: 'x' }], 'added'],
    ['if-unmodified-since', [{ value: 'x' }], 'added'],
    ['transfer-encoding', [{ value: 'chunked' }], 'added'],
  ])('with the read-only header %s as %j is refused', (name, values, reason) => {
    const refused = refusal(JSON.parse(JSON.stringify(requestHeader(name, values))))
    expect(refused.message).toContain(name)
    expect(refused.message).toContain(reason)
    expect(refused.said).toMatch(READ_ONLY)
    expect(refused.source).toContain('read-only headers in origin request events')
  })

  it.each([
    [{ domainName: 'other.s3.us-east-1.amazonaws.com' }],
    [{ authMethod: 'origin-access-identity' }],
    [{ path: '/elsewhere' }],
    [{ region: 'eu-west-1' }],
    [{ customHeaders: { 'x-mine': [{ value: 'a' }] } }],
  ])('to another origin, by %j, is refused as what the local edge can’t do', (change) => {
    const refused = refusal(request({ origin: { s3: { ...SENT.origin.s3, ...change } } }))
    expect(refused.message).toContain(Object.keys(change)[0])
    expect(refused.message).toContain("the local edge can't")
    expect(refused.source).toContain('local edge')
  })

  it('to a custom origin or another host is refused as a limit of the local edge', () => {
    for (const value of [
      request({ origin: { custom: { domainName: 'example.com' } } }),
      requestHeader('host', [{ value: 'example.com' }]),
    ]) {
      const refused = refusal(value)
      expect(refused.message).toMatch(/example\.com.*the local edge (knows only this bucket|can't)/)
      expect(refused.source).toContain('local edge')
    }
  })
})

describe('a response', () => {
  it('sets no cookies: CloudFront removes them when it forwards none', () => {
    const headers = { 'set-cookie': [{ value: 'a=b' }, { value: 'c=d, e' }], 'x-mine': [{ value: 'a' }] }
    expect(readResult({ status: '200', headers }, SENT)).toMatchObject({
      answer: { headers: { 'x-mine': 'a' } },
    })
    expect(readResult({ status: '200', headers }, SENT)).not.toHaveProperty('answer.headers.set-cookie')
    expect(refusal(header('set-cookie', 'a\r\nb')).message).toContain('set-cookie')
  })

  it('has its status, headers and text', () => {
    const headers = {
      'content-type': [{ key: 'Content-Type', value: 'text/plain' }],
      'x-many': [{ value: 'a' }, { key: 'x-many', value: 'b' }],
    }
    const value = { status: '200', statusDescription: 'Fine', headers, body: 'hé' }
    expect(readResult(value, SENT)).toEqual({
      kind: 'response',
      answer: {
        status: 200,
        headers: { 'content-type': 'text/plain', 'x-many': 'a, b' },
        body: Buffer.from('hé'),
      },
    })
  })

  it.each([
    ['base64', { status: '200', body: 'AAEC', bodyEncoding: 'base64' }, Buffer.from([0, 1, 2])],
    [
      'text that looks like base64',
      { status: '200', body: 'AAEC', bodyEncoding: 'text' },
      Buffer.from('AAEC'),
    ],
    ['a number for its status', { status: 404 }, Buffer.alloc(0)],
    ['the least status', { status: '200' }, Buffer.alloc(0)],
    ['the greatest status', { status: '599' }, Buffer.alloc(0)],
    ['a body with 204', { status: '204', body: 'x' }, Buffer.from('x')],
    ['1 MB', { status: '200', body: 'x'.repeat(1_048_576) }, Buffer.alloc(1_048_576, 'x')],
    [
      '1 MB of base64',
      { status: '200', body: 'A'.repeat(1_048_576), bodyEncoding: 'base64' },
      Buffer.alloc(786_432),
    ],
  ])('may have %s', (_, value, body) => {
    const read = readResult(value, SENT)
    expect(read.kind === 'response' && read.answer.status).toBe(Number(value.status))
    expect(read.kind === 'response' && read.answer.body.equals(body)).toBe(true)
  })

  it.each<[unknown, string, RegExp]>([
    [{ status: '199' }, '"199"', PLAIN],
    [{ status: '99' }, '"99"', PLAIN],
    [{ status: '600' }, '"600"', PLAIN],
    [{ status: 'OK' }, '"OK"', PLAIN],
    [{ status: '200 ' }, '"200 "', PLAIN],
    [{ status: 200.5 }, '200.5', PLAIN],
    [{ status: null }, 'null', PLAIN],
    [{ status: '200', statusDescription: 5 }, '5', PLAIN],
    [{ status: '200', statusDescription: 'a\r\nb' }, '"a\\r\\nb"', PLAIN],
    [{ status: '200', body: 5 }, 'not a string', BODY],
    [{ status: '200', body: null }, 'not a string', BODY],
    [{ status: '200', body: { type: 'Buffer', data: [1] } }, "bodyEncoding: 'base64'", BODY],
    [{ status: '200', body: { 0: 137, 1: 80 } }, "bodyEncoding: 'base64'", BODY],
    [{ status: '200', body: 'AAEC', bodyEncoding: 'utf8' }, '"utf8"', PLAIN],
    [{ status: '200', body: 'A A=', bodyEncoding: 'base64' }, 'not base64', BODY],
    [{ status: '200', body: 'AAA', bodyEncoding: 'base64' }, 'not base64', BODY],
    [{ status: '200', body: '<svg>', bodyEncoding: 'base64' }, 'not base64', BODY],
    [{ status: '200', body: 'x'.repeat(1_048_577) }, '1048577 bytes', BODY],
    [{ status: '200', body: 'é'.repeat(524_289) }, '1048578 bytes', BODY],
    [
      { status: '200', body: 'x'.repeat(1_048_570), headers: { a: [{ value: 'b' }, { value: 'c' }] } },
      '1 MB',
      BODY,
    ],
    [{ status: '200', headers: 'x' }, '"x"', ENTRY],
    [{ status: '200', headers: [] }, '[]', ENTRY],
    [{ status: '200', headers: { a: 'x' } }, 'header a', NOT_ARRAY],
    [{ status: '200', headers: { a: { value: 'x' } } }, 'header a', NOT_ARRAY],
    [{ status: '200', headers: { a: [] } }, 'header a', ENTRY],
    [{ status: '200', headers: { a: ['x'] } }, '"x"', ENTRY],
    [{ status: '200', headers: { a: [{ key: 'A' }] } }, 'header a', ENTRY],
    [{ status: '200', headers: { a: [{ value: 5 }] } }, '{"value":5}', ENTRY],
    [{ status: '200', headers: { a: [{ key: 'B', value: 'x' }] } }, '"B"', ENTRY],
    [{ status: '200', headers: { a: [{ key: 5, value: 'x' }] } }, '5', ENTRY],
    [header('Content-Type', 'x'), '"content-type"', ENTRY],
    [header('a b', 'x'), '"a b"', PLAIN],
    [header('', 'x'), '""', PLAIN],
    [header('a:', 'x'), '"a:"', PLAIN],
    [header('location', '/\r\nset-cookie: a=b'), '%0D', PLAIN],
    [header('location', '/\n'), '%0A', PLAIN],
    [header('a', '\0'), '%00', PLAIN],
    [header('a', 'é'), '%C3%A9', PLAIN],
    [header('a', '😀'), '%F0%9F%98%80', PLAIN],
    [header('a', '\ud800'), '%EF%BF%BD', PLAIN],
    [header('content-length', '5'), 'which has none', READ_ONLY],
    [header('transfer-encoding', 'chunked'), 'transfer-encoding', READ_ONLY],
    [header('via', 'mine'), 'via', READ_ONLY],
  ])('that is %j is refused', (value, reason, said) => {
    const refused = refusal(value)
    expect(refused.message).toContain(reason)
    expect(refused.said).toMatch(said)
    expect(refused.source).toMatch(/CloudFront developer guide, "|RFC 9110|not documented/)
    expect(refused.message.length).toBeLessThan(400)
  })

  it.each(
    `client-cert client-cert-chain cloudfront-viewer-cert-pem connection expect keep-alive proxy-authenticate proxy-authorization proxy-connection trailer upgrade
    x-accel-buffering x-accel-charset x-accel-limit-rate x-accel-redirect x-amz-cf-id x-amz-cf-pop x-amzn-auth
    x-amzn-cf-billing x-amzn-cf-id x-amzn-cf-xff x-amzn-errortype x-amzn-fle-profile x-amzn-header-count
    x-amzn-header-order x-amzn-lambda-integration-tag x-amzn-requestid x-cache x-edge-location
    x-forwarded-proto x-real-ip`.split(/\s+/),
  )('can’t have the header %s, and a request neither', (name) => {
    for (const value of [header(name, 'x'), requestHeader(name, [{ value: 'x' }])]) {
      const refused = refusal(value)
      expect(refused.message).toContain(name)
      expect(refused.said).toMatch(DISALLOWED)
      expect(refused.source).toContain('disallowed headers')
    }
  })
})

describe('anything else', () => {
  it.each<[unknown, RegExp, RegExp]>([
    [undefined, /result is not JSON/, /is not parsable\.$/],
    [null, /null or nothing/, /must be an object type\.$/],
    ['text', /"text"/, /must be an object type\.$/],
    [[], /\[\]/, /must be an object type\.$/],
    [5, /5/, /must be an object type\.$/],
    [{}, /neither a request, with a uri, nor a response, with a status/, PLAIN],
    [{ Records: [] }, /return event\.Records\[0\]\.cf\.request, not the event/, PLAIN],
    [{ statusCode: 200, body: '{}' }, /reads status, not statusCode/, BODY],
  ])('such as %j is refused', (value, reason, said) => {
    const refused = refusal(value)
    expect(refused.message).toMatch(reason)
    expect(refused.said).toMatch(said)
  })
})

describe('whatever the function returns', () => {
  /** Results that are almost valid get further than arbitrary ones. */
  const near = fc.record(
    {
      status: fc.oneof(fc.constant('200'), fc.anything()),
      uri: fc.oneof(fc.constant('/key'), fc.string({ unit: 'binary' }), fc.anything()),
      method: fc.oneof(fc.constant('GET'), fc.anything()),
      clientIp: fc.oneof(fc.constant(SENT.clientIp), fc.anything()),
      querystring: fc.oneof(fc.constant(''), fc.string({ unit: 'binary' }), fc.anything()),
      origin: fc.oneof(fc.constant(SENT.origin), fc.anything()),
      body: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()),
      bodyEncoding: fc.oneof(fc.constantFrom('text', 'base64'), fc.anything()),
      headers: fc.oneof(
        fc.constant(SENT.headers),
        fc.dictionary(
          fc.string({ unit: 'binary' }),
          fc.oneof(
            fc.array(fc.record({ value: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()) })),
            fc.anything(),
          ),
        ),
      ),
    },
    { requiredKeys: [] },
  )

  it('it is accepted or rejected as invalid, and an accepted result can be sent', () => {
    fc.assert(
      fc.property(fc.oneof(near, fc.anything({ withBigInt: true, withNullPrototype: true })), (value) => {
        try {
          const read = readResult(value, SENT)
          if (read.kind === 'request') expect(read.uri).toMatch(/^\/[^\s?#]*$/)
          else {
            // Throws for a name or a value that HTTP can't have.
            expect(new Headers(read.answer.headers)).toBeInstanceOf(Headers)
            expect(read.answer.status).toBeGreaterThanOrEqual(200)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidResult)
          const { message, said, source } = error as InvalidResult
          expect([message, said, source].every((text) => text.length > 10 && text.length < 600)).toBe(true)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('a response with printable headers and text is accepted unchanged', () => {
    const value = fc.string({ unit: 'grapheme-ascii' })
    const response = fc.record({
      status: fc.integer({ min: 200, max: 599 }),
      body: fc.string({ unit: 'binary' }),
      headers: fc.dictionary(fc.stringMatching(/^y[a-z0-9-]{1,20}$/), fc.tuple(fc.record({ value }))),
    })
    fc.assert(
      fc.property(response, (sent) => {
        const through = JSON.parse(JSON.stringify({ ...sent, status: String(sent.status) })) as unknown
        expect(readResult(through, SENT)).toEqual({
          kind: 'response',
          answer: {
            status: sent.status,
            headers: Object.fromEntries(
              Object.entries(sent.headers).map(([name, [entry]]) => [name, entry.value]),
            ),
            body: Buffer.from(sent.body),
          },
        })
      }),
    )
  })
})
