import { describe, expect, it } from 'vitest'
import { grammar, grammarWith, imageOf, rejection } from './support.js'

interface Row {
  path: string
  /** What the message must contain: the wrong value, and a right one or what to do. */
  says: string[]
}

function rejects(code: string, rows: Row[]): void {
  describe(code, () => {
    it.each(rows)('$path: $says', ({ path, says }) => {
      const error = rejection(() => grammar.parse(path))
      expect(error.code).toBe(code)
      for (const part of says) expect(error.message).toContain(part)
    })
  })
}

rejects('BAD_SIZE', [
  { path: '/0x10', says: ['"0x10"', 'such as 1x10.', 'from 1 to 4096'] },
  { path: '/10x0', says: ['"10x0"', 'such as 10x1.'] },
  { path: '/0', says: ['"0"', 'such as 1x1.'] },
  { path: '/010x10', says: ['"010x10"', 'such as 10x10.'] },
  { path: '/10x010', says: ['"10x010"', 'such as 10x10.'] },
  { path: '/1e3x5', says: ['"1e3x5"', 'such as 1000x5.'] },
  { path: '/100000x1', says: ['"100000x1"', 'such as 4096x1.'] },
  { path: '/1x100000', says: ['"1x100000"', 'such as 1x4096.'] },
  { path: '/02048@2x', says: ['"02048@2x"', 'such as 2048x2048@2x.'] },
  { path: '/1e999', says: ['"1e999"', 'such as 4096x4096.'] },
  { path: '/-5x5', says: ['"-5x5"', 'such as 5x5.'] },
  { path: '/5x-5', says: ['"5x-5"', 'such as 5x5.'] },
  { path: '/+5x5', says: ['"+5x5"', 'such as 5x5.'] },
  { path: '/%2B5x5', says: ['"+5x5"', 'such as 5x5.'] },
  { path: '/1.5x2', says: ['"1.5x2"', 'such as 2x2.'] },
  { path: '/100x', says: ['"100x"', 'such as 100x100.'] },
  { path: '/100X@2x', says: ['"100X@2x"', 'such as 100x100@2x.'] },
  { path: '/010X020', says: ['"010X020"', 'such as 10x20.'] },
  { path: '/100x100x100', says: ['"100x100x100"', 'such as 100x100.'] },
  { path: '/100xx100', says: ['"100xx100"', 'such as 100x100.'] },
  { path: '/640x480@1x', says: ['"640x480@1x"', 'such as 640x480.'] },
  { path: '/640x480@4x', says: ['"640x480@4x"', 'such as 640x480.'] },
  { path: '/640x480@', says: ['"640x480@"', 'such as 640x480.'] },
  { path: '/640x480@2', says: ['"640x480@2"', 'such as 640x480@2x.'] },
  { path: '/640x480@2x@2x', says: ['"640x480@2x@2x"', 'such as 640x480@2x.'] },
  { path: '/640x480@2x.png', says: ['"640x480@2x.png"', 'such as 640x480@2x.'] },
  { path: '/04000@3x', says: ['"04000@3x"', 'such as 4000x4000.'] },
  { path: '/2024-01-01', says: ['"2024-01-01"', 'such as 2024x2024.'] },
  { path: '/640x480,320x200', says: ['"320x200"', 'second size', 'only one'] },
  { path: '/640x480,white,png,320@2x', says: ['"320@2x"', 'second size', 'only one'] },
])

rejects('SIZE_LIMIT', [
  { path: '/4097', says: ['"4097"', '4097 by 4097', 'the nearest is 4096x4096.'] },
  { path: '/4097x1', says: ['"4097x1"', 'the nearest is 4096x1.'] },
  { path: '/1x99999', says: ['"1x99999"', 'the nearest is 1x4096.'] },
  { path: '/2049@2x', says: ['"2049@2x"', '4098 by 4098', 'the nearest is 4096x4096.'] },
  { path: '/1366x1@3x', says: ['"1366x1@3x"', '4098 by 3', 'the nearest is 4096x3.'] },
  { path: '/99999@3x', says: ['"99999@3x"', '299997 by 299997'] },
])

