import { describe, expect, it } from 'vitest'
import { BadRequest, defineGenerator, type Generator } from '../../../handler/shared/contract.js'
import { isBadRequest, route } from '../../../handler/edge/route.js'
import { grammar, INTER, rejection } from '../shared/grammar/support.js'

/** A generator for which a path is an image's if `parse` returns a value. */
function generatorOf(parse: Generator<string>['parse']): Generator<string> {
  return defineGenerator({
    version: '1',
    parse,
    format: (name) => `/${name}`,
    generate: async () => ({ body: '', contentType: 'text/plain' }),
  })
}

describe('a path is', () => {
  it('an image, with parameters, canonical path and key', () => {
    expect(route(grammar, 'gen1', INTER, '/640,WHITE,text=')).toEqual({
      kind: 'image',
      params: {
        width: 640,
        height: 640,
        background: { r: 255, g: 255, b: 255, a: 255 },
        format: 'png',
        text: '',
        foreground: { r: 0, g: 0, b: 0, a: 255 },
        quality: undefined,
      },
      canonicalPath: '/640x640,white,png,text=',
      // printf '' | sha256sum | cut -c1-32
      key: 'generated/gen1/640x640/white/png/text-e3b0c44298fc1c149afbf4c8996fb924',
    })
  })

  it.each([
    ['/favicon.ico', 'favicon.ico'],
    ['/a/b/c.txt', 'a/b/c.txt'],
    ['/a%20b/%C3%A9.txt', 'a b/é.txt'],
    ['/a%2Fb.txt', 'a/b.txt'],
    ['/a%2520b', 'a%20b'],
    ['/a+b', 'a+b'],
    ['/...', '...'],
    ['/a..b/.c', 'a..b/.c'],
    ['//a', '/a'],
    ['/640x480/white,png', '640x480/white,png'],
    ['/640x480%2Cwhite', '640x480,white'],
    ['/generated/gen1/640x480/white/png', 'generated/gen1/640x480/white/png'],
  ])('a file: %s is %s', (path, key) => {
    expect(route(grammar, 'gen1', INTER, path)).toEqual({ kind: 'file', key })
  })

  it.each(['/', '//', '/a/', '/a/b/', '/640x480,white,png/', '/640x480/', '/../', '/%ZZ/', '/a%2F', '/%2f'])(
    'a folder: %s',
    (path) => {
      expect(route(grammar, 'gen1', INTER, path)).toEqual({ kind: 'folder' })
    },
  )
})

describe('a path that can’t belong to a file is rejected', () => {
  it.each([
    '/..',
    '/.',
    '/../a',
    '/a/../b',
    '/a/./b',
    '/a/..',
    '/%2e%2e/a',
    '/a/%2E%2E/b',
    '/a/.%2e',
    '/a%2F..%2Fb',
    '/..%2Fa',
    '/%2e',
    '/a%00',
    '/a%0Ab',
    '/a\nb',
    '/a\u0000',
    '/a%7F',
    '/a%C2%80',
    '/a%E2%80%A9',
    '/%ZZ',
    '/a%',
    '/%ff.png',
    '/%C0%AE%C0%AE/a',
    '/%ED%A0%80',
    '/\udc00',
    '/640x480%0A',
    '/640x480%ZZ',
  ])('%j', (path) => {
    expect(rejection(() => route(grammar, 'gen1', INTER, path)).code).toBe('BAD_ENCODING')
  })
})

