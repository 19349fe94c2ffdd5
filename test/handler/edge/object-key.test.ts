import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defineGenerator, type Generator } from '../../../handler/shared/contract.js'
import { objectKey } from '../../../handler/edge/object-key.js'
import { characterOf } from '../shared/grammar/support.js'

/** A generator whose parameters are the canonical path. */
const plain: Generator<string> = defineGenerator({
  version: '1',
  parse: (path: string) => path,
  format: (path: string) => path,
  generate: async () => ({ body: '', contentType: 'text/plain' }),
})

/** A generator with its own keys, which are its parameters. */
const own: Generator<string> = { ...plain, key: (key) => key }

describe('the derived key of an image', () => {
  // The digests: printf '<path>' | sha256sum | cut -c1-32
  it.each([
    ['/cat/tabby', 'generated/gen1/cat-tabby/3c52f4cce26ee8d6df17837d2ceeb87b'],
    ['/cat/Tabby 1', 'generated/gen1/cat-Tabby-1/5753dc01f2bd9a8caa2091c7a06e6a01'],
    ['/caf%C3%A9%20Noir', 'generated/gen1/caf-Noir/f242a67dc5f10efb8b0d0e9098fb759e'],
    ['/日本', 'generated/gen1/image/ff892135ad5d4068294456f4460685b4'],
  ])('of %s is %s', (path, key) => {
    expect(objectKey(plain, 'gen1', path)).toBe(key)
  })

  const path = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({ unit: characterOf('aA1/-,.%é '), maxLength: 12 }),
    fc.string({ unit: characterOf('../%\u0000<>'), maxLength: 3000 }),
  )

  it('needs no encoding, is short, and is always the same', () => {
    fc.assert(
      fc.property(path, (path) => {
        const key = objectKey(plain, 'gen1', path)
        expect(key).toMatch(/^generated\/gen1\/[A-Za-z0-9-]{1,80}\/[0-9a-f]{32}$/)
        expect(objectKey({ ...plain }, 'gen1', path)).toBe(key)
      }),
      { numRuns: 2000 },
    )
  })

  it('is shared with no other canonical path', () => {
    let different = 0
    fc.assert(
      fc.property(path, path, (one, other) => {
        if (one !== other) different++
        expect(objectKey(plain, 'gen1', one) === objectKey(plain, 'gen1', other)).toBe(one === other)
      }),
      { numRuns: 5000 },
    )
    expect(different).toBeGreaterThan(1000)
    expect(objectKey(plain, 'gen1', '/a-b')).not.toBe(objectKey(plain, 'gen1', '/a/b'))
    expect(objectKey(plain, 'gen1', '/a')).not.toBe(objectKey(plain, 'gen1', '/A'))
  })

  it('differs between generations', () => {
    expect(objectKey(plain, 'gen2', '/cat/tabby')).toBe(
      'generated/gen2/cat-tabby/3c52f4cce26ee8d6df17837d2ceeb87b',
    )
  })
})

describe('a key from the generator', () => {
  it.each([
    'a',
    'cat/tabby',
    'A-Z_a.z~0/9',
    '...',
    'a..b/.c',
    '-',
    'a'.repeat(1024 - 'generated/gen1/'.length),
  ])('%s is accepted', (key) => {
    expect(objectKey(own, 'gen1', key)).toBe(`generated/gen1/${key}`)
  })

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a/..',
    'a b',
    'a%20b',
    'a+b',
    'a,b',
    'é',
    'a\n',
    '\na',
    'a\u0000',
    'a?b',
    'a#b',
    'a\\b',
    'a'.repeat(1025 - 'generated/gen1/'.length),
  ])('%j is refused as an error of the generator, not of the viewer', (key) => {
    expect(() => objectKey(own, 'gen1', key)).toThrow(RangeError)
    expect(() => objectKey(own, 'gen1', key)).toThrow(JSON.stringify(key.slice(0, 200)))
  })

  it('is either safe or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: characterOf('ab./-_~ %é\n'), maxLength: 8 }), (key) => {
        let made: string
        try {
          made = objectKey(own, 'gen1', key)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
          return
        }
        // The URL standard resolves . and .. and encodes. A key that survives it reaches S3 unchanged.
        expect(new URL(`https://bucket.example/${made}`).pathname).toBe(`/${made}`)
      }),
      { numRuns: 2000 },
    )
  })
})
