import { describe, expect, it } from 'vitest'
import type { ImageParams } from '../../../../handler/shared/grammar/image.js'
import { encodeEvery, grammar, grammarWith, imageOf } from './support.js'

const BLACK = { r: 0, g: 0, b: 0, a: 255 }
const WHITE = { r: 255, g: 255, b: 255, a: 255 }
const GRAY = { r: 204, g: 204, b: 204, a: 255 }
const RED = { r: 255, g: 0, b: 0, a: 255 }

/** What `/100x100` means. */
const PLAIN: ImageParams = {
  width: 100,
  height: 100,
  background: GRAY,
  format: 'png',
  text: 'Hello World',
  foreground: BLACK,
  quality: undefined,
}

const image = (changes: Partial<ImageParams>): ImageParams => ({ ...PLAIN, ...changes })

interface Row {
  path: string
  canonical: string
  params: ImageParams
}

const TABLE: Record<string, Row[]> = {
  'the size': [
    { path: '/100x100', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/100', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/100X100', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/50@2x', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/50x50@2X', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/50%402x', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/%31%30%30%78100', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/1', canonical: '/1x1,cccccc,png', params: image({ width: 1, height: 1 }) },
    { path: '/10x20@3x', canonical: '/30x60,cccccc,png', params: image({ width: 30, height: 60 }) },
    { path: '/4096x1', canonical: '/4096x1,cccccc,png', params: image({ width: 4096, height: 1 }) },
    { path: '/2048@2x', canonical: '/4096x4096,cccccc,png', params: image({ width: 4096, height: 4096 }) },
    { path: '/1365@3x', canonical: '/4095x4095,cccccc,png', params: image({ width: 4095, height: 4095 }) },
  ],
  'the background': [
    { path: '/100,white', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,WHITE', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,wHiTe', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,%77hite', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,fff', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,FfF', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,%23fff', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,#fff', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,ffff', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,ffffff', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,%23FFFFFFFF', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    { path: '/100,ccc', canonical: '/100x100,cccccc,png', params: PLAIN },
    {
      path: '/100,123',
      canonical: '/100x100,112233,png',
      params: image({ background: { r: 17, g: 34, b: 51, a: 255 }, foreground: WHITE }),
    },
    {
      path: '/100,1e3',
      canonical: '/100x100,11ee33,png',
      params: image({ background: { r: 17, g: 238, b: 51, a: 255 } }),
    },
    {
      path: '/100,ABCDEF',
      canonical: '/100x100,abcdef,png',
      params: image({ background: { r: 171, g: 205, b: 239, a: 255 } }),
    },
    {
      path: '/100,f008',
      canonical: '/100x100,ff000088,png',
      params: image({ background: { r: 255, g: 0, b: 0, a: 136 } }),
    },
    {
      path: '/100,FF000088',
      canonical: '/100x100,ff000088,png',
      params: image({ background: { r: 255, g: 0, b: 0, a: 136 } }),
    },
    {
      path: '/100,transparent',
      canonical: '/100x100,transparent,png',
      params: image({ background: { r: 0, g: 0, b: 0, a: 0 } }),
    },
    {
      path: '/100,0000',
      canonical: '/100x100,transparent,png',
      params: image({ background: { r: 0, g: 0, b: 0, a: 0 } }),
    },
    {
      path: '/100,00000000',
      canonical: '/100x100,transparent,png',
      params: image({ background: { r: 0, g: 0, b: 0, a: 0 } }),
    },
    {
      path: '/100,cyan',
      canonical: '/100x100,aqua,png',
      params: image({ background: { r: 0, g: 255, b: 255, a: 255 } }),
    },
    {
      path: '/100,aqua',
      canonical: '/100x100,aqua,png',
      params: image({ background: { r: 0, g: 255, b: 255, a: 255 } }),
    },
    {
      path: '/100,0ff',
      canonical: '/100x100,aqua,png',
      params: image({ background: { r: 0, g: 255, b: 255, a: 255 } }),
    },
    {
      path: '/100,magenta',
      canonical: '/100x100,fuchsia,png',
      params: image({ background: { r: 255, g: 0, b: 255, a: 255 } }),
    },
    {
      path: '/100,fuchsia',
      canonical: '/100x100,fuchsia,png',
      params: image({ background: { r: 255, g: 0, b: 255, a: 255 } }),
    },
    {
      path: '/100,grey',
      canonical: '/100x100,gray,png',
      params: image({ background: { r: 128, g: 128, b: 128, a: 255 } }),
    },
    {
      path: '/100,DarkSlateGrey',
      canonical: '/100x100,darkslategray,png',
      params: image({ background: { r: 47, g: 79, b: 79, a: 255 }, foreground: WHITE }),
    },
  ],
  'the format': [
    { path: '/100,png', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/100,PNG', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/100,jpg', canonical: '/100x100,cccccc,jpg', params: image({ format: 'jpg', quality: 80 }) },
    { path: '/100,jpeg', canonical: '/100x100,cccccc,jpg', params: image({ format: 'jpg', quality: 80 }) },
    { path: '/100,JPEG', canonical: '/100x100,cccccc,jpg', params: image({ format: 'jpg', quality: 80 }) },
    { path: '/100,webp', canonical: '/100x100,cccccc,webp', params: image({ format: 'webp', quality: 80 }) },
    { path: '/100,avif', canonical: '/100x100,cccccc,avif', params: image({ format: 'avif', quality: 50 }) },
    { path: '/100,gif', canonical: '/100x100,cccccc,gif', params: image({ format: 'gif' }) },
    { path: '/100,svg', canonical: '/100x100,cccccc,svg', params: image({ format: 'svg' }) },
    { path: '/100,s%76%67', canonical: '/100x100,cccccc,svg', params: image({ format: 'svg' }) },
  ],
  'the quality': [
    {
      path: '/100,jpg,q=80',
      canonical: '/100x100,cccccc,jpg',
      params: image({ format: 'jpg', quality: 80 }),
    },
    {
      path: '/100,avif,q=50',
      canonical: '/100x100,cccccc,avif',
      params: image({ format: 'avif', quality: 50 }),
    },
    {
      path: '/100,avif,q=80',
      canonical: '/100x100,cccccc,avif,q=80',
      params: image({ format: 'avif', quality: 80 }),
    },
    {
      path: '/100,webp,Q=1',
      canonical: '/100x100,cccccc,webp,q=1',
      params: image({ format: 'webp', quality: 1 }),
    },
    {
      path: '/100,q=100,jpeg',
      canonical: '/100x100,cccccc,jpg,q=100',
      params: image({ format: 'jpg', quality: 100 }),
    },
    {
      path: '/100,jpg,q%3D9%39',
      canonical: '/100x100,cccccc,jpg,q=99',
      params: image({ format: 'jpg', quality: 99 }),
    },
  ],
  'the text': [
    { path: '/100,text=', canonical: '/100x100,cccccc,png,text=', params: image({ text: '' }) },
    { path: '/100,text=%20%20', canonical: '/100x100,cccccc,png,text=', params: image({ text: '' }) },
    { path: '/100,text=Hello%20World', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/100,text=Hello World', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/100,text=%20Hello%20World%20', canonical: '/100x100,cccccc,png', params: PLAIN },
    {
      path: '/100,text=hello%20world',
      canonical: '/100x100,cccccc,png,text=hello%20world',
      params: image({ text: 'hello world' }),
    },
    { path: '/100,TEXT=Hi', canonical: '/100x100,cccccc,png,text=Hi', params: image({ text: 'Hi' }) },
    { path: '/100,%74ext%3DHi', canonical: '/100x100,cccccc,png,text=Hi', params: image({ text: 'Hi' }) },
    { path: '/100,text=a+b', canonical: '/100x100,cccccc,png,text=a%2Bb', params: image({ text: 'a+b' }) },
    { path: '/100,text=a=b', canonical: '/100x100,cccccc,png,text=a%3Db', params: image({ text: 'a=b' }) },
    { path: '/100,text=a%2cb', canonical: '/100x100,cccccc,png,text=a%2Cb', params: image({ text: 'a,b' }) },
    { path: '/100,text=a%2Fb', canonical: '/100x100,cccccc,png,text=a%2Fb', params: image({ text: 'a/b' }) },
    {
      path: '/100,text=100%25',
      canonical: '/100x100,cccccc,png,text=100%25',
      params: image({ text: '100%' }),
    },
    { path: '/100,text=%2541', canonical: '/100x100,cccccc,png,text=%2541', params: image({ text: '%41' }) },
    { path: '/100,text=..', canonical: '/100x100,cccccc,png,text=..', params: image({ text: '..' }) },
    {
      path: '/100,text=%3Cb%3E%26%22',
      canonical: '/100x100,cccccc,png,text=%3Cb%3E%26%22',
      params: image({ text: '<b>&"' }),
    },
    {
      path: '/100,text=%C3%A9',
      canonical: '/100x100,cccccc,png,text=%C3%A9',
      params: image({ text: '\u00e9' }),
    },
    {
      path: '/100,text=\u00e9',
      canonical: '/100x100,cccccc,png,text=%C3%A9',
      params: image({ text: '\u00e9' }),
    },
    {
      path: '/100,text=e%CC%81',
      canonical: '/100x100,cccccc,png,text=%C3%A9',
      params: image({ text: '\u00e9' }),
    },
    {
      path: '/100,text=%D0%96%CE%A9',
      canonical: '/100x100,cccccc,png,text=%D0%96%CE%A9',
      params: image({ text: 'ЖΩ' }),
    },
    { path: '/100,text=png', canonical: '/100x100,cccccc,png,text=png', params: image({ text: 'png' }) },
    { path: '/100,text=q%3D5', canonical: '/100x100,cccccc,png,text=q%3D5', params: image({ text: 'q=5' }) },
  ],
  'the text colour': [
    { path: '/100,fg=red', canonical: '/100x100,cccccc,png,fg=red', params: image({ foreground: RED }) },
    { path: '/100,FG=%23F00', canonical: '/100x100,cccccc,png,fg=red', params: image({ foreground: RED }) },
    {
      path: '/100,fg=f008',
      canonical: '/100x100,cccccc,png,fg=ff000088',
      params: image({ foreground: { r: 255, g: 0, b: 0, a: 136 } }),
    },
    {
      path: '/100,fg=transparent',
      canonical: '/100x100,cccccc,png,fg=transparent',
      params: image({ foreground: { r: 0, g: 0, b: 0, a: 0 } }),
    },
    { path: '/100,fg=black', canonical: '/100x100,cccccc,png', params: PLAIN },
    { path: '/100,white,fg=000', canonical: '/100x100,white,png', params: image({ background: WHITE }) },
    {
      path: '/100,black',
      canonical: '/100x100,black,png',
      params: image({ background: BLACK, foreground: WHITE }),
    },
    {
      path: '/100,black,fg=white',
      canonical: '/100x100,black,png',
      params: image({ background: BLACK, foreground: WHITE }),
    },
    {
      path: '/100,black,fg=black',
      canonical: '/100x100,black,png,fg=black',
      params: image({ background: BLACK }),
    },
    { path: '/100,fg=red,text=', canonical: '/100x100,cccccc,png,text=', params: image({ text: '' }) },
    {
      path: '/100,navy,text=,fg=red',
      canonical: '/100x100,navy,png,text=',
      params: image({ background: { r: 0, g: 0, b: 128, a: 255 }, foreground: WHITE, text: '' }),
    },
  ],
  'transparency where the format has it': [
    {
      path: '/100,gif,transparent',
      canonical: '/100x100,transparent,gif',
      params: image({ format: 'gif', background: { r: 0, g: 0, b: 0, a: 0 } }),
    },
    {
      path: '/100,gif,ffffff00',
      canonical: '/100x100,ffffff00,gif',
      params: image({ format: 'gif', background: { r: 255, g: 255, b: 255, a: 0 } }),
    },
    {
      path: '/100,webp,ffffff80',
      canonical: '/100x100,ffffff80,webp',
      params: image({ format: 'webp', quality: 80, background: { r: 255, g: 255, b: 255, a: 128 } }),
    },
    {
      path: '/100,avif,transparent',
      canonical: '/100x100,transparent,avif',
      params: image({ format: 'avif', quality: 50, background: { r: 0, g: 0, b: 0, a: 0 } }),
    },
    {
      path: '/100,svg,0008',
      canonical: '/100x100,00000088,svg',
      params: image({ format: 'svg', background: { r: 0, g: 0, b: 0, a: 136 } }),
    },
    {
      path: '/100,jpg,ffff',
      canonical: '/100x100,white,jpg',
      params: image({ format: 'jpg', quality: 80, background: WHITE }),
    },
  ],
  'everything at once': [
    {
      path: '/50x60@2X,TEXT=Hi%2C%20you,Q=55,JPEG,FG=%23F00,%23FfF',
      canonical: '/100x120,white,jpg,fg=red,q=55,text=Hi%2C%20you',
      params: {
        width: 100,
        height: 120,
        background: WHITE,
        format: 'jpg',
        foreground: RED,
        quality: 55,
        text: 'Hi, you',
      },
    },
  ],
}

for (const [what, rows] of Object.entries(TABLE))
  describe(what, () => {
    it.each(rows)('$path is $canonical', ({ path, canonical, params }) => {
      expect(grammar.parse(path)).toStrictEqual(params)
      expect(grammar.format(params)).toBe(canonical)
      expect(grammar.parse(canonical)).toStrictEqual(params)
    })
  })

describe('the order of tokens does not matter', () => {
  const permutations = (items: string[]): string[][] =>
    items.length === 0
      ? [[]]
      : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))
  const orders = permutations(['white', 'webp', 'fg=red', 'q=7', 'text=Hi'])

  it('in any of the 120 orders of five', () => {
    expect(orders).toHaveLength(120)
    for (const order of orders)
      expect(imageOf(`/640x480,${order.join(',')}`).canonical).toBe('/640x480,white,webp,fg=red,q=7,text=Hi')
  })
})