rejects('BAD_COLOR', [
  { path: '/1,whte', says: ['"whte"', 'did you mean white?'] },
  { path: '/1,BALCK', says: ['"BALCK"', 'did you mean black?'] },
  { path: '/1,transparant', says: ['"transparant"', 'did you mean transparent?'] },
  { path: '/1,12345', says: ['"12345"', 'did you mean 123455?', '3, 4, 6 or 8 hex digits'] },
  { path: '/1,%2300000', says: ['"#00000"', 'did you mean 000000?'] },
  { path: '/1,1', says: ['"1"', 'did you mean 111?'] },
  { path: '/1,%2312', says: ['"#12"', 'did you mean 121?'] },
  { path: '/1,1234567', says: ['"1234567"', 'did you mean 123456?'] },
  { path: '/1,123456789', says: ['"123456789"', 'did you mean 12345678?'] },
  { path: '/1,%23ggg', says: ['"#ggg"', 'a CSS colour name, or 3, 4, 6 or 8 hex digits'] },
  { path: '/1,%23%23fff', says: ['"##fff"', 'hex digits'] },
  { path: '/1,white,%23ff', says: ['"#ff"', 'did you mean fff?'] },
  { path: '/1,rgb(1%2C2%2C3)', says: ['"rgb(1,2,3)"', 'hex digits'] },
  { path: '/1,..', says: ['".."', 'a CSS colour name'] },
  { path: '/1,%20white', says: ['" white"', 'did you mean white?'] },
  { path: '/1,constructor', says: ['"constructor"', 'a CSS colour name'] },
  { path: '/1,__proto__', says: ['"__proto__"', 'a CSS colour name'] },
  { path: '/1,%EF%BC%91%EF%BC%91%EF%BC%91', says: ['"１１１"', 'hex digits'] },
  { path: '/1,white,red', says: ['"red"', 'second background', 'only one'] },
  { path: '/1,white,white', says: ['"white"', 'second background', 'only one'] },
  { path: '/1,white,fff', says: ['"fff"', 'second background', 'only one'] },
  { path: '/1,fg=blck', says: ['"blck"', 'did you mean black?'] },
  { path: '/1,fg=', says: ['""', 'a CSS colour name'] },
  { path: '/1,fg=12345', says: ['"12345"', 'did you mean 123455?'] },
  { path: '/1,fg=png', says: ['"png"', 'a CSS colour name'] },
])

rejects('BAD_FORMAT', [
  { path: '/1,white,pgn', says: ['"pgn"', 'did you mean png?', 'png, jpg, webp, avif, gif, svg'] },
  { path: '/1,JPGE,white', says: ['"JPGE"', 'did you mean jpg?'] },
  { path: '/1,white,tiff', says: ['"tiff"', 'the formats are png, jpg, webp, avif, gif, svg'] },
  { path: '/1,white,constructor', says: ['"constructor"', 'the formats are png'] },
  { path: '/1,png,png', says: ['"png"', 'second format', 'only one'] },
  { path: '/1,png,JPEG', says: ['"JPEG"', 'second format after "png"', 'only one'] },
  { path: '/1,jpg,white,jpeg', says: ['"jpeg"', 'second format after "jpg"', 'only one'] },
])

rejects('BAD_OPTION', [
  { path: '/1,', says: ['after the last', 'remove the comma'] },
  { path: '/640x480,white,png,', says: ['after the last', 'remove the comma'] },
  { path: '/1,,white', says: ['between two commas', 'remove the comma'] },
  { path: '/1,white,,png', says: ['between two commas', 'remove the comma'] },
  { path: '/1,size=3', says: ['"size"', 'text=, fg= and q='] },
  { path: '/1,txt=Hi', says: ['"txt"', 'did you mean text?'] },
  { path: '/1,__proto__=1', says: ['"__proto__"', 'text=, fg= and q='] },
  { path: '/1,=', says: ['""', 'text=, fg= and q='] },
  { path: '/1,png=', says: ['"png"', 'text=, fg= and q='] },
  { path: '/1,text=a,text=b', says: ['"text=b"', 'second text=', 'only one'] },
  { path: '/1,text=a,TEXT=a', says: ['"TEXT=a"', 'second text=', 'only one'] },
  { path: '/1,fg=red,fg=red', says: ['"fg=red"', 'second fg=', 'only one'] },
  { path: '/1,jpg,q=5,q=5', says: ['"q=5"', 'second q=', 'only one'] },
  { path: '/1,white,png,blue-ish', says: ['"blue-ish"', 'one word too many', 'text='] },
  { path: '/1,jpg,q=0', says: ['"0"', 'from 1 to 100', 'q=1.'] },
  { path: '/1,jpg,q=101', says: ['"101"', 'q=100.'] },
  { path: '/1,jpg,q=05', says: ['"05"', 'q=5.'] },
  { path: '/1,jpg,q=-5', says: ['"-5"', 'q=1.'] },
  { path: '/1,jpg,q=5.5', says: ['"5.5"', 'q=6.'] },
  { path: '/1,jpg,q=abc', says: ['"abc"', 'q=80.'] },
  { path: '/1,avif,q=', says: ['""', 'q=50.'] },
  { path: '/1,webp,q=%2080', says: ['" 80"', 'q=80.'] },
  { path: '/1,q=80', says: ['"q=80" means nothing in png', 'jpg, webp or avif'] },
  { path: '/1,svg,q=80', says: ['"q=80" means nothing in svg', 'jpg, webp or avif'] },
  { path: '/1,gif,q=80', says: ['"q=80" means nothing in gif', 'jpg, webp or avif'] },
  { path: '/1,text=%F0%9F%98%80', says: ['😀 (U+1F600)', 'configure a font'] },
  { path: '/1,text=a%E4%B8%AD%E4%B8%ADb', says: ['The font has no 中 (U+4E2D):', 'text='] },
  { path: '/1,text=a%E2%80%AEb', says: ['has no U+202E:', 'text='] },
  { path: '/1,text=%EF%BB%BFa%EF%BF%BEb', says: ['has no U+FFFE:', 'text='] },
])

