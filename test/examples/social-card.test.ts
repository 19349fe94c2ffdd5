import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import card from '../../examples/social-card/generator.js'
import { colorsIn, font, pathsInReadme, renderAlone, tell, useExample } from './render.js'

const TEXT_AREA = { left: 96, top: 64, width: 1008, height: 440 }
/** The area around the texts, without accent bar, shapes and footer. */
const MARGINS = [
  { left: 16, top: 0, width: 79, height: 510 },
  { left: 1105, top: 120, width: 95, height: 390 },
  { left: 16, top: 0, width: 1060, height: 63 },
  { left: 16, top: 505, width: 1184, height: 12 },
]

const drawn = useExample('social-card')

function canonical(urlPath: string): string {
  const params = card.parse(urlPath, font)
  if (params === undefined) throw new Error(`${urlPath} is no card.`)
  return card.format(params)
}

function refusal(urlPath: string): unknown {
  try {
    card.parse(urlPath, font)
  } catch (error) {
    return error
  }
  return undefined
}

describe('a card is drawn by the package', () => {
  test.each([
    ['short', '/card/Hi.png'],
    ['with all options', '/card/Launch%20day,subtitle=Berlin,bg=fef9ef,fg=222222,accent=e4572e.png'],
    ['Cyrillic and Greek', `/card/${encodeURIComponent('Съешь ещё этих булок — Ελληνικά γράμματα')}.png`],
    ['as long as it may be', `/card/${'word%20'.repeat(24)},subtitle=${'subtitle%20'.repeat(17)}.png`],
    ['one long word', `/card/${'x'.repeat(120)},subtitle=${'y'.repeat(160)}.png`],
    ['the widest letters', `/card/${encodeURIComponent('Њ').repeat(120)},subtitle=${'W'.repeat(160)}.png`],
    ['the highest lines', `/card/${encodeURIComponent('Ấg Ộy Ẫj '.repeat(13))}.png`],
    ['the widest character', `/card/${encodeURIComponent('🡐'.repeat(120))}.png`],
    ['towers of marks', `/card/${encodeURIComponent('Ậ̧́̂'.repeat(24))}.png`],
    ['markup', `/card/${encodeURIComponent('<script>alert(1)</script>&amp;</span><b>')}.png`],
  ])('%s: all of its text lies within the margins', async (_, urlPath) => {
    const image = await drawn(urlPath)
    const { width, height, format } = await sharp(image).metadata()
    expect({ width, height, format }).toEqual({ width: 1200, height: 630, format: 'png' })
    expect((await colorsIn(image, TEXT_AREA)).size).toBeGreaterThan(20)
    for (const margin of MARGINS) expect((await colorsIn(image, margin)).size).toBe(1)
  })

  test('in its colours', async () => {
    const image = await drawn('/card/Hi,bg=fef9ef,fg=205040,accent=e4572e.png')
    const text = await colorsIn(image, TEXT_AREA)
    expect(text.get('fef9ef')).toBeGreaterThan(TEXT_AREA.width * TEXT_AREA.height * 0.9)
    expect(text.get('205040')).toBeGreaterThan(200)
    expect([...(await colorsIn(image, { left: 0, top: 0, width: 16, height: 630 })).keys()]).toEqual([
      'e4572e',
    ])
  })

  test('in the colours of names', async () => {
    const named = await drawn('/card/Hi,bg=oldlace,accent=tomato.png')
    const hex = await drawn('/card/Hi,bg=fdf5e6,fg=000,accent=ff6347.png')
    expect(named.equals(hex)).toBe(true)
    expect((await colorsIn(named, TEXT_AREA)).get('000000')).toBeGreaterThan(200)
  })

  test('on nothing, where the background is transparent', async () => {
    const image = sharp(await drawn('/card/Hi,bg=transparent.png'))
    const { channels } = await image.stats()
    expect(channels[3]).toMatchObject({ min: 0, max: 255 })
  })

  test('with a bold title', async () => {
    const image = await drawn('/card/l.png')
    const ink = (await colorsIn(image, { left: 96, top: 270, width: 100, height: 1 })).get('ffffff') ?? 0
    // A stem of Inter Regular is 0.09 em wide.
    expect(ink / 84).toBeGreaterThan(0.11)
  })

  test('with the logo and the brand below', async () => {
    const image = await drawn('/card/Hi.png')
    const logo = await colorsIn(image, { left: 96, top: 550, width: 48, height: 48 })
    expect(logo.get('5bc0be')).toBeGreaterThan(1000)
    expect((await colorsIn(image, { left: 160, top: 540, width: 200, height: 64 })).size).toBeGreaterThan(20)
  })

  test('with a subtitle that can be seen', async () => {
    const without = await drawn('/card/Hi.png')
    const withOne = await drawn('/card/Hi,subtitle=there.png')
    expect(withOne.equals(without)).toBe(false)
  })

  test('equally each time', async () => {
    const urlPath = '/card/Twice,subtitle=the%20same%20bytes.png'
    const first = await renderAlone('social-card', urlPath)
    expect((await renderAlone('social-card', urlPath)).equals(first)).toBe(true)
  })
})

const CHARACTERS = Array.from('aZ09 ,=/%&<>"\'éЖΩ€—.+?#;')

function text(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength })
}

describe('the examples', () => {
  test.each(card.examples ?? [])('%s is canonical, and drawn', async (urlPath) => {
    expect(canonical(urlPath)).toBe(urlPath)
    const { width } = await sharp(await drawn(urlPath)).metadata()
    expect(width).toBe(1200)
  })

  test('are what the README shows', async () => {
    expect(await pathsInReadme('social-card')).toEqual(card.examples)
  })
})