describe('existing links rely on this', () => {
  it('/640x480,white,png is its own canonical path', () => {
    expect(imageOf('/640x480,white,png').canonical).toBe('/640x480,white,png')
  })

  it('a path means the same image with every character encoded except the slash and the commas', () => {
    const path = `/${['640x480', 'white', 'png', 'text=Hi'].map(encodeEvery).join(',')}`
    expect(path).toBe('/%36%34%30%78%34%38%30,%77%68%69%74%65,%70%6e%67,%74%65%78%74%3d%48%69')
    expect(imageOf(path).canonical).toBe('/640x480,white,png,text=Hi')
  })

  it('tokens are decoded once, not twice', () => {
    expect(grammar.parse('/100,text=%2523')).toMatchObject({ text: '%23' })
    expect(() => grammar.parse('/100,%2523fff')).toThrow('"%23fff" is not a colour')
  })
})

describe('a configured text', () => {
  it('is left out of the canonical path, and the usual text is then written', () => {
    const configured = grammarWith({ text: 'Größe' })
    expect(imageOf('/9,text=Gr%C3%B6%C3%9Fe', configured).canonical).toBe('/9x9,cccccc,png')
    expect(imageOf('/9,text=Gro%CC%88%C3%9Fe', configured).canonical).toBe('/9x9,cccccc,png')
    expect(imageOf('/9,text=Hello%20World', configured).canonical).toBe('/9x9,cccccc,png,text=Hello%20World')
    expect(imageOf('/9', configured).params.text).toBe('Größe')
  })

  it('that is empty leaves text= and fg= out', () => {
    const configured = grammarWith({ text: '' })
    expect(imageOf('/9', configured).canonical).toBe('/9x9,cccccc,png')
    expect(imageOf('/9,text=,fg=red', configured).canonical).toBe('/9x9,cccccc,png')
    expect(imageOf('/9,text=a,fg=red', configured).canonical).toBe('/9x9,cccccc,png,fg=red,text=a')
  })
})