rejects('BAD_ENCODING', [
  { path: '/1,%ZZ', says: ['"%ZZ"', 'write % as %25'] },
  { path: '/1,text=100%', says: ['"text=100%"', 'write % as %25'] },
  { path: '/1,text=%4', says: ['"text=%4"', 'write % as %25'] },
  { path: '/1,%ff', says: ['"%ff"', 'UTF-8'] },
  { path: '/1,text=%C3', says: ['"text=%C3"', 'UTF-8'] },
  { path: '/1,text=%C0%AF', says: ['"text=%C0%AF"', 'UTF-8'] },
  { path: '/1,text=%ED%A0%80', says: ['"text=%ED%A0%80"', 'UTF-8'] },
  { path: '/1,text=\ud800', says: ['surrogate', 'send UTF-8'] },
  { path: '/1@\ud800', says: ['surrogate', 'send UTF-8'] },
  { path: '/1@%ff', says: ['"1@%ff"', 'write % as %25'] },
  { path: '/1,text=%00', says: ['"text=\\u{0}"', 'control character', 'leave it out'] },
  { path: '/1,text=%0a', says: ['"text=\\u{a}"', 'control character', 'leave it out'] },
  { path: '/1,text=a\nb', says: ['"text=a\\u{a}b"', 'control character', 'leave it out'] },
  { path: '/1,text=%7f', says: ['"text=\\u{7f}"', 'control character'] },
  { path: '/1,text=%C2%85', says: ['"text=\\u{85}"', 'control character'] },
  { path: '/1,text=%E2%80%A8', says: ['"text=\\u{2028}"', 'control character'] },
  { path: '/1,whi%00te', says: ['"whi\\u{0}te"', 'control character'] },
  { path: '/1@\u0000', says: ['"1@\\u{0}"', 'control character'] },
])

rejects('NO_ALPHA', [
  {
    path: '/1,jpg,transparent',
    says: ['jpg has no transparency', 'background transparent', 'png', 'such as white.'],
  },
  { path: '/1,jpg,f008', says: ['jpg', 'background ff000088', 'png', 'such as ff7777.'] },
  { path: '/1,JPEG,fffffffe', says: ['jpg', 'background fffffffe', 'png', 'such as white.'] },
  { path: '/1,jpg,fg=f008', says: ['jpg', 'text colour ff000088', 'png', 'such as ff7777.'] },
  { path: '/1,jpg,fg=transparent,text=', says: ['jpg', 'text colour transparent', 'png'] },
  {
    path: '/1,gif,0008',
    says: ['gif has no half-transparent pixels', 'background 00000088', 'png', 'such as 777777.'],
  },
  { path: '/1,gif,ffffff01', says: ['gif', 'background ffffff01', 'png', 'such as white.'] },
  { path: '/1,gif,fg=f008', says: ['gif', 'text colour ff000088', 'png'] },
])

