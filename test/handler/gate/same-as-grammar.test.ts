import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadRequest } from '../../../handler/shared/contract.js'
import { parseRenditionPath, renditionKey } from '../../../handler/shared/pictures/key.js'
import { AS_IS } from '../../../handler/shared/pictures/mount.js'
import {
  canonicalPicturePath,
  parsePicturePath,
  type MountRules,
  type PicturePath,
} from '../../../handler/shared/pictures/path.js'
import { KEYS, SIZES, TOKENS } from './cases.js'
import { GENERATION, openGate, SIDE } from './support.js'

const gate = await openGate()
const RULES = new Map<string, MountRules>([['photos', { name: 'photos', limits: { side: SIDE } }]])

/** What the grammar says the gate must do: the path that leaves it, or the code of the refusal. */
function expected(path: string): { uri: string } | { code: string } {
  try {
    const parsed = parsePicturePath(path, RULES)
    if (parsed === undefined) return { code: 'BAD_ENCODING' }
    const original = { generation: GENERATION, mount: parsed.mount, key: parsed.key }
    if (parsed.kind === 'as-is') return { uri: `/${renditionKey(original, AS_IS)}` }
    const { operations } = parsed
    const format =
      operations.format.kind === 'auto'
        ? { kind: 'auto' as const, accepted: 'none' as const }
        : operations.format
    return { uri: `/${renditionKey(original, { ...operations, format })}` }
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error
    return { code: error.code }
  }
}

async function actual(path: string): Promise<object> {
  const { uri, code } = await gate(path)
  return uri === undefined ? { code } : { uri }
}

const token = fc.constantFrom(...TOKENS)
/** At most one token of each row, in any order: most of these paths are right. */
const ROWS = [
  ['cover', 'CONTAIN', 'inside'],
  ['center', 'bottomRight', 'smart', 'FACES', 'face=3', 'at=30x70', 'AT=50x100'],
  ['pad=0', 'pad=25'],
  ['crop=100x80+10+5'],
  ['fff', '%23ff8800', 'FF880080', 'black', 'transparent'],
  ['jpg', 'JPEG', 'png', 'webp', 'avif', 'gif', 'auto', 'json'],
  ['q=80', 'q=50', 'q=7'],
  ['rotate=90', 'rotate=180', 'rotate=270'],
  ['flop'],
  ['flip'],
  ['mono', 'Mono'],
  ['sharpen'],
  ['still'],
  ['enlarge'],
  ['blur=12'],
  ['v=Ab.2'],
]
const likely = fc
  .tuple(...ROWS.map((row) => fc.option(fc.constantFrom(...row), { nil: '', freq: 1 })))
  .chain((tokens) => {
    const given = tokens.filter((one) => one !== '')
    return fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length })
  })
const size = fc.constantFrom('400x300', '400X300@2x', 'x9@3x')
const junk = fc.string({
  unit: fc.constantFrom(
    ...'photsx40139@.,=+%/\\ ~fFwebpq-_#aé\u212a\u0000\n'.split(''),
    '%2F',
    '%2e',
    '%5C',
    '%C3%A9',
    '%00',
  ),
  maxLength: 30,
})

describe('spells as the grammar does', () => {
  test.each(TOKENS.flatMap((one) => [`/photos/400x300,${one}/cats/tom.jpg`, `/photos/x30,${one}/a`]))(
    '%s',
    async (path) => {
      expect(await actual(path)).toEqual(expected(path))
    },
  )

  test.each(SIZES.flatMap((one) => [`/photos/${one}/a.jpg`, `/photos/${one},webp/a.jpg`, `/photos/${one}`]))(
    '%s',
    async (path) => {
      expect(await actual(path)).toEqual(expected(path))
    },
  )

  test.each(KEYS.flatMap((one) => [`/photos/400x300/${one}`, `/photos/${one}`, `/photos/9x9,v=1/${one}`]))(
    '%s',
    async (path) => {
      expect(await actual(path)).toEqual(expected(path))
    },
  )

  test('every pair of tokens, also where they conflict', async () => {
    const different: object[] = []
    for (const [index, one] of TOKENS.entries())
      for (const other of TOKENS.slice(index)) {
        const path = `/photos/400x300,${one},${other}/a`
        const [right, given] = [expected(path), await gate(path)]
        const same =
          'uri' in right
            ? given.uri === right.uri
            : // With two mistakes, either may be named.
              given.code === right.code || (given.code !== undefined && wrongAlone(one, other))
        if (!same) different.push({ path, right, given })
      }
    expect(different).toEqual([])
  }, 60_000)

  test('any tokens of different rows, in any order', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(likely, size, async (tokens, head) => {
        const path = `/photos/${[head, ...tokens].join(',')}/cats/a%20b.jpg`
        const [right, given] = [expected(path), await actual(path)]
        if ('code' in right) expect({ path, ...given }).toHaveProperty('code')
        else {
          expect({ path, ...given }).toEqual({ path, ...right })
          accepted++
        }
      }),
      { numRuns: 1500 },
    )
    expect(accepted).toBeGreaterThan(100)
  }, 60_000)

  test('the function reads what leaves the gate, and the one spelling of a path gives the same', async () => {
    await fc.assert(
      fc.asyncProperty(likely, size, fc.constantFrom(...KEYS), async (tokens, head, key) => {
        const { uri } = await gate(`/photos/${[head, ...tokens].join(',')}/${key}`)
        fc.pre(uri !== undefined)
        const parsed = parseRenditionPath(uri)
        expect(parsed).toMatchObject({ generation: GENERATION, mount: 'photos' })
        const canonical = canonicalPicturePath({ kind: 'rendition', ...parsed } as PicturePath)
        expect(await actual(canonical)).toEqual({ uri })
      }),
      { numRuns: 300 },
    )
  }, 60_000)

  test('any path: both refuse it, or both give the same key', async () => {
    const path = fc.oneof(
      fc
        .tuple(fc.array(fc.oneof(token, junk), { maxLength: 4 }), junk)
        .map(([all, key]) => `/photos/${['400x300', ...all].join(',')}/${key}`),
      junk.map((text) => `/photos/${text}`),
      junk,
      fc.string({ unit: 'binary' }).map((text) => `/photos/${text}`),
      fc.string({ unit: 'binary' }).map((text) => `/photos/40x3/${text}`),
      fc
        .string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })
        .map((text) => `/photos/40x3/${text}`),
    )
    await fc.assert(
      fc.asyncProperty(path, async (one) => {
        const [right, given] = [expected(one), await actual(one)]
        if ('code' in right) expect({ one, ...given }).toHaveProperty('code')
        else expect({ one, ...given }).toEqual({ one, ...right })
      }),
      { numRuns: 2000 },
    )
  }, 60_000)
})

function wrongAlone(...tokens: string[]): boolean {
  return tokens.some((one) => 'code' in expected(`/photos/400x300,${one}/a`))
}
