import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BLACK,
  blend,
  contrasting,
  formatColor,
  parseColor,
  sameColor,
  TRANSPARENT,
  WHITE,
  type Color,
} from '../../../../handler/shared/grammar/color.js'
import { CSS_COLORS } from '../../../../handler/shared/grammar/css-colors.js'

const rgb = (r: number, g: number, b: number, a = 255): Color => ({ r, g, b, a })
const channel = fc.integer({ min: 0, max: 255 })
const anyColor: fc.Arbitrary<Color> = fc.record({ r: channel, g: channel, b: channel, a: channel })

describe('the CSS names', () => {
  it('are 148, in alphabetical order', () => {
    const names = Object.keys(CSS_COLORS)
    expect(names).toHaveLength(148)
    expect(names).toEqual(names.toSorted())
  })

  it.each([
    ['aliceblue', rgb(240, 248, 255)],
    ['cornflowerblue', rgb(100, 149, 237)],
    ['crimson', rgb(220, 20, 60)],
    ['darkgoldenrod', rgb(184, 134, 11)],
    ['green', rgb(0, 128, 0)],
    ['lightgoldenrodyellow', rgb(250, 250, 210)],
    ['lime', rgb(0, 255, 0)],
    ['navy', rgb(0, 0, 128)],
    ['orange', rgb(255, 165, 0)],
    ['papayawhip', rgb(255, 239, 213)],
    ['rebeccapurple', rgb(102, 51, 153)],
    ['silver', rgb(192, 192, 192)],
    ['tomato', rgb(255, 99, 71)],
    ['yellowgreen', rgb(154, 205, 50)],
    ['transparent', rgb(0, 0, 0, 0)],
  ])('%s is what CSS says', (name, color) => {
    expect(parseColor(name)).toEqual(color)
    expect(parseColor(name.toUpperCase())).toEqual(color)
    expect(formatColor(color)).toBe(name)
  })

  const SYNONYMS: Record<string, string> = {
    cyan: 'aqua',
    magenta: 'fuchsia',
    grey: 'gray',
    darkgrey: 'darkgray',
    darkslategrey: 'darkslategray',
    dimgrey: 'dimgray',
    lightgrey: 'lightgray',
    lightslategrey: 'lightslategray',
    slategrey: 'slategray',
  }

  it.each(Object.keys(CSS_COLORS))('%s comes back as itself, or as the first of its synonyms', (name) => {
    const color = parseColor(name)
    expect(color?.a).toBe(255)
    expect(formatColor(color!)).toBe(SYNONYMS[name] ?? name)
  })
})

describe('hex digits', () => {
  it.each([
    ['abc', rgb(170, 187, 204)],
    ['#ABC', rgb(170, 187, 204)],
    ['abcd', rgb(170, 187, 204, 221)],
    ['#010203', rgb(1, 2, 3)],
    ['01020304', rgb(1, 2, 3, 4)],
    ['ffffffff', rgb(255, 255, 255)],
    ['80000001', rgb(128, 0, 0, 1)],
  ])('%s', (text, color) => {
    expect(parseColor(text)).toEqual(color)
  })

  it.each([
    '',
    '#',
    'a',
    'ab',
    'abcde',
    'abcdef0',
    'abcdef012',
    '##abc',
    'abc#',
    'ggg',
    ' abc',
    'abc ',
    '0xabc',
    'abc\n',
    'ａｂｃ',
    'toString',
    '__proto__',
  ])('%j are none', (text) => {
    expect(parseColor(text)).toBeUndefined()
  })
})

describe('a colour', () => {
  it.each([
    [rgb(1, 2, 3), '010203'],
    [rgb(1, 2, 3, 4), '01020304'],
    [rgb(255, 0, 0, 254), 'ff0000fe'],
    [rgb(255, 255, 255, 0), 'ffffff00'],
    [rgb(0, 0, 0, 0), 'transparent'],
  ])('%j is written %s', (color, text) => {
    expect(formatColor(color)).toBe(text)
  })

  it('survives writing and reading, and no two are written alike', () => {
    fc.assert(
      fc.property(anyColor, anyColor, (one, other) => {
        expect(parseColor(formatColor(one))).toEqual(one)
        expect(formatColor(one) === formatColor(other)).toBe(sameColor(one, other))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the colour that contrasts', () => {
  it.each([
    ['white', BLACK],
    ['black', WHITE],
    ['navy', WHITE],
    ['yellow', BLACK],
    ['transparent', BLACK],
    ['red', BLACK],
    ['blue', WHITE],
    ['green', WHITE],
    ['lime', BLACK],
    ['cccccc', BLACK],
    // The grays on both sides of the point where black and white contrast alike: 4.61 to 4.56, 4.54 to 4.62.
    ['757575', WHITE],
    ['767676', BLACK],
    ['00000080', BLACK],
    ['000000c0', WHITE],
  ])('with %s is %j', (background, color) => {
    expect(contrasting(parseColor(background)!)).toEqual(color)
  })
})

describe('a colour over another', () => {
  it.each([
    ['nothing of it', WHITE, BLACK, 0, BLACK],
    ['all of it', WHITE, BLACK, 1, WHITE],
    ['half of it', BLACK, WHITE, 0.5, rgb(128, 128, 128)],
    ['a fifth of it', rgb(255, 0, 0), rgb(0, 0, 255), 0.2, rgb(51, 0, 204)],
    ['half of it on nothing', rgb(255, 0, 0), TRANSPARENT, 0.5, rgb(255, 0, 0, 128)],
    ['a translucent one', rgb(0, 0, 0, 51), WHITE, 1, rgb(204, 204, 204)],
    [
      'a translucent one over a translucent one',
      rgb(255, 0, 0, 51),
      rgb(0, 0, 255, 51),
      1,
      rgb(142, 0, 113, 92),
    ],
    ['nothing on nothing', TRANSPARENT, TRANSPARENT, 1, TRANSPARENT],
    ['a transparent one', TRANSPARENT, rgb(1, 2, 3, 4), 1, rgb(1, 2, 3, 4)],
  ])('%s', (_, top, under, coverage, result) => {
    expect(blend(top, under, coverage)).toEqual(result)
  })

  it('leaves uncovered pixels, hides covered ones, and stays a valid colour', () => {
    fc.assert(
      fc.property(anyColor, anyColor, fc.double({ min: 0, max: 1, noNaN: true }), (top, under, coverage) => {
        expect(blend(top, under, 0)).toEqual(under)
        expect(blend({ ...top, a: 255 }, under, 1)).toEqual({ ...top, a: 255 })
        for (const value of Object.values(blend(top, under, coverage)))
          expect(Number.isInteger(value) && value >= 0 && value <= 255).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })
})

it('the Kelvin sign is not a k', () => {
  expect(parseColor('blac\u212a')).toBeUndefined()
})
