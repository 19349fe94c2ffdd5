import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signPath } from '../../../handler/shared/pictures/sign.js'
import { SigningError } from '../../../handler/shared/pictures/signing-error.js'
import { gateCode } from '../../../src/package/gate.js'
import { CURRENT, gateMount, GENERATION, openGate, PREVIOUS } from './support.js'

const gate = await openGate()
const PATH = '/signed/400x300,webp/cats/tom.jpg'
const KEY = `/signed/${GENERATION}/cats/tom.jpg/400x300_webp`
const soon = Math.floor(Date.now() / 1000) + 600

/** As docs/signing.md has it. */
function sign(path: string, exp = '', key = CURRENT): string {
  return createHmac('sha256', Buffer.from(key, 'base64url'))
    .update(`genato-1\n${path}\n${exp}`)
    .digest('base64url')
    .slice(0, 22)
}

const SIG = sign(PATH)

/** The event's query string, as CloudFront parses it: names and values as they were sent. */
function query(text: string): object {
  const querystring: Record<string, { value: string; multiValue?: { value: string }[] }> = {}
  for (const pair of text.split('&').filter(Boolean)) {
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const before = querystring[name]
    if (before) before.multiValue = [...(before.multiValue ?? [{ value: before.value }]), { value }]
    else querystring[name] = { value }
  }
  return { querystring }
}

describe('lets through', () => {
  test.each([
    ['the current key', PATH, `sig=${SIG}`],
    ['the previous key', PATH, `sig=${sign(PATH, '', PREVIOUS)}`],
    ['an expiry to come', PATH, `exp=${soon}&sig=${sign(PATH, String(soon))}`],
    // CloudFront documents no order for the query's names.
    ['an expiry after the signature', PATH, `sig=${sign(PATH, String(soon))}&exp=${soon}`],
    ['a far expiry', PATH, `exp=999999999999&sig=${sign(PATH, '999999999999')}`],
    // Clients and proxies escape more or less than the signer. The key is the same.
    ['needless escapes', '/signed/%3400x300,web%70/%63ats/tom%2Ejpg', `sig=${SIG}`],
  ])('%s', async (_, uri, text) => {
    expect(await gate(uri, query(text))).toEqual({ uri: KEY })
  })

  test.each([
    ['/signed/400x300,smart,q=70,webp/', undefined],
    ['/signed/400x300,smart,webp,q=70/a%20b%2Bc', undefined],
    ['/signed/400x300/a%20b+c,d=e~f.jpg', `/signed/${GENERATION}/a~20b~2Bc~2Cd~3De~7Ef.jpg/400x300`],
    ['/signed/cats/%C3%A9%27%28%21%29%2A.jpg', `/signed/${GENERATION}/cats/~C3~A9~27~28~21~29~2A.jpg/as-is`],
    // As it is stored, a picture has no spelling but its escapes.
    ['/signed/cats%2Fa%2Cb.jpg', `/signed/${GENERATION}/cats/a~2Cb.jpg/as-is`],
  ])('signatures of %s only in its one spelling', async (uri, key) => {
    const result = await gate(uri, query(`sig=${sign(uri)}`))
    if (key) expect(result).toEqual({ uri: key })
    else expect(result.code).toBeOneOf(['BAD_SIGNATURE', 'NOT_FOUND'])
  })
})

const SPACED = sign('/signed/400x300/a%20b')

