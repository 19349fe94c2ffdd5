import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadRequest } from '../../../handler/shared/contract.js'
import { renditionKey } from '../../../handler/shared/pictures/key.js'
import { AS_IS } from '../../../handler/shared/pictures/mount.js'
import { parsePicturePath, type MountRules } from '../../../handler/shared/pictures/path.js'
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

/** Right and wrong tokens of every row, in several spellings. */
const TOKENS = [
  ...['cover', 'CONTAIN', 'inside', 'center', 'Centre', 'top', 'bottomRight', 'left', 'smart', 'FACES'],
  ...['face=1', 'face=15', 'face=0', 'face=16', 'face=01', 'at=30x70', 'at=0x0', 'AT=50X50', 'at=100x50'],
  ...['at=50x100', 'at=101x0', 'at=5', 'at=-1x5', 'pad=0', 'pad=10', 'pad=200', 'pad=201', 'pad=007'],
  ...['crop=100x80+10+5', 'crop=0x80+0+0', 'CROP=99999X1+0+99999', 'crop=100x80', 'crop=1x1+00+0'],
  ...['fff', 'ffff', 'FFFFFF', '%23ff8800', 'ff880080', 'ff880000', 'f80f', 'white', 'black', 'transparent'],
  ...['fffff', 'ff88001', '%23', 'face', 'cafe', 'red', 'jpg', 'JPEG', 'png', 'webp', 'avif', 'gif', 'auto'],
  ...['json', 'auto=avif', 'auto-avif', 'q=80', 'q=50', 'q=1', 'q=100', 'q=0', 'q=101', 'q=8.5', 'rotate=90'],
  ...['rotate=180', 'rotate=270', 'rotate=0', 'rotate=45', 'flip', 'FLOP', 'mono', 'sharpen', 'still'],
  ...['enlarge', 'blur=5', 'blur=100', 'blur=0', 'blur=101', 'v=Ab', 'V=2.0-x', 'v=', 'v=a_b', 'as-is'],
  ...[
    '',
    ' ',
    'top bottom',
    'constructor',
    '__proto__',
    'toString=1',
    '400x300',
    '2x',
    'x@é',
    'blac%E2%84%AA',
  ],
  ...['=', '=1', 'q', 'v', 'bg', 'fit', 'place', 'bg=ffffff', 'at', 'é', '%0A', 'webp%0A', 'q=5%0A', 'q=80 '],
]
const SIZES = [
  ...[
    '400x300',
    '400x',
    'x300',
    '400X300',
    '400x300@2x',
    '1x1',
    '4096x4096',
    '4097x1',
    '2049x1@2x',
    '40x3@3X',
  ],
  ...[
    '0x10',
    '04x3',
    '4.5x3',
    'x',
    '..x',
    'x@2x',
    '4x3@1x',
    '4x3@',
    '4x3@2',
    '4x3x2',
    '123456x1',
    '400',
    'cats',
  ],
  ...[
    '4x3%40%0A',
    '4x3%0A',
    '4x3@%E2%80%A8',
    '4%2C3',
    '%34%30%30x300',
    '400x300%2Cwebp',
    '4x3%00',
    '4x3%5C',
    '4x3%',
  ],
  ...['٤x٣', '4×3', '-4x3', '+4x3', '4e2x3'],
]
const KEYS = [
  ...[
    'tom.jpg',
    'cats/tom.jpg',
    'a%20b.jpg',
    'a+b',
    'a%2Bb',
    'a%2Fb',
    'é.jpg',
    '%C3%A9.jpg',
    '~a',
    "a'(b)*!",
    'a%25b',
  ],
  ...[
    '.',
    '..',
    'a/./b',
    'a/../b',
    '%2e%2E/b',
    'a/%2E',
    '.a',
    '..a',
    'a%00',
    'a%5Cb',
    'a\\b',
    'a//b',
    '/a',
    'a/',
    '',
  ],
  ...[
    '%',
    '%zz',
    '%C3',
    '%C0%AF',
    '%ED%A0%80',
    '%F0%9F%98%80',
    '400x300/a',
    '400x300',
    'as-is',
    'a,b=c',
    'a;b:@&$',
    '%2F',
  ],
  ...[
    'a%2F',
    '%2Fa',
    'a?b#c',
    '\u{1F600}',
    'a%0A',
    '%E2%80%A8',
    'x'.repeat(950),
    'x'.repeat(1010),
    '%C3%A9'.repeat(163),
  ],
]

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
      { numRuns: 3000 },
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
      { numRuns: 5000 },
    )
  }, 60_000)
})

function wrongAlone(size: string, one: string, other: string): boolean {
  return [one, other].some((token) => 'code' in expected(`/photos/${size},${token}/a`))
}
