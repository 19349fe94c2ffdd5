import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { generateGateCode } from '../../../src/package/gate.js'
import { CURRENT, MOUNTS, openGate } from './support.js'

const rest = { mounts: MOUNTS, keys: [CURRENT] }
const signed = await openGate(await generateGateCode({ ...rest, on: true, signed: true }))
const off = await openGate(await generateGateCode({ ...rest, on: false, signed: false }))

function sign(path: string): object {
  const text = `genato-1\n${path}\n`
  const sig = createHmac('sha256', Buffer.from(CURRENT, 'base64url'))
    .update(text)
    .digest('base64url')
    .slice(0, 22)
  return { querystring: { sig: { value: sig } } }
}

describe('a signed generator', () => {
  test.each(['/640x480,white,png', '/640x480,text=a%20b', '/generated/a/b.png', '/logo.svg'])(
    '%s',
    async (uri) => {
      expect(await signed(uri, sign(uri))).toEqual({ uri })
      expect(await signed(uri)).toMatchObject({ status: 403, code: 'BAD_SIGNATURE' })
      expect(await signed(uri, sign('/other'))).toMatchObject({ status: 403, code: 'BAD_SIGNATURE' })
    },
  )
})

test('a generator that is switched off', async () => {
  expect(await off('/640x480,white,png')).toMatchObject({ status: 404, code: 'NOT_FOUND' })
})

test.each([
  '/photos/40x30/a',
  '/%70hotos/40x30/a',
  '/photos%2F40x30/a',
  '/photos',
  '//photos/40x30/a',
  '/x//photos',
  '/x/../photos/a',
  '/x/%2e%2E/photos/a',
  '/./photos/a',
  '/\\photos/a',
  '/a%5C',
  '/a%00',
  '/%',
  '',
  'photos',
])('what may be a mount by another spelling is refused: %s', async (uri) => {
  for (const gate of [signed, off])
    expect(await gate(uri, sign(uri))).toMatchObject({ status: 400, code: 'BAD_ENCODING' })
})
