import fc from 'fast-check'
import { escaped, get, type ImageFormat, type UriCase } from './request.js'

const FORMATS: ImageFormat[] = ['png', 'jpg', 'webp', 'avif', 'gif', 'svg']
const QUALITY: Partial<Record<ImageFormat, number>> = { jpg: 80, webp: 80, avif: 50 }

/** A few colours with all their spellings, the canonical one first. */
const COLORS: [canonical: string, ...others: string[]][] = [
  ['white', 'fff', 'ffffff', '#FFF', 'ffff', 'FFFFFFFF', '%23ffffff'],
  ['black', '000', '#000000', '000f'],
  ['cccccc', 'ccc', '#CCCCCC', 'ccccccff'],
  ['aqua', 'cyan', '0ff', '00FFFF'],
  ['teal', '008080', '#008080ff'],
  ['123456', '#123456', '123456FF'],
  ['rebeccapurple', '663399', '639', 'RebeccaPurple'],
]
const TRANSLUCENT: [string, ...string[]][] = [
  ['transparent', '00000000', '0000', '#0000'],
  ['ff000080', '#FF000080'],
  ['11223344', '1234', '#1234'],
]

/** Characters of the bundled font, including those with a meaning in URLs, XML and HTML. */
const TEXTS = [
  'Hi',
  'a,b/c%d',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  ']]>&amp;&#60;svg onload=alert(1)>',
  "'-- <!-- ",
  '<?xml version="1.0"?>',
  '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;',
  '</text></svg><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
  'Привет Ελλάδα',
  '%00%0d%0a',
  '../../etc/passwd',
  'a + b = c?',
  '\\..\\x',
  '#fragment',
  '${7*7}{{7*7}}',
]

interface Wanted {
  format: ImageFormat
  width: number
  height: number
  /** Index into the colours that the format allows. */
  color: number
  text: string | undefined
  quality: number | undefined
}

/** Picks one of a list by any number. */
function pick<T>(items: readonly T[], number: number): T {
  return items[number % items.length] as T
}

const wanted: fc.Arbitrary<Wanted> = fc.constantFrom(...FORMATS).chain((format) =>
  fc.record({
    format: fc.constant(format),
    width: fc.integer({ min: 1, max: 66 }),
    height: fc.integer({ min: 1, max: 66 }),
    color: fc.nat({ max: 100 }),
    text: fc.option(fc.oneof(fc.constantFrom(...TEXTS), fc.constant('Hello World'), fc.constant('')), {
      nil: undefined,
    }),
    quality: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  }),
)

/** Images, each in its canonical spelling and then in others: `200`, right size, equal bytes. */
export const validCases: fc.Arbitrary<UriCase[]> = fc
  .tuple(
    wanted,
    fc.array(fc.array(fc.nat({ max: 1_000_000 }), { minLength: 14, maxLength: 14 }), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([image, spellings]) => {
    const canonical = canonicalOf(image)
    const { format, width, height } = image
    const expected = { kind: 'image', image: { format, width, height, canonical } } as const
    return [
      get('canonical', canonical, expected),
      ...spellings.map((numbers) => {
        const method = pick(['GET', 'GET', 'GET', 'HEAD'], numbers[0] ?? 0)
        return get('spelling', spelt(image, numbers), expected, method)
      }),
    ]
  })

function colorsOf(format: ImageFormat): [string, ...string[]][] {
  if (format === 'jpg') return COLORS
  return format === 'gif' ? [...COLORS, TRANSLUCENT[0]!] : [...COLORS, ...TRANSLUCENT]
}

/** Follows the table in docs/urls.md, not the grammar's code. */
function canonicalOf({ format, width, height, color, text, quality }: Wanted): string {
  const usual = QUALITY[format]
  return [
    `/${width}x${height}`,
    pick(colorsOf(format), color)[0],
    format,
    ...(usual === undefined || quality === undefined || quality === usual ? [] : [`q=${quality}`]),
    ...(text === undefined || text === 'Hello World' ? [] : [`text=${encodeURIComponent(text.trim())}`]),
  ].join(',')
}

function spelt(image: Wanted, numbers: number[]): string {
  const { format, width, height, color, text, quality } = image
  const at = (index: number) => numbers[index] ?? 0
  const anyCase = (word: string, number: number) =>
    Array.from(word, (letter, index) => ((number >> (index % 16)) & 1 ? letter.toUpperCase() : letter)).join(
      '',
    )
  const scales = [1, 2, 3].filter((scale) => width % scale === 0 && height % scale === 0)
  const scale = pick(scales, at(1))
  const [w, h] = [width / scale, height / scale]
  const size = `${w === h && at(2) % 2 ? w : `${w}${at(2) % 3 ? 'x' : 'X'}${h}`}${scale === 1 ? '' : `@${scale}x`}`

  const tokens: string[] = []
  const spelling = pick(pick(colorsOf(format), color), at(3)).replace(/^#/, '%23')
  tokens.push(anyCase(spelling, at(4)).replace(/^%23/i, '%23'))
  if (format !== 'png' || at(5) % 2)
    tokens.push(anyCase(format === 'jpg' && at(6) % 2 ? 'jpeg' : format, at(7)))
  const usual = QUALITY[format]
  if (usual !== undefined && (quality !== undefined || at(8) % 2))
    tokens.push(`${anyCase('q', at(9))}=${quality ?? usual}`)
  if (text !== undefined) {
    const write = pick([encodeURIComponent, escaped, (value: string) => escaped(value).toUpperCase()], at(10))
    const around = pick(['', '%20', '%20%20'], at(11))
    tokens.push(`${anyCase('text', at(12))}=${around}${write(text)}${around}`)
  }
  for (let index = tokens.length - 1; index > 0; index--) {
    const other = pick([...tokens.keys()], at(13) + index)
    ;[tokens[index], tokens[other]] = [tokens[other]!, tokens[index]!]
  }
  const query = pick(['', '', '?', '?x=1', '?../../etc/passwd', '?<script>', '?text=Other'], at(0))
  return `/${[size, ...tokens].join(',')}${query}`
}
