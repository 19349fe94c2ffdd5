import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadRequest } from '../../../handler/shared/contract.js'
import { renditionKey } from '../../../handler/shared/pictures/key.js'
import { AS_IS } from '../../../handler/shared/pictures/mount.js'
import { parsePicturePath, type MountRules } from '../../../handler/shared/pictures/path.js'
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
const rightToken = fc.constantFrom(
  ...TOKENS.filter((one) => !('code' in expected(`/photos/400x300,${one}/a`))),
)
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
  test.each([...new Set(TOKENS)].map((one) => `/photos/400x300,${one}/cats/tom.jpg`))('%s', async (path) => {
    expect(await actual(path)).toEqual(expected(path))
  })

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
    for (const size of ['400x300', '400x'])
      for (const one of TOKENS)
        for (const other of TOKENS) {
          const path = `/photos/${size},${one},${other}/a`
          const [right, given] = [expected(path), await actual(path)]
          // With two mistakes either may be named.
          if ('code' in right && wrongAlone(size, one, other))
            expect({ path, ...given }).toHaveProperty('code')
          else expect({ path, ...given }).toEqual({ path, ...right })
        }
  }, 60_000)

  test('any right tokens in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(rightToken, { maxLength: 8 }),
        fc.constantFrom('400x300', 'x9@3x'),
        async (all, size) => {
          const path = `/photos/${[size, ...all].join(',')}/a`
          const [right, given] = [expected(path), await actual(path)]
          if ('code' in right) expect({ path, ...given }).toHaveProperty('code')
          else expect({ path, ...given }).toEqual({ path, ...right })
        },
      ),
      { numRuns: 1000 },
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

function wrongAlone(size: string, one: string, other: string): boolean {
  return [one, other].some((token) => 'code' in expected(`/photos/${size},${token}/a`))
}
