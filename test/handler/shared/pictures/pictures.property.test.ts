import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadRequest } from '../../../../handler/shared/contract.js'
import {
  escapeKey,
  isOriginalKey,
  operationsKey,
  parseRenditionPath,
  readOperationsKey,
  renditionKey,
  unescapeKey,
} from '../../../../handler/shared/pictures/key.js'
import type { Operations } from '../../../../handler/shared/pictures/operations.js'
import { canonicalPicturePath, parsePicturePath } from '../../../../handler/shared/pictures/path.js'
import { characterOf } from '../grammar/support.js'
import { MOUNTS, originalKey, read, validTokens } from './support.js'

const GENERATION = '0123456789ab'
const ACCEPTED = ['avif', 'webp', 'none'] as const

function operationsOf(path: string): Operations {
  const parsed = read(path)
  if (parsed.kind !== 'rendition') throw new Error(`${path} has no size`)
  return parsed.operations
}

/** As the gate does. */
function negotiated(operations: Operations, accepted: (typeof ACCEPTED)[number]): Operations {
  return operations.format.kind === 'auto'
    ? { ...operations, format: { kind: 'auto', accepted } }
    : operations
}

/** Other spellings of the same token. `v` keeps its case. */
const spelledOtherwise = (token: string, loud: boolean, encoded: boolean) => {
  const [name = '', ...value] = token.split('=')
  const cased = name === 'v' ? token : loud ? token.toUpperCase().replace('%23', '%23') : token
  const given = name === 'v' && loud ? ['V', ...value].join('=') : cased
  return encoded ? Buffer.from(decodeURIComponent(given)).toString('hex').replace(/../g, '%$&') : given
}

describe('any rendition', () => {
  it('has one spelling, whatever the order, the case and the escapes', () => {
    const spelled = validTokens.chain(([size = '', ...rest]) =>
      fc.tuple(
        fc.constant([size, ...rest].join(',')),
        fc
          .tuple(
            fc.shuffledSubarray(rest, { minLength: rest.length }),
            fc.infiniteStream(fc.tuple(fc.boolean(), fc.boolean())),
          )
          .map(([shuffled, coins]) =>
            [size, ...shuffled]
              .map((token) => spelledOtherwise(token, ...(coins.next().value as [boolean, boolean])))
              .join(','),
          ),
      ),
    )
    fc.assert(
      fc.property(spelled, ([given, other]) => {
        const [one, two] = [read(`/photos/${given}/a.jpg`), read(`/photos/${other}/a.jpg`)]
        expect(two).toEqual(one)
        expect(canonicalPicturePath(two)).toBe(canonicalPicturePath(one))
      }),
      { numRuns: 500 },
    )
  })

  it('is read from its one spelling as from the first', () => {
    fc.assert(
      fc.property(validTokens, originalKey, (given, key) => {
        const encoded = key.split('/').map(encodeURIComponent).join('/')
        const path = `/photos/${given.join(',')}/${encoded}`
        const parsed = read(path)
        const canonical = canonicalPicturePath(parsed)
        expect(read(canonical)).toEqual(parsed)
        expect(canonicalPicturePath(read(canonical))).toBe(canonical)
        expect(parsed.key).toBe(key)
        expect(canonical).toMatch(/^\/photos\/[\w.,=+-]+\/[\w\-.~,=+%/]+$/)
      }),
      { numRuns: 500 },
    )
  })

  it('has a key of safe characters, which is read as it was written', () => {
    fc.assert(
      fc.property(validTokens, originalKey, fc.constantFrom(...ACCEPTED), (given, key, accepted) => {
        const operations = negotiated(operationsOf(`/photos/${given.join(',')}/a`), accepted)
        const original = { generation: GENERATION, mount: 'photos', key }
        const written = renditionKey(original, operations)
        expect(written).toMatch(/^[\w\-.~/]+$/)
        expect(parseRenditionPath(`/${written}`)).toEqual({ ...original, operations })
        const asIs = renditionKey(original, 'as-is')
        expect(parseRenditionPath(`/${asIs}`)).toEqual({ ...original, operations: 'as-is' })
      }),
      { numRuns: 500 },
    )
  })

  it('shares its key with no other', () => {
    fc.assert(
      fc.property(validTokens, validTokens, (one, other) => {
        const [a, b] = [one, other].map((given) => operationsOf(`/photos/${given.join(',')}/a`))
        if (a === undefined || b === undefined) throw new Error('Both are there.')
        expect(operationsKey(a) === operationsKey(b)).toBe(same(a, b))
        expect(readOperationsKey(operationsKey(a))).toEqual(a)
      }),
      { numRuns: 500 },
    )
  })

  it('is never mistaken for an original as it is stored', () => {
    fc.assert(
      fc.property(validTokens, (given) => {
        expect(operationsKey(operationsOf(`/photos/${given.join(',')}/a`))).not.toBe('as-is')
      }),
    )
  })
})

