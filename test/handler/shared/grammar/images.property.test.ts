import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CSS_COLORS } from '../../../../handler/shared/grammar/css-colors.js'
import { characterOf, grammar, imageOf } from './support.js'

const RUNS = 2000

/** An image in terms that allow only one spelling. */
interface Wanted {
  width: number
  height: number
  /** 8 hex digits. */
  background: string
  format: 'png' | 'jpg' | 'webp' | 'avif' | 'gif' | 'svg'
  text: string | undefined
  foreground: string | undefined
  quality: number | undefined
}

const QUALITY_OF = { png: undefined, gif: undefined, svg: undefined, jpg: 80, webp: 80, avif: 50 }

const hexDigit = characterOf('0123456789abcdef')
const hex = (length: number) => fc.string({ unit: hexDigit, minLength: length, maxLength: length })
const opaque = fc.oneof(
  fc.constantFrom(...Object.values(CSS_COLORS)).map((digits) => `${digits}ff`),
  hex(3).map((digits) => `${digits.replace(/./g, '$&$&')}ff`),
  hex(6).map((digits) => `${digits}ff`),
)
const anyColor = fc.oneof(opaque, fc.constantFrom('00000000', 'ffffff00', 'ff000080', '11223344'), hex(8))
// NFC, without a space at either end. They include every character with a meaning in a path.
const letter = characterOf('aZ09,/%#?=&<>"\'+.@:;!()*~_-éßЖΩ€🄰')
const text = fc
  .array(fc.string({ unit: letter, minLength: 1, maxLength: 6 }), { maxLength: 4 })
  .map((words) => words.join(' '))
const side = fc.oneof(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 12 }))

const wanted: fc.Arbitrary<Wanted> = fc
  .constantFrom(
    'png' as const,
    'jpg' as const,
    'webp' as const,
    'avif' as const,
    'gif' as const,
    'svg' as const,
  )
  .chain((format) => {
    const color = format === 'jpg' || format === 'gif' ? opaque : anyColor
    return fc.record({
      width: side,
      height: side,
      background: color,
      format: fc.constant(format),
      text: fc.option(fc.oneof(text, fc.constant('Hello World')), { nil: undefined }),
      foreground: fc.option(fc.oneof(color, fc.constantFrom('000000ff', 'ffffffff')), { nil: undefined }),
      quality:
        QUALITY_OF[format] === undefined
          ? fc.constant(undefined)
          : fc.option(fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(50, 80)), {
              nil: undefined,
            }),
    })
  })

/** The plainest spelling. */
function plainly({ width, height, background, format, text, foreground, quality }: Wanted): string {
  return [
    `/${width}x${height}`,
    background,
    format,
    ...(text === undefined ? [] : [`text=${encodeURIComponent(text)}`]),
    ...(foreground === undefined ? [] : [`fg=${foreground}`]),
    ...(quality === undefined ? [] : [`q=${quality}`]),
  ].join(',')
}

/** Chooses among spellings: `choice(n)` is a whole number below n. */
type Choice = (below: number) => number

/** Any spelling of the image. */
function freely(image: Wanted, choice: Choice): string {
  const pick = <T>(items: T[]): T => items[choice(items.length)]!
  const anyCase = (token: string) =>
    Array.from(token, (character) => (choice(2) ? character.toUpperCase() : character)).join('')

  const sizes: string[] = []
  for (const [scale, suffix] of [
    [1, ''],
    [2, '@2x'],
    [3, '@3x'],
  ] as const) {
    if (image.width % scale || image.height % scale) continue
    sizes.push(`${image.width / scale}x${image.height / scale}${suffix}`)
    if (image.width === image.height) sizes.push(`${image.width / scale}${suffix}`)
  }
  const color = (digits: string): string => {
    const spellings = [digits]
    const rgb = digits.slice(0, 6)
    const halves = digits.replace(/(.)\1/g, '$1')
    if (halves.length === 4 && /^((.)\2){4}$/.test(digits)) spellings.push(halves)
    if (digits.endsWith('ff')) {
      spellings.push(rgb)
      if (/^((.)\2){3}$/.test(rgb)) spellings.push(rgb.replace(/(.)\1/g, '$1'))
    }
    spellings.push(...spellings.map((spelling) => `#${spelling}`))
    if (digits.endsWith('ff'))
      for (const [name, value] of Object.entries(CSS_COLORS)) if (value === rgb) spellings.push(name)
    if (digits === '00000000') spellings.push('transparent')
    return anyCase(pick(spellings))
  }
  const tokens: string[] = []
  if (image.background !== 'ccccccff' || choice(2)) tokens.push(color(image.background))
  if (image.format !== 'png' || choice(2))
    tokens.push(anyCase(image.format === 'jpg' && choice(2) ? 'jpeg' : image.format))
  if (image.text !== undefined) {
    const spaces = [' '.repeat(choice(3)), ' '.repeat(choice(3))] as const
    const spelling = choice(2) ? image.text.normalize('NFD') : image.text
    tokens.push(`${anyCase('text')}=${spaces[0]}${spelling}${spaces[1]}`)
  } else if (choice(2)) tokens.push(`${anyCase('text')}=Hello World`)
  if (image.foreground !== undefined) tokens.push(`${anyCase('fg')}=${color(image.foreground)}`)
  const usual = QUALITY_OF[image.format]
  if (image.quality !== undefined) tokens.push(`${anyCase('q')}=${image.quality}`)
  else if (usual !== undefined && choice(2)) tokens.push(`${anyCase('q')}=${usual}`)
  for (let at = tokens.length - 1; at > 0; at--) {
    const other = choice(at + 1)
    ;[tokens[at], tokens[other]] = [tokens[other]!, tokens[at]!]
  }

  const encode = (token: string, must: RegExp, often: number) =>
    Array.from(token, (character) => {
      if (!must.test(character) && choice(often)) return character
      const escapes = Buffer.from(character, 'utf8').toString('hex').replace(/../g, '%$&')
      return choice(2) ? escapes.toUpperCase() : escapes
    }).join('')
  const often = 1 + choice(4)
  return `/${[anyCase(pick(sizes)), ...tokens].map((token) => encode(token, /[,/%]/, often)).join(',')}`
}