describe('the canonical path', () => {
  test.each([
    ['/card/Hello.png', '/card/Hello.png'],
    ['/card/%48ello%20%20World%20.png', '/card/Hello%20World.png'],
    ['/card/Cafe%CC%81.png', '/card/Caf%C3%A9.png'],
    ['/card/Café.png', '/card/Caf%C3%A9.png'],
    ['/card/A,accent=FFF,bg=%23ABC,subtitle=B.png', '/card/A,subtitle=B,bg=aabbcc,accent=white.png'],
    ['/card/A,bg=%23FF6347,fg=Black,accent=FF634780.png', '/card/A,bg=tomato,accent=ff634780.png'],
    ['/card/A,bg=Grey,fg=White.png', '/card/A,bg=gray,fg=white.png'],
    ['/card/A,bg=0B132B,fg=fff,accent=5bc0be,subtitle=.png', '/card/A.png'],
    ['/card/100%2525.png', '/card/100%2525.png'],
    ['/card/a%2Cb=c%2Fd.png', '/card/a%2Cb%3Dc%2Fd.png'],
    ['/card/x.png.png', '/card/x.png.png'],
  ])('of %s is %s', (urlPath, expected) => {
    expect(canonical(urlPath)).toBe(expected)
  })

  const hex = fc.stringMatching(/^[0-9a-f]{6}$/)

  test('reads back as the same card, which no other card does', () => {
    fc.assert(
      fc.property(
        text(120).filter((title) => title.trim() !== ''),
        text(160),
        hex,
        hex,
        hex,
        (title, subtitle, bg, fg, accent) => {
          const options = `bg=${bg},fg=${fg},accent=${accent}`
          const params = card.parse(
            `/card/${encodeURIComponent(title)},subtitle=${encodeURIComponent(subtitle)},${options}.png`,
            font,
          )
          expect(params).toBeDefined()
          const written = card.format(params!)
          expect(card.parse(written, font)).toEqual(params)
          expect(canonical(written)).toBe(written)
        },
      ),
    )
  })
})

describe('what is not a card', () => {
  test.each(['/', '/card', '/cards/x.png', '/logo.png', '/640x480'])('%s is a file', (urlPath) => {
    expect(card.parse(urlPath, font)).toBeUndefined()
  })

  test.each([
    ['/card/.png', 'NO_TITLE', '/card/Hello.png'],
    ['/card/%20,bg=fff.png', 'NO_TITLE', '/card/Hello.png'],
    ['/card/Hello.jpg', 'BAD_CARD', '/card/<title>.png'],
    ['/card/AC/DC.png', 'BAD_CARD', '%2F'],
    ['/card/Hello, world.png', 'BAD_OPTION', '%2C'],
    ['/card/Hello,colour=fff.png', 'BAD_OPTION', 'subtitle=, bg=, fg=, accent='],
    ['/card/Hello,bg=fff,bg=000.png', 'BAD_OPTION', 'each once'],
    ['/card/Hello,bg=rad.png', 'BAD_COLOR', '"rad"'],
    ['/card/Hello,bg=.png', 'BAD_COLOR', 'hex digits'],
    [`/card/${'a'.repeat(121)}.png`, 'TEXT_LIMIT', '121 characters: 120'],
    [`/card/a,subtitle=${'b'.repeat(161)}.png`, 'TEXT_LIMIT', '161 characters: 160'],
    ['/card/%F0%9F%98%80.png', 'BAD_TEXT', '😀 (U+1F600)'],
    [`/card/${encodeURIComponent('שלום')}.png`, 'BAD_TEXT', 'ש'],
    [`/card/${encodeURIComponent('中文')}.png`, 'BAD_TEXT', '中'],
    ['/card/a%00b.png', 'BAD_ENCODING', 'control character'],
    ['/card/a%E2%80%AEb.png', 'BAD_TEXT', 'U+202E'],
    ['/card/%E2%80%8B.png', 'BAD_TEXT', 'U+200B'],
    ['/card/a,subtitle=%CD%8F%20%E2%80%8B.png', 'BAD_TEXT', 'subtitle'],
    [`/card/x${'%CC%81'.repeat(99)}.png`, 'BAD_TEXT', 'title'],
  ])('%s is refused: %s', (urlPath, code, part) => {
    const error = refusal(urlPath)
    expect(error).toMatchObject({ name: 'BadRequest', code })
    expect((error as Error).message).toContain(part)
  })

  test('is refused by the package with code and message', async () => {
    const ran = await tell('explain', 'social-card', '/card/Hello,bg=rad.png')
    expect(ran.code).toBe(2)
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'BAD_COLOR' })
    expect(ran.stdout).toContain('hex digits')
    expect((await tell('render', 'social-card', '/card/%E2%82.png')).stdout).toContain('BAD_ENCODING')
  })
})

test('every character that is let through is drawn', () => {
  const allowed = Array.from({ length: 0x20000 }, (_, code) => String.fromCodePoint(code))
    .filter((character) => character.isWellFormed())
    .map((character) => `/card/${encodeURIComponent(character)}.png`)
    .filter((urlPath) => refusal(urlPath) === undefined)
    .map((urlPath) => card.parse(urlPath, font)?.title ?? '')
  expect(allowed.length).toBeGreaterThan(2000)
  expect(font.lacking(allowed.join(''))).toEqual([])
  const inkless = allowed.filter((title) => {
    const { top, bottom } = font.measure(title)
    return top <= bottom
  })
  expect(inkless).toEqual([])
})
