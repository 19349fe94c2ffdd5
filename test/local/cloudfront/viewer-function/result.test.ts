import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { ViewerFunctionRequest } from '../../../../src/local/cloudfront/viewer-function/event.js'
import { InvalidViewerResult } from '../../../../src/local/cloudfront/viewer-function/invalid.js'
import { readViewerResult } from '../../../../src/local/cloudfront/viewer-function/result.js'

const SENT: ViewerFunctionRequest = {
  method: 'GET',
  uri: '/photos/400x/ä.jpg',
  querystring: {},
  headers: {
    host: { value: 'localhost' },
    via: { value: '1.1 a', multiValue: [{ value: '1.1 a' }, { value: '1.1 b' }] },
    accept: { value: '*/*' },
    'x-real-ip': { value: '192.0.2.1' },
  },
  cookies: {},
}

const request = (change: object) => ({ ...SENT, ...change })
const headers = (change: object) => request({ headers: { ...SENT.headers, ...change } })

describe('a returned request', () => {
  test.each<[string, object, string]>([
    ['unchanged', SENT, SENT.uri],
    ['with another path', request({ uri: '/photos/0123/a~20b/400x_q-80' }), '/photos/0123/a~20b/400x_q-80'],
    ['with a query as text', request({ uri: '/a', querystring: 'a=1' }), '/a'],
    [
      'with a changed query, header and cookie',
      { ...headers({ accept: { value: 'image/webp' } }), uri: '/a', cookies: { a: { value: '1' } } },
      '/a',
    ],
    ['with a new header', headers({ 'x-genato': { value: '1' } }), SENT.uri],
    [
      'with a header less',
      request({ headers: { host: SENT.headers['host'], via: SENT.headers['via'] } }),
      SENT.uri,
    ],
  ])('%s goes on', (_, value, uri) => {
    expect(readViewerResult(value, SENT)).toEqual({ kind: 'request', uri })
  })

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /not a request/],
    ['null', null, /not a request/],
    ['a list', [SENT], /not a request/],
    ['the event', { request: SENT }, /neither a request/],
    ['another method', request({ method: 'POST' }), /method is read-only/],
    ['no method', request({ method: undefined }), /method is read-only/],
    ['a path that begins otherwise', request({ uri: 'a' }), /begin with \//],
    ['an empty path', request({ uri: '' }), /begin with \//],
    ['a URL', request({ uri: 'https://example.com/' }), /begin with \//],
    ['a path of another type', request({ uri: 5 }), /begin with \//],
    ['a query in the path', request({ uri: '/a?b' }), /can't have/],
    ['a fragment in the path', request({ uri: '/a#b' }), /can't have/],
    ['a line break in the path', request({ uri: '/a\r\nb' }), /can't have/],
    ['a space in the path', request({ uri: '/a b' }), /can't have/],
    ['another character in the path', request({ uri: '/é' }), /can't have/],
    ['a changed Host', headers({ host: { value: 'example.com' } }), /\['host'\] is read-only/],
    ['no Host', request({ headers: {} }), /\['host'\] is read-only/],
    [
      'a changed second Via',
      headers({ via: { value: '1.1 a', multiValue: [{ value: '1.1 a' }] } }),
      /\['via'\]/,
    ],
    ['a Content-Length', headers({ 'content-length': { value: '1' } }), /read-only/],
    ['a Transfer-Encoding', headers({ 'transfer-encoding': { value: 'chunked' } }), /read-only/],
    ['a CDN-Loop', headers({ 'cdn-loop': { value: 'a' } }), /read-only/],
    ['an X-Amz-Cf header', headers({ 'x-amz-cf-id': { value: 'a' } }), /can't be added/],
    ['a header with capitals', headers({ Accept: { value: 'a' } }), /lower case/],
    ['a header name that HTTP lacks', headers({ 'a b': { value: 'a' } }), /HTTP doesn't allow/],
    ['a header as text', headers({ accept: 'a' }), /must be \{ value/],
    ['a header as a list, as Lambda@Edge has it', headers({ accept: [{ value: 'a' }] }), /must be \{ value/],
    ['a header that splits the request', headers({ accept: { value: 'a\r\nb: c' } }), /printable/],
    ['a list of values that is none', headers({ accept: { value: 'a', multiValue: 'b' } }), /must be a list/],
    ['a wrong entry in it', headers({ accept: { value: 'a', multiValue: ['b'] } }), /has the entry/],
    ['a query of another type', request({ querystring: 5 }), /querystring must be an object/],
    ['cookies as text', request({ cookies: 'a=1' }), /cookies must be an object/],
  ])('%s is invalid', (_, value, message) => {
    expect(() => readViewerResult(value, SENT)).toThrow(InvalidViewerResult)
    expect(() => readViewerResult(value, SENT)).toThrow(message)
  })
})

describe('a returned response', () => {
  test.each<[string, object, object]>([
    ['only a status', { statusCode: 404 }, { status: 404, headers: {}, body: '' }],
    [
      'a text',
      {
        statusCode: 400,
        statusDescription: 'Bad Request',
        headers: { 'content-type': { value: 'text/plain' } },
        body: 'BAD_SIZE: …\n',
      },
      { status: 400, headers: { 'content-type': 'text/plain' }, body: 'BAD_SIZE: …\n' },
    ],
    [
      'a body with its encoding',
      { statusCode: 200, body: { encoding: 'text', data: 'ä' } },
      { status: 200, headers: {}, body: 'ä' },
    ],
    [
      'base64',
      { statusCode: 200, body: { encoding: 'base64', data: 'w6Q=' } },
      { status: 200, headers: {}, body: 'ä' },
    ],
    [
      'several values',
      {
        statusCode: 200,
        headers: { vary: { value: 'a', multiValue: [{ value: 'a' }, { value: 'b' }] } },
        cookies: { a: { value: '1', attributes: 'Secure' } },
      },
      { status: 200, headers: { vary: 'a, b' }, body: '' },
    ],
  ])('of %s is sent', (_, value, { body, ...expected }: { body?: string }) => {
    expect(readViewerResult(value, SENT)).toEqual({
      kind: 'response',
      answer: { ...expected, body: Buffer.from(body ?? '') },
    })
  })

  test.each<[string, object, RegExp]>([
    ['a status as text', { statusCode: '404' }, /integer/],
    ['a broken status', { statusCode: 404.5 }, /integer/],
    ['no status', { statusCode: NaN }, /integer/],
    ['an unknown status', { statusCode: 999 }, /integer/],
    ['null as status', { statusCode: null }, /integer/],
    ['a description of another type', { statusCode: 404, statusDescription: 5 }, /statusDescription/],
    ['a body of another type', { statusCode: 404, body: 5 }, /body must be/],
    ['null as body', { statusCode: 404, body: null }, /body must be/],
    ['bytes', { statusCode: 404, body: { encoding: 'binary', data: 'a' } }, /encoding/],
    ['a body without data', { statusCode: 404, body: { encoding: 'text' } }, /data must be/],
    ['a body that is no base64', { statusCode: 404, body: { encoding: 'base64', data: 'ä' } }, /not base64/],
    ['a Content-Length', { statusCode: 404, headers: { 'content-length': { value: '0' } } }, /can't be set/],
    ['an X-Cache', { statusCode: 404, headers: { 'x-cache': { value: 'Hit' } } }, /can't be set/],
    ['headers as a list', { statusCode: 404, headers: [] }, /must be an object/],
  ])('with %s is invalid', (_, value, message) => {
    expect(() => readViewerResult(value, SENT)).toThrow(InvalidViewerResult)
    expect(() => readViewerResult(value, SENT)).toThrow(message)
  })
})

it('is accepted or invalid, whatever the function returns', () => {
  const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true })
  const parts = fc.record(
    {
      method: fc.oneof(fc.constant('GET'), anything),
      uri: fc.oneof(
        fc.string({ unit: 'binary' }).map((rest) => `/${rest}`),
        anything,
      ),
      statusCode: fc.oneof(fc.integer(), anything),
      headers: fc.oneof(fc.dictionary(fc.string(), fc.record({ value: fc.string() })), anything),
      querystring: anything,
      cookies: anything,
      body: anything,
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(parts, anything), (value) => {
      try {
        const result = readViewerResult(value, { ...SENT, headers: {} })
        if (result.kind === 'request') expect(result.uri).toMatch(/^\/[!-~]*$/)
        else expect(() => new Headers(result.answer.headers)).not.toThrow()
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidViewerResult)
      }
    }),
    { numRuns: 2_000 },
  )
})
