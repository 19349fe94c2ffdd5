import { createHash } from 'node:crypto'
import aws4 from 'aws4'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../../src/local/s3/signature.js'
import type { SignedRequest, Verdict } from '../../../src/local/s3/signature.js'

const EMPTY_HASH = createHash('sha256').digest('hex')

// The examples of "Signature Calculations for the Authorization Header: Transferring Payload in a Single
// Chunk (AWS Signature Version 4)", Amazon S3 API Reference.
const DOCUMENTED_KEY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const DOCUMENTED = [
  {
    name: 'GET Object',
    method: 'GET',
    rawPath: '/test.txt',
    rawQuery: '',
    headers: { Range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY_HASH },
    signedHeaders: 'host;range;x-amz-content-sha256;x-amz-date',
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'PUT Object',
    method: 'PUT',
    rawPath: '/test%24file.text',
    rawQuery: '',
    headers: {
      Date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
    signedHeaders: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'GET Bucket Lifecycle',
    method: 'GET',
    rawPath: '/',
    rawQuery: 'lifecycle',
    headers: { 'x-amz-content-sha256': EMPTY_HASH },
    signedHeaders: 'host;x-amz-content-sha256;x-amz-date',
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'Get Bucket (List Objects)',
    method: 'GET',
    rawPath: '/',
    rawQuery: 'prefix=J&max-keys=2',
    headers: { 'x-amz-content-sha256': EMPTY_HASH },
    signedHeaders: 'host;x-amz-content-sha256;x-amz-date',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
]

describe("the documentation's own examples", () => {
  for (const { name, signedHeaders, signature, ...rest } of DOCUMENTED) {
    const headers = {
      Host: 'examplebucket.s3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      ...rest.headers,
    }
    const now = new Date('2013-05-24T00:00:00Z')
    const withSignature = (value: string): SignedRequest => ({
      ...rest,
      headers: {
        ...headers,
        Authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${value}`,
      },
    })

    it(`accepts ${name} with the signature AWS documents`, () => {
      const verdict = verifySignature(withSignature(signature), DOCUMENTED_KEY, { now })
      expect(verdict).toEqual({ ok: true, payloadHash: headers['x-amz-content-sha256'] })
    })

    it(`refuses ${name} with one digit of the signature changed`, () => {
      const changed = signature.slice(0, -1) + (signature.endsWith('1') ? '2' : '1')
      expect(verifySignature(withSignature(changed), DOCUMENTED_KEY, { now })).toMatchObject({
        status: 403,
        code: 'SignatureDoesNotMatch',
      })
    })
  }
})

const NOW = new Date('2025-06-01T12:00:00Z')
const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000)
const KEY = { accessKeyId: 'AKID', secretAccessKey: 'secret' }

interface Changes {
  method?: string
  path?: string
  region?: string
  service?: string
  at?: Date
  key?: aws4.Credentials
  headers?: Record<string, string>
}

function signedByAws4(changes: Changes = {}): SignedRequest & { headers: Record<string, string> } {
  const { method = 'GET', path = '/bucket/key', region = 'us-east-1', service = 's3', at = NOW } = changes
  const signed = aws4.sign(
    {
      service,
      region,
      method,
      path,
      host: 'localhost:1234',
      headers: {
        'X-Amz-Date': at.toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
        'X-Amz-Content-Sha256': EMPTY_HASH,
        ...changes.headers,
      },
    },
    changes.key ?? KEY,
  )
  const [rawPath = '', rawQuery = ''] = (signed.path ?? '').split('?')
  const headers = Object.fromEntries(
    Object.entries(signed.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
  return { method, rawPath, rawQuery, headers }
}

function verify(request: SignedRequest, options: { region?: string; maxSkewMs?: number } = {}): Verdict {
  return verifySignature(request, KEY, { now: NOW, ...options })
}

function expectRefusal(verdict: Verdict, status: number, code: string): void {
  expect(verdict).toMatchObject({ ok: false, status, code, message: expect.stringMatching(/./) })
}

it('accepts what aws4 signs', () => {
  expect(verify(signedByAws4())).toEqual({ ok: true, payloadHash: EMPTY_HASH })
})

it('accepts what aws4 signs for any path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
      const path = `/bucket/${encodeURIComponent(key).replaceAll('.', '%2E')}`
      expect(verify(signedByAws4({ path }))).toMatchObject({ ok: true })
    }),
  )
})

it('accepts what aws4 signs for any query', () => {
  // aws4 gathers the query in a plain object.
  const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => name !== '__proto__')
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(word, word), { selector: ([name]) => name }), (pairs) => {
      const query = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
      expect(verify(signedByAws4({ path: `/bucket/key?${query}` }))).toMatchObject({ ok: true })
    }),
  )
})

it('keeps repeated slashes and dot segments of the path', () => {
  const request = signedByAws4({ path: '/bucket//a/%2E%2E/b' })
  expect(verify(request)).toMatchObject({ ok: true })
  expect(verify({ ...request, rawPath: '/bucket//a/../b' })).toMatchObject({ ok: true })
  expectRefusal(verify({ ...request, rawPath: '/bucket/b' }), 403, 'SignatureDoesNotMatch')
})

it('reads a repeated header with extra spaces as one canonical value', () => {
  const request = signedByAws4({ headers: { 'X-Amz-Meta-A': 'b c,d' } })
  const headers = { ...request.headers, 'x-amz-meta-a': ['  b   c ', 'd'] }
  expect(verify({ ...request, headers })).toMatchObject({ ok: true })
})

it('refuses an anonymous request', () => {
  const { authorization: _, ...headers } = signedByAws4().headers
  expectRefusal(verify({ ...signedByAws4(), headers }), 403, 'AccessDenied')
})

it('refuses other kinds of authorization', () => {
  const request = signedByAws4()
  const headers = { ...request.headers, authorization: 'Basic dXNlcjpwYXNz' }
  expectRefusal(verify({ ...request, headers }), 400, 'InvalidArgument')
})

it('refuses a malformed Authorization header', () => {
  const request = signedByAws4()
  const whole = request.headers.authorization ?? ''
  for (const authorization of [
    'AWS4-HMAC-SHA256 nonsense',
    whole.replace('/s3/', '/'),
    whole.replace('SignedHeaders=', 'Signed='),
    whole.replace(/Signature=.*/, 'Signature='),
    whole.replace(/Signature=..../, 'Signature='),
    `${whole}, ${whole.slice(17)}`,
  ]) {
    const verdict = verify({ ...request, headers: { ...request.headers, authorization } })
    expectRefusal(verdict, 400, 'AuthorizationHeaderMalformed')
  }
})

it('refuses an unknown access key', () => {
  const request = signedByAws4({ key: { ...KEY, accessKeyId: 'AKIE' } })
  expectRefusal(verify(request), 403, 'InvalidAccessKeyId')
})

it('refuses a wrong secret', () => {
  const request = signedByAws4({ key: { ...KEY, secretAccessKey: 'Secret' } })
  expectRefusal(verify(request), 403, 'SignatureDoesNotMatch')
})

it('refuses a missing, a wrong and an unexpected session token', () => {
  const withToken = signedByAws4({ key: { ...KEY, sessionToken: 'token' } })
  const expecting = (sessionToken: string, request: SignedRequest): Verdict =>
    verifySignature(request, { ...KEY, sessionToken }, { now: NOW })
  expect(expecting('token', withToken)).toMatchObject({ ok: true })
  expectRefusal(expecting('other', withToken), 400, 'InvalidToken')
  expectRefusal(expecting('token', signedByAws4()), 400, 'InvalidToken')
  expectRefusal(verify(withToken), 400, 'InvalidToken')
})

it('refuses a date more than fifteen minutes off, either way', () => {
  for (const off of [15, -15]) expect(verify(signedByAws4({ at: minutes(off) }))).toMatchObject({ ok: true })
  for (const off of [15.1, -15.1, 1e6, -1e6]) {
    expectRefusal(verify(signedByAws4({ at: minutes(off) })), 403, 'RequestTimeTooSkewed')
  }
  expectRefusal(verify(signedByAws4({ at: minutes(1) }), { maxSkewMs: 1000 }), 403, 'RequestTimeTooSkewed')
})

it('refuses a request without a valid date', () => {
  const request = signedByAws4()
  const { 'x-amz-date': _, ...undated } = request.headers
  expectRefusal(verify({ ...request, headers: undated }), 403, 'AccessDenied')
  for (const date of ['', 'now', '2025-06-01T12:00:00Z', '20259901T120000Z']) {
    expectRefusal(verify({ ...request, headers: { ...undated, 'x-amz-date': date } }), 403, 'AccessDenied')
  }
})

it('refuses a scope for another service, day or region', () => {
  expectRefusal(verify(signedByAws4({ service: 'ec2' })), 400, 'AuthorizationHeaderMalformed')
  const request = signedByAws4()
  for (const [from, to] of [
    ['/20250601/', '/20250602/'],
    ['aws4_request', 'aws5_request'],
  ] as const) {
    const authorization = request.headers.authorization?.replace(from, to) ?? ''
    const verdict = verify({ ...request, headers: { ...request.headers, authorization } })
    expectRefusal(verdict, 400, 'AuthorizationHeaderMalformed')
  }
  const elsewhere = signedByAws4({ region: 'eu-west-1' })
  expect(verify(elsewhere)).toMatchObject({ ok: true })
  expect(verify(elsewhere, { region: 'eu-west-1' })).toMatchObject({ ok: true })
  expectRefusal(verify(elsewhere, { region: 'us-east-1' }), 400, 'AuthorizationHeaderMalformed')
})

it('refuses unsigned x-amz- headers and an unsigned host', () => {
  const request = signedByAws4()
  const added = { ...request.headers, 'x-amz-acl': 'public-read' }
  expectRefusal(verify({ ...request, headers: added }), 403, 'AccessDenied')
  const authorization = request.headers.authorization?.replace('SignedHeaders=host;', 'SignedHeaders=') ?? ''
  const hostless = { ...request.headers, authorization }
  expectRefusal(verify({ ...request, headers: hostless }), 403, 'AccessDenied')
})

it('refuses a changed method, path, query, header or payload hash', () => {
  const request = signedByAws4({ path: '/bucket/key?a=1', headers: { 'Cache-Control': 'no-cache' } })
  const { headers } = request
  for (const change of [
    { method: 'HEAD' },
    { rawPath: '/bucket/Key' },
    { rawQuery: 'a=2' },
    { rawQuery: '' },
    { headers: { ...headers, 'cache-control': 'max-age=1' } },
    { headers: { ...headers, host: 'localhost:4321' } },
    { headers: { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    { headers: { ...headers, 'x-amz-content-sha256': EMPTY_HASH.replace('e', 'f') } },
  ]) {
    expectRefusal(verify({ ...request, ...change }), 403, 'SignatureDoesNotMatch')
  }
})

it('accepts UNSIGNED-PAYLOAD', () => {
  const request = signedByAws4({ headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } })
  expect(verify(request)).toEqual({ ok: true, payloadHash: 'UNSIGNED-PAYLOAD' })
})

it('refuses chunked signatures as not implemented', () => {
  for (const hash of ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']) {
    const request = signedByAws4({ headers: { 'X-Amz-Content-Sha256': hash } })
    expectRefusal(verify(request), 501, 'NotImplemented')
  }
})

it('refuses a missing or malformed payload hash', () => {
  const request = signedByAws4({ headers: { 'X-Amz-Content-Sha256': 'abc' } })
  expectRefusal(verify(request), 400, 'InvalidArgument')
  const { 'x-amz-content-sha256': _, ...headers } = request.headers
  expectRefusal(verify({ ...request, headers }), 400, 'InvalidRequest')
})

it('refuses wrong percent-encoding', () => {
  const request = signedByAws4()
  expectRefusal(verify({ ...request, rawPath: '/bucket/%zz' }), 400, 'InvalidURI')
  expectRefusal(verify({ ...request, rawQuery: 'a=%2' }), 400, 'InvalidURI')
})

it('never throws, whatever the headers', () => {
  const request = signedByAws4()
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(request.headers)),
      fc.string({ unit: 'binary' }),
      fc.nat(200),
      (name, junk, at) => {
        const value = request.headers[name] ?? ''
        const changed = value.slice(0, at) + junk + value.slice(at)
        const verdict = verify({ ...request, headers: { ...request.headers, [name]: changed } })
        const sameMeaning = changed.trim().replaceAll(/\s+/g, ' ') === value
        expect(verdict.ok && !sameMeaning && name !== 'authorization').toBe(false)
      },
    ),
    { numRuns: 500 },
  )
})