describe('refuses', () => {
  const wrong = `${SIG.slice(0, 21)}${SIG.endsWith('A') ? 'B' : 'A'}`
  test.each([
    ['no query', PATH, ''],
    ['an empty signature', PATH, 'sig='],
    ['a changed signature', PATH, `sig=${wrong}`],
    ['a shorter one', PATH, `sig=${SIG.slice(0, 21)}`],
    ['a longer one', PATH, `sig=${SIG}A`],
    [
      'the whole HMAC',
      PATH,
      `sig=${createHmac('sha256', Buffer.from(CURRENT, 'base64url')).update(`genato-1\n${PATH}\n`).digest('base64url')}`,
    ],
    ['padding', PATH, `sig=${SIG}==`],
    ['a line feed after it', PATH, `sig=${SIG}\n`],
    ['another case', PATH, `sig=${SIG.toLowerCase()}`],
    ['an escaped signature', PATH, `sig=%${SIG.charCodeAt(0).toString(16)}${SIG.slice(1)}`],
    ['the name in capitals', PATH, `SIG=${SIG}`],
    ['an escaped name', PATH, `s%69g=${SIG}`],
    ['a signature twice', PATH, `sig=${SIG}&sig=${SIG}`],
    ['a wrong one before the right one', PATH, `sig=${wrong}&sig=${SIG}`],
    ['another parameter', PATH, `sig=${SIG}&x=1`],
    ['another parameter before', PATH, `x=1&sig=${SIG}`],
    ['an expiry twice', PATH, `exp=${soon}&exp=${soon}&sig=${sign(PATH, String(soon))}`],
    ['an added expiry', PATH, `exp=${soon}&sig=${SIG}`],
    ['a removed expiry', PATH, `sig=${sign(PATH, String(soon))}`],
    ['a later expiry', PATH, `exp=${soon + 1}&sig=${sign(PATH, String(soon))}`],
    ['an expiry with a zero before', PATH, `exp=0${soon}&sig=${sign(PATH, `0${soon}`)}`],
    ['an expiry in exponents', PATH, `exp=9e11&sig=${sign(PATH, '9e11')}`],
    ['a negative expiry', PATH, `exp=-1&sig=${sign(PATH, '-1')}`],
    ['an empty expiry', PATH, `exp=&sig=${SIG}`],
    ['an unknown key', PATH, `sig=${sign(PATH, '', `${CURRENT.slice(1)}A`)}`],
    ['an empty key', PATH, `sig=${sign(PATH, '', '')}`],
    [
      'the text of the key',
      PATH,
      `sig=${createHmac('sha256', CURRENT).update(`genato-1\n${PATH}\n`).digest('base64url').slice(0, 22)}`,
    ],
    ['another picture', '/signed/400x300,webp/cats/tim.jpg', `sig=${SIG}`],
    ['another size', '/signed/401x300,webp/cats/tom.jpg', `sig=${SIG}`],
    ['a removed token', '/signed/400x300/cats/tom.jpg', `sig=${SIG}`],
    ['an added token', '/signed/400x300,webp,mono/cats/tom.jpg', `sig=${SIG}`],
    ['an added default', '/signed/400x300,cover,webp/cats/tom.jpg', `sig=${SIG}`],
    ['no operations at all', '/signed/cats/tom.jpg', `sig=${SIG}`],
    ['another mount', PATH.replace('signed', 'other'), `sig=${SIG}`],
    ['a slash as %2F', '/signed/400x300,webp/cats%2Ftom.jpg', `sig=${SIG}`],
    ['a space as +', '/signed/400x300/a+b', `sig=${SPACED}`],
    ['an escape of an escape', '/signed/400x300/a%2520b', `sig=${SPACED}`],
    ['a comma as %2C', '/signed/400x300%2Cwebp/cats/tom.jpg', `sig=${SIG}`],
    ['a broken escape', '/signed/400x300/a%2', `sig=${SIG}`],
    ['a dot segment', '/signed/400x300,webp/x/../cats/tom.jpg', `sig=${SIG}`],
    // Signed, and yet not the one spelling.
    [
      'a signed path in capitals',
      '/signed/400X300,WEBP/cats/tom.jpg',
      `sig=${sign('/signed/400X300,WEBP/cats/tom.jpg')}`,
    ],
    [
      'a signed path with a default',
      '/signed/400x300,webp,q=80/a',
      `sig=${sign('/signed/400x300,webp,q=80/a')}`,
    ],
    [
      'a signed path with %2F',
      '/signed/400x300,webp/cats%2Ftom.jpg',
      `sig=${sign('/signed/400x300,webp/cats%2Ftom.jpg')}`,
    ],
    [
      'a signed path in another order',
      '/signed/400x300,webp,smart/a',
      `sig=${sign('/signed/400x300,webp,smart/a')}`,
    ],
  ])('%s', async (_, uri, text) => {
    const { status, code, headers } = await gate(uri, query(text))
    expect({ status, code }).toEqual({ status: 403, code: 'BAD_SIGNATURE' })
    expect(headers).toMatchObject({ 'cache-control': { value: 'no-store' } })
  })

  test('another spelling, and names the right one', async () => {
    const uri = '/signed/400x300,WEBP/a%20b'
    const { body } = await gate(uri, query(`sig=${sign(uri)}`))
    expect(body).toContain('/signed/400x300,webp/a%20b')
  })
})