describe('an image is stored under', () => {
  const digests = {
    // printf '<text>' | sha256sum | cut -c1-32
    Hi: '3639efcd08abb273b1619e82e78c29a7',
    é: '4a99557e4033c3539de2eb65472017ca',
    'a/b=c%': '0b19eec74039521586c3ce8dcac8cfbb',
    '': 'e3b0c44298fc1c149afbf4c8996fb924',
  }
  it.each([
    ['/640x480,white,png', 'generated/gen1/640x480/white/png'],
    ['/640x480', 'generated/gen1/640x480/cccccc/png'],
    ['/9,f008,webp,q=5', 'generated/gen1/9x9/ff000088/webp/q-5'],
    ['/9,text=Hi', `generated/gen1/9x9/cccccc/png/text-${digests.Hi}`],
    ['/9,text=e%CC%81', `generated/gen1/9x9/cccccc/png/text-${digests['é']}`],
    ['/9,text=a%2Fb=c%25', `generated/gen1/9x9/cccccc/png/text-${digests['a/b=c%']}`],
    ['/9,text=', `generated/gen1/9x9/cccccc/png/text-${digests['']}`],
    ['/9,text=Hi,jpeg,q=7,fg=0ff,black', `generated/gen1/9x9/black/jpg/fg-aqua/q-7/text-${digests.Hi}`],
  ])('%s: %s', (path, key) => {
    expect(imageOf(path).key).toBe(key)
  })
})