function same(a: Operations, b: Operations): boolean {
  try {
    expect(a).toEqual(b)
    return true
  } catch {
    return false
  }
}

describe('any key of an original', () => {
  it('is escaped, and read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (key) => {
        const escaped = escapeKey(key)
        expect(escaped).toMatch(/^[\w\-./~]*$/)
        expect(unescapeKey(escaped)).toBe(key)
      }),
      { numRuns: 500 },
    )
  })

  it('has one escaped form', () => {
    fc.assert(
      fc.property(fc.string({ unit: characterOf('~/ab7Ee20F.'), maxLength: 12 }), (text) => {
        const key = unescapeKey(text)
        if (key !== undefined) expect(escapeKey(key)).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })

  it('is served as it is stored under one spelling', () => {
    fc.assert(
      fc.property(originalKey, (key) => {
        const path = `/photos/${key.split('/').map(encodeURIComponent).join('/')}`
        const parsed = parsePictureOrRefuse(path)
        if (parsed?.kind !== 'as-is') return
        expect(parsed.key).toBe(key)
        expect(read(canonicalPicturePath(parsed))).toEqual(parsed)
      }),
      { numRuns: 500 },
    )
  })
})

const CODES = ['BAD_SIZE', 'SIZE_LIMIT', 'BAD_OPTION', 'CONFLICT', 'BAD_ENCODING', 'PATH_LIMIT', 'NOT_FOUND']

function parsePictureOrRefuse(path: string) {
  try {
    return parsePicturePath(path, MOUNTS)
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error
    expect(CODES).toContain(error.code)
    expect(error.message).toMatch(/^[^<>&\p{C}]+$/u)
    expect(error.message.length).toBeLessThan(700)
    return undefined
  }
}

const scrap = fc.oneof(
  { weight: 3, arbitrary: characterOf(',/%=x@#.+-~_ ?&<\'"\\\0\n09') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '400x300',
      'x',
      '@2x',
      '/photos/',
      'cats/tom.jpg',
      '..',
      '%2e%2e',
      '%2F',
      '%5c',
      '%00',
      '%ff',
      '%C3%BC',
      '%23',
      '%',
      '%252e',
      'smart',
      'faces',
      'face=',
      'at=',
      'crop=',
      'pad=',
      'v=',
      'q=',
      'webp',
      'auto',
      'json',
      'rotate=',
      'white',
      'ff8800',
      '\u202e',
      '\ud800',
      '\u212a',
      '😀',
      '__proto__',
      'toString=',
      'as-is',
      'auto-avif',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
)

describe('any string', () => {
  it('is read as a path, or refused with a code and a harmless sentence', () => {
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 20 }), (scraps) => {
        const rest = scraps.join('')
        for (const path of [rest, `/photos/${rest}`, `/photos/400x300,${rest}`, `/photos/400x300/${rest}`]) {
          const parsed = parsePictureOrRefuse(path)
          if (parsed === undefined) continue
          expect(isOriginalKey(parsed.key)).toBe(true)
          expect(read(canonicalPicturePath(parsed))).toEqual(parsed)
          if (parsed.kind === 'rendition') {
            const operations = negotiated(parsed.operations, 'none')
            const key = renditionKey({ generation: GENERATION, ...parsed }, operations)
            expect(parseRenditionPath(`/${key}`)?.operations).toEqual(operations)
          }
        }
      }),
      { numRuns: 2000 },
    )
  })

  it("is read as a rendition's path only if it is written so", () => {
    fc.assert(
      fc.property(
        fc.array(scrap, { maxLength: 12 }),
        fc.array(scrap, { maxLength: 6 }),
        (key, operations) => {
          const path = `/photos/${GENERATION}/${key.join('')}/${operations.join('_')}`
          const parsed = parseRenditionPath(path)
          if (parsed !== undefined) expect(`/${renditionKey(parsed, parsed.operations)}`).toBe(path)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('of 8,192 bytes, the longest that CloudFront accepts, is read within 50 ms', () => {
    for (const piece of [
      'a',
      ',',
      '9',
      'x',
      '@',
      '/',
      '%',
      '%2F',
      '~',
      '+',
      'q=',
      '.',
      'smart,',
      'z,',
      'b=,',
      '\ud800',
      '400x300',
    ])
      for (const start of ['/photos/', '/photos/400x300,', '/photos/400x300/', '/']) {
        const path = start + piece.repeat(8192 / piece.length)
        const began = performance.now()
        parsePictureOrRefuse(path)
        parseRenditionPath(`/photos/${GENERATION}/${path}/400x300`)
        readOperationsKey(path)
        expect(performance.now() - began, `${start}${piece}…`).toBeLessThan(50)
      }
  })
})