describe('a key that S3 can’t have is never looked up', () => {
  it('longer than 1,024 bytes after decoding', () => {
    expect(route(grammar, 'gen1', INTER, `/${'a'.repeat(1024)}`)).toEqual({
      kind: 'file',
      key: 'a'.repeat(1024),
    })
    expect(route(grammar, 'gen1', INTER, `/${'a'.repeat(1025)}`)).toEqual({ kind: 'folder' })
    expect(route(grammar, 'gen1', INTER, `/${'%61'.repeat(1024)}`)).toEqual({
      kind: 'file',
      key: 'a'.repeat(1024),
    })
    expect(route(grammar, 'gen1', INTER, `/${'%C3%A9'.repeat(512)}`)).toEqual({
      kind: 'file',
      key: 'é'.repeat(512),
    })
    expect(route(grammar, 'gen1', INTER, `/${'%C3%A9'.repeat(512)}a`)).toEqual({ kind: 'folder' })
  })
})

describe('a custom generator', () => {
  it('gets the path unchanged, and decides what it means', () => {
    const seen: string[] = []
    const generator = generatorOf((path) => {
      seen.push(path)
      return path.startsWith('/cat/') ? 'cat' : undefined
    })
    expect(route(generator, 'gen1', INTER, '/cat/a%20b')).toMatchObject({
      kind: 'image',
      params: 'cat',
      canonicalPath: '/cat',
    })
    expect(route(generator, 'gen1', INTER, '/640x480')).toEqual({ kind: 'file', key: '640x480' })
    expect(route(generator, 'gen1', INTER, '/cat/')).toEqual({ kind: 'folder' })
    expect(seen).toEqual(['/cat/a%20b', '/640x480'])
  })

  it('gets the font’s coverage, to reject characters that would be drawn as boxes', () => {
    const generator = generatorOf((path, font) => font.lacking(decodeURIComponent(path)).join(' '))
    expect(route(generator, 'gen1', INTER, '/a%E4%B8%AD%F0%9F%98%80%C3%A9')).toMatchObject({
      params: '中 😀',
    })
  })

  it('is not to blame for a broken escape in the path', () => {
    const generator = generatorOf((path) => decodeURIComponent(path))
    const error = rejection(() => route(generator, 'gen1', INTER, `/%ZZ<${'a'.repeat(100)}`))
    expect(error.code).toBe('BAD_ENCODING')
    expect(error.message).toContain(String.raw`"/%ZZ\u{3c}aaa`)
    expect(error.message).toContain('write % as %25')
    expect(error.message).not.toContain('a'.repeat(61))
  })

  it('is to blame for any other error', () => {
    const failure = new TypeError('Cannot read properties of undefined')
    const generator = generatorOf(() => {
      throw failure
    })
    expect(() => route(generator, 'gen1', INTER, '/a')).toThrow(failure)
  })

  it('rejects with its own codes', () => {
    const generator = generatorOf(() => {
      throw new BadRequest('NO_SUCH_CAT', 'There are tabby and tom.')
    })
    expect(rejection(() => route(generator, 'gen1', INTER, '/a')).code).toBe('NO_SUCH_CAT')
  })

  it('may return falsy parameters', () => {
    expect(
      route(
        generatorOf(() => ''),
        'gen1',
        INTER,
        '/a',
      ),
    ).toMatchObject({ kind: 'image', params: '' })
  })
})

describe('a BadRequest is recognized', () => {
  it('from another copy of the class, as in a generator that was bundled separately', () => {
    const copy = Object.assign(new Error('no'), { name: 'BadRequest', code: 'BAD_SIZE' })
    expect(isBadRequest(copy)).toBe(true)
    expect(isBadRequest(new BadRequest('BAD_SIZE', 'no'))).toBe(true)
  })

  it.each([
    ['an error', new Error('no')],
    ['an error with a code', Object.assign(new Error('no'), { code: 'ENOENT' })],
    ['one without a code', Object.assign(new Error('no'), { name: 'BadRequest' })],
    ['one with a number', Object.assign(new Error('no'), { name: 'BadRequest', code: 400 })],
    ['no error at all', { name: 'BadRequest', code: 'BAD_SIZE', message: 'no' }],
    ['nothing', undefined],
  ])('from %s', (_, error) => {
    expect(isBadRequest(error)).toBe(false)
  })
})