const spelt = fc.tuple(wanted, fc.infiniteStream(fc.nat({ max: 0xffff }))).map(([image, numbers]) => {
  const choice: Choice = (below) => (numbers.next().value as number) % below
  return { plain: plainly(image), free: freely(image, choice) }
})

describe('every image', () => {
  it('has one canonical path and one key, however it is spelt', () => {
    let spellings = 0
    fc.assert(
      fc.property(spelt, ({ plain, free }) => {
        if (free !== plain) spellings++
        expect(imageOf(free)).toStrictEqual(imageOf(plain))
      }),
      { numRuns: RUNS },
    )
    expect(spellings).toBeGreaterThan(RUNS / 2)
  })

  it('is the meaning of its canonical path, which is its own canonical path', () => {
    fc.assert(
      fc.property(wanted, (image) => {
        const { canonical, params } = imageOf(plainly(image))
        expect(grammar.parse(canonical)).toStrictEqual(params)
        expect(imageOf(canonical).canonical).toBe(canonical)
      }),
      { numRuns: RUNS },
    )
  })

  it('shares its canonical path and its key with no other image', () => {
    // Two images that differ in one property are more likely to collide than two unlike ones.
    const pair = fc
      .tuple(
        wanted,
        wanted,
        fc.subarray(['width', 'height', 'text', 'foreground'] as const, { minLength: 1 }),
      )
      .map(([one, other, taken]) => {
        const changed = { ...one }
        for (const name of taken) Object.assign(changed, { [name]: other[name] })
        if ((one.format === 'jpg' || one.format === 'gif') && !(changed.foreground ?? 'ff').endsWith('ff'))
          changed.foreground = undefined
        return [one, changed] as const
      })
    const colors = fc.tuple(wanted, opaque).map(([one, background]) => [one, { ...one, background }] as const)
    let different = 0
    fc.assert(
      fc.property(fc.oneof(pair, colors, fc.tuple(wanted, wanted)), ([one, other]) => {
        const [a, b] = [imageOf(plainly(one)), imageOf(plainly(other))]
        const same = isDeepStrictEqual(a.params, b.params)
        if (!same) different++
        expect([a.canonical === b.canonical, a.key === b.key]).toEqual([same, same])
      }),
      { numRuns: RUNS },
    )
    expect(different).toBeGreaterThan(RUNS / 2)
  })

  it('has a canonical path of unreserved characters and escapes, and a key that needs no escapes', () => {
    fc.assert(
      fc.property(wanted, (image) => {
        const { canonical, key } = imageOf(plainly(image))
        expect(canonical).toMatch(
          /^\/[1-9]\d*x[1-9]\d*,[a-z0-9]+,(png|jpg|webp|avif|gif|svg)(,(fg|q|text)=([\w.!~*'()-]|%[0-9A-F]{2})*)*$/,
        )
        expect(key).toMatch(/^generated\/gen1\/[a-z0-9/-]+$/)
        expect(key.length).toBeLessThan(200)
      }),
      { numRuns: RUNS },
    )
  })
})
