import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decode,
  decodeFilePath,
  encodeKey,
  nameCharacter,
  quote,
} from '../../../../handler/shared/grammar/encoding.js'
import { rejection } from './support.js'

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u

describe('decoding', () => {
  it.each([
    ['', ''],
    ['a%20b', 'a b'],
    ['a+b', 'a+b'],
    ['%C3%a9', 'é'],
    ['%F0%9F%98%80', '😀'],
    ['%2541', '%41'],
    ['%2F%2C%3D', '/,='],
  ])('%s gives %s', (raw, text) => {
    expect(decode(raw)).toBe(text)
  })

  it('undoes any encoding, and rejects only strings that are not text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (CONTROL.test(text))
          expect(rejection(() => decode(encodeURIComponent(text))).code).toBe('BAD_ENCODING')
        else expect(decode(encodeURIComponent(text))).toBe(text)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the key of a file', () => {
  it.each([
    ['/a.png', 'a.png'],
    ['/a/b%20c.png', 'a/b c.png'],
    ['/a%2Fb', 'a/b'],
    ['/a+b', 'a+b'],
    ['//a', '/a'],
    ['/a//b', 'a//b'],
    ['/...', '...'],
    ['/.a/b.', '.a/b.'],
  ])('of %s is %s', (path, key) => {
    expect(decodeFilePath(path)).toBe(key)
  })

  it.each([
    '/..',
    '/.',
    '/a/../b',
    '/a/./b',
    '/a/..',
    '/%2e%2e/b',
    '/%2E',
    '/a%2F..%2Fb',
    '/a/.%2e/b',
    '/..%2fb',
  ])('%s has none', (path) => {
    const error = rejection(() => decodeFilePath(path))
    expect(error.code).toBe('BAD_ENCODING')
    expect(error.message).toContain(`"${path}" contains a . or .. segment`)
  })

  it('is encoded for S3, except unreserved characters and slashes', () => {
    expect(encodeKey("a b/c+d/(é)!*'~_-.,=:@&$;?#%")).toBe(
      'a%20b/c%2Bd/%28%C3%A9%29%21%2A%27~_-.%2C%3D%3A%40%26%24%3B%3F%23%25',
    )
  })

  it('comes back from its encoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        fc.pre(!CONTROL.test(key) && !key.split('/').some((segment) => segment === '.' || segment === '..'))
        expect(encodeKey(key)).toMatch(/^([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$/)
        expect(decodeFilePath(`/${encodeKey(key)}`)).toBe(key)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a value in a message', () => {
  it.each([
    ['white', '"white"'],
    ['', '""'],
    ['größe Ж 中 1', '"größe Ж 中 1"'],
    ['<b>&"\'`', String.raw`"\u{3c}b\u{3e}\u{26}\u{22}\u{27}\u{60}"`],
    ['a\\b{c}', String.raw`"a\u{5c}b\u{7b}c\u{7d}"`],
    ['\u0000\u001b[31m', String.raw`"\u{0}\u{1b}[31m"`],
    ['\u202eabc\u2066\u200f\u061c', String.raw`"\u{202e}abc\u{2066}\u{200f}\u{61c}"`],
    ['a\u0301\u200d\ufeff', String.raw`"a\u{301}\u{200d}\u{feff}"`],
    ['😀', String.raw`"\u{1f600}"`],
    ['\ud800', String.raw`"\u{fffd}"`],
  ])('%j is quoted as %s', (value, quoted) => {
    expect(quote(value)).toBe(quoted)
  })

  it('is cut after 60 characters, never within one', () => {
    expect(quote('é'.repeat(60))).toBe(`"${'é'.repeat(60)}"`)
    expect(quote('é'.repeat(61))).toBe(`"${'é'.repeat(60)}…"`)
    expect(quote('😀'.repeat(61))).toBe(`"${String.raw`\u{1f600}`.repeat(60)}…"`)
  })
})

describe('a character in a message', () => {
  it.each([
    ['a', 'a (U+0061)'],
    ['中', '中 (U+4E2D)'],
    ['😀', '😀 (U+1F600)'],
    ['\u202e', 'U+202E'],
    ['\u0000', 'U+0000'],
    ['\u0301', 'U+0301'],
    ['\u200d', 'U+200D'],
    [' ', 'U+0020'],
    ['<', 'U+003C'],
    ['&', 'U+0026'],
    ['"', 'U+0022'],
    ['\u{10ffff}', 'U+10FFFF'],
  ])('%j is named %s', (character, name) => {
    expect(nameCharacter(character)).toBe(name)
  })
})
