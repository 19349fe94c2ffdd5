import { expect, it } from 'vitest'
import { InvalidResult, readResult } from '../../src/edge/result.js'

it('reads a request as the path to fetch', () => {
  expect(readResult({ uri: '/key', method: 'GET', headers: {} })).toEqual({ kind: 'request', uri: '/key' })
})

it('reads a response with its text, or its base64', () => {
  const headers = { 'Content-Type': [{ key: 'Content-Type', value: 'text/plain' }] }
  expect(readResult({ status: '200', headers, body: 'hé' })).toEqual({
    kind: 'response',
    answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from('hé') },
  })
  expect(readResult({ status: 200, body: 'AAEC', bodyEncoding: 'base64' })).toMatchObject({
    answer: { body: Buffer.from([0, 1, 2]) },
  })
})

it.each([
  [undefined, 'neither'],
  [null, 'neither'],
  ['text', 'neither'],
  [{}, 'without a status or a uri'],
  [{ uri: 'no-slash' }, 'slash'],
  [{ status: '99' }, '"99"'],
  [{ status: '600' }, '"600"'],
  [{ status: 'OK' }, '"OK"'],
  [{ status: '200', body: 5 }, 'body'],
  [{ status: '200', body: 'x'.repeat(1_048_577) }, '1 MB'],
  [{ status: '200', headers: 'x' }, 'headers'],
  [{ status: '200', headers: { a: 'x' } }, 'header a'],
  [{ status: '200', headers: { a: [{ key: 'A' }] } }, 'header a'],
])('refuses %#, and says why', (value, reason) => {
  expect(() => readResult(value)).toThrow(InvalidResult)
  expect(() => readResult(value)).toThrow(reason)
})
