import { expect, it } from 'vitest'
import { viewerFunctionEvent } from '../../../../src/local/cloudfront/viewer-function/event.js'

const REQUEST = { id: 'id-1', method: 'GET', uri: '/photos/a%20b.jpg', clientIp: '192.0.2.7' }

it('has the fields of a viewer request, as CloudFront documents them', () => {
  const event = viewerFunctionEvent({
    ...REQUEST,
    query: 'exp=1&sig=a-b%2Bc',
    headers: { host: ['localhost:6480'], accept: ['image/avif,*/*'], cookie: ['a=1; b=2=3', 'a=4'] },
  })
  expect(event).toEqual({
    version: '1.0',
    context: {
      distributionDomainName: expect.stringMatching(/\.cloudfront\.net$/),
      distributionId: expect.stringMatching(/^E\w+$/),
      eventType: 'viewer-request',
      requestId: 'id-1',
    },
    viewer: { ip: '192.0.2.7' },
    request: {
      method: 'GET',
      uri: '/photos/a%20b.jpg',
      querystring: { exp: { value: '1' }, sig: { value: 'a-b%2Bc' } },
      headers: { host: { value: 'localhost:6480' }, accept: { value: 'image/avif,*/*' } },
      cookies: { a: { value: '1', multiValue: [{ value: '1' }, { value: '4' }] }, b: { value: '2=3' } },
    },
  })
})

it.each([
  ['', {}],
  ['sig', { sig: { value: '' } }],
  ['sig=', { sig: { value: '' } }],
  ['&&a=1&', { a: { value: '1' } }],
  ['a=1&A=2', { a: { value: '1' }, A: { value: '2' } }],
  ['a=1&b=0&a=2', { a: { value: '1', multiValue: [{ value: '1' }, { value: '2' }] }, b: { value: '0' } }],
])('reads the query %j', (query, expected) => {
  expect(viewerFunctionEvent({ ...REQUEST, query }).request.querystring).toEqual(expected)
})

it('takes parameters and headers for data, whatever their names', () => {
  const { request } = viewerFunctionEvent({
    ...REQUEST,
    query: '__proto__=1&constructor=2',
    headers: Object.fromEntries([['__proto__', ['x']]]),
  })
  expect(Object.entries(request.querystring)).toEqual([
    ['__proto__', { value: '1' }],
    ['constructor', { value: '2' }],
  ])
  expect(Object.entries(request.headers)).toEqual([['__proto__', { value: 'x' }]])
})

it('gives every value of a repeated header, and leaves a list in one value', () => {
  const headers = { accept: ['image/webp', 'image/avif'], 'accept-language': ['de, en'] }
  expect(viewerFunctionEvent({ ...REQUEST, headers }).request.headers).toEqual({
    accept: { value: 'image/webp', multiValue: [{ value: 'image/webp' }, { value: 'image/avif' }] },
    'accept-language': { value: 'de, en' },
  })
})