test.each([String(soon - 601), '1'])('an expiry that has passed gives 410: %s', async (exp) => {
  const { status, code, headers } = await gate(PATH, query(`exp=${exp}&sig=${sign(PATH, exp)}`))
  expect({ status, code }).toEqual({ status: 410, code: 'EXPIRED' })
  expect(headers).toMatchObject({ 'cache-control': { value: 'no-store' } })
})

test('a wrong signature is refused before the expiry is looked at', async () => {
  expect(await gate(PATH, query(`exp=1&sig=${SIG}`))).toMatchObject({ status: 403, code: 'BAD_SIGNATURE' })
})

test.each([
  ['/signed/0x10/a', 400, 'BAD_SIZE'],
  ['/signed/400x300,top,smart/a', 400, 'CONFLICT'],
  ['/signed/cats/', 404, 'NOT_FOUND'],
])('%s is explained to those who signed it, and never stored', async (uri, status, code) => {
  const { headers, ...result } = await gate(uri, query(`sig=${sign(uri)}`))
  expect(result).toMatchObject({ status, code })
  expect(headers).toMatchObject({ 'cache-control': { value: 'no-store' } })
  expect(await gate(uri, query(`sig=${SIG}`))).toMatchObject({ status: 403, code: 'BAD_SIGNATURE' })
})

test('without keys, nothing on a signed mount is let through', async () => {
  const mounts = [gateMount('signed', { allow: 'signed' })]
  const keyless = await openGate(await gateCode({ mounts, keys: [] }))
  expect(await keyless(PATH, query(`sig=${sign(PATH, '', '')}`))).toMatchObject({ code: 'BAD_SIGNATURE' })
})

test('other mounts ignore signatures', async () => {
  const uri = '/photos/400x300/a'
  expect(await gate(uri, query('sig=nonsense'))).toEqual({ uri: `/photos/${GENERATION}/a/400x300` })
})

test('takes whatever signPath signs', async () => {
  const segment = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map(encodeURI)
  const operations = fc.constantFrom(
    '',
    '400x300/',
    '400X300,WEBP,q=80/',
    'x30@2x,auto/',
    '40x30,at=0x0,%23FFF/',
  )
  const signed = fc.tuple(operations, fc.array(segment, { minLength: 1, maxLength: 3 }), fc.boolean())
  await fc.assert(
    fc.asyncProperty(signed, async ([start, segments, expires]) => {
      const url = await signPath(`/signed/${start}${segments.join('/')}`, {
        key: CURRENT,
        expires: expires ? '1h' : undefined,
      }).catch((error: unknown) => {
        if (!(error instanceof SigningError)) throw error
        return undefined
      })
      fc.pre(url !== undefined)
      const [path = '', text = ''] = url.split('?')
      expect(await gate(path, query(text))).not.toMatchObject({ status: 403 })
    }),
    { numRuns: 500 },
  )
})