describe('the limit of the text', () => {
  const roomy = grammarWith({ limits: { path: 10_000 } })
  const tooLong = (path: string) => rejection(() => roomy.parse(path))

  it('is 200 characters', () => {
    expect(roomy.parse(`/1,text=${'a'.repeat(200)}`)).toMatchObject({ text: 'a'.repeat(200) })
    expect(tooLong(`/1,text=${'a'.repeat(201)}`)).toMatchObject({
      code: 'TEXT_LIMIT',
      message: 'The text is 201 characters long, and the limit is 200: make it shorter.',
    })
  })

  it('counts an astral character once', () => {
    // 🄰 is in the font, and takes two UTF-16 units and four bytes.
    expect(roomy.parse(`/1,text=${'%F0%9F%84%B0'.repeat(200)}`)).toMatchObject({ text: '🄰'.repeat(200) })
    expect(tooLong(`/1,text=${'%F0%9F%84%B0'.repeat(201)}`)).toMatchObject({
      code: 'TEXT_LIMIT',
      message: 'The text is 201 characters long, and the limit is 200: make it shorter.',
    })
  })

  it('counts after composing and trimming', () => {
    expect(roomy.parse(`/1,text=%20${'e%CC%81'.repeat(200)}%20`)).toMatchObject({ text: 'é'.repeat(200) })
    expect(tooLong(`/1,text=${'e%CC%81'.repeat(201)}`).code).toBe('TEXT_LIMIT')
  })
})

describe('the limit of the path', () => {
  it('is 1,024 bytes', () => {
    const filled = `/1,text=${'%20'.repeat(338)}`
    expect(`${filled}ab`).toHaveLength(1024)
    expect(grammar.parse(`${filled}ab`)).toMatchObject({ text: 'ab' })
    expect(rejection(() => grammar.parse(`${filled}abc`))).toMatchObject({
      code: 'TEXT_LIMIT',
      message: 'The path is 1025 bytes long, and the limit is 1024: make the text shorter.',
    })
  })

  it('counts bytes, not characters', () => {
    const path = `/1,text=${' '.repeat(1014)}é`
    expect(path).toHaveLength(1023)
    expect(grammar.parse(path)).toMatchObject({ text: 'é' })
    expect(rejection(() => grammar.parse(`${path}é`)).code).toBe('TEXT_LIMIT')
  })

  it('holds for the canonical path too, which could not be read otherwise', () => {
    // 180 raw characters of two bytes are 368 bytes as they came, and 1,080 bytes of escapes.
    const raw = `/1,text=${'Ж'.repeat(180)}`
    expect(Buffer.byteLength(raw)).toBe(368)
    expect(rejection(() => grammar.parse(raw)).code).toBe('TEXT_LIMIT')
    const { canonical } = imageOf(`/1,text=${'Ж'.repeat(165)}`)
    expect(canonical).toHaveLength(1011)
    expect(imageOf(canonical).canonical).toBe(canonical)
  })
})

describe('characters that the font lacks', () => {
  it('are named once each, at most eight of them', () => {
    const text = '一丁丂七丄丅丆万丈一'
    expect(rejection(() => grammar.parse(`/1,text=${text}`)).message).toBe(
      'The font has no 一 (U+4E00), 丁 (U+4E01), 丂 (U+4E02), 七 (U+4E03), 丄 (U+4E04), 丅 (U+4E05), 丆 (U+4E06), 万 (U+4E07) …: leave such characters out of text=, or configure a font that has them.',
    )
  })

  it('are allowed in the configured text, because no URL is at fault there', () => {
    expect(imageOf('/1', grammarWith({ text: '中' })).canonical).toBe('/1x1,cccccc,png')
  })
})

describe('an unknown word is taken for the token that is missing', () => {
  it.each([
    ['/1,foo', 'BAD_COLOR'],
    ['/1,foo,bar', 'BAD_COLOR'],
    ['/1,png,foo', 'BAD_COLOR'],
    ['/1,foo,png', 'BAD_COLOR'],
    ['/1,white,foo', 'BAD_FORMAT'],
    ['/1,foo,white', 'BAD_FORMAT'],
    ['/1,text=a,foo,fg=red,white', 'BAD_OPTION'],
    ['/1,white,png,foo', 'BAD_OPTION'],
    ['/1,png,foo,white', 'BAD_OPTION'],
    ['/1,foo,white,png', 'BAD_OPTION'],
  ])('%s: %s', (path, code) => {
    expect(rejection(() => grammar.parse(path))).toMatchObject({
      code,
      message: expect.stringContaining('"foo"') as string,
    })
  })

  it('and where background and format are both missing, the hint may name a format', () => {
    expect(rejection(() => grammar.parse('/1,pgn')).message).toContain('did you mean png?')
    expect(rejection(() => grammar.parse('/1,jpge,text=a')).message).toContain('did you mean jpg?')
    expect(rejection(() => grammar.parse('/1,gif,pgn')).message).not.toContain('did you mean png?')
  })
})
