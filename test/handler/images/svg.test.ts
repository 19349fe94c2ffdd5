import { describe, expect, it, test } from 'vitest'
import sharp from 'sharp'
import { loadEngine } from '../../../handler/images/engine.js'
import { checkSvg, costlyDensity } from '../../../handler/images/svg.js'
import { Refusal } from '../../../handler/images/types.js'

const PNG = await sharp({ create: { width: 50, height: 50, channels: 3, background: 'red' } })
  .png()
  .toBuffer()
const BASE64 = PNG.toString('base64')
const DATA = `data:image/png;base64,${BASE64}`

function svg(body: string, doctype = ''): Buffer {
  return Buffer.from(
    `${doctype}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="10">${body}</svg>`,
  )
}

function doctype(inside: string): string {
  return `<!DOCTYPE svg [${inside}]>`
}

const image = (href: string) => `<image width="10" height="10" href="${href}"/>`
const rect = '<rect width="10" height="10"/>'
const nested = (tag: string, deep: number) => `<g ${tag}>`.repeat(deep) + rect + '</g>'.repeat(deep)

async function check(bytes: Buffer, mostPixels = 100): Promise<string> {
  try {
    await checkSvg(bytes, await loadEngine(10), mostPixels)
    return 'taken'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** Every way is one that librsvg follows. */
describe('the pixels of an embedded picture count', () => {
  test.each([
    ['plainly', svg(image(DATA))],
    ['in percent', svg(image(`data:image/png,${PNG.toString('hex').replace(/../g, '%$&')}`))],
    [
      'partly in percent',
      svg(image(DATA.replace(/=*$/, '').replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`))),
    ],
    ['with a long type', svg(image(DATA.replace(';', `;a=${'a'.repeat(500)};`)))],
    [
      'with quotes in its type',
      svg(`<image width="10" height="10" href='${DATA.replace(';', ';a="b";')}'/>`),
    ],
    ['across lines', svg(image(DATA.replace('ta', '&#10;t&#xA;a&#x9;')))],
    ['by its character', svg(image(DATA.replace('d', '&#100;')))],
    ['by its character with zeros', svg(image(DATA.replace('d', '&#0000000000100;')))],
    ['by its hexadecimal character with zeros', svg(image(DATA.replace('d', '&#x000000000064;')))],
    [
      'by entities',
      svg(image(DATA.replace('data', '&a;&b;')), doctype('<!ENTITY a "da"><!ENTITY b \'ta\'>')),
    ],
    [
      'by an entity that is declared twice',
      svg(image(DATA.replace('data', '&a;')), doctype('<!ENTITY a "data"><!ENTITY a "x">')),
    ],
    [
      'as a default',
      svg('<image width="10" height="10"/>', doctype(`<!ATTLIST image href CDATA "${DATA}">`)),
    ],
    ['in a filter', svg(`<filter id="f"><feImage xlink:href="${DATA}"/></filter>`)],
  ])('%s', async (_, bytes) => {
    expect(await check(bytes)).toBe('PIXELS_LIMIT')
    expect(await check(bytes, 2_500)).toBe('taken')
  })

  it('also if there are several', async () => {
    expect(await check(svg(image(DATA).repeat(3)), 5_000)).toBe('PIXELS_LIMIT')
  })
})

test.each([
  ['a picture of an endless type', svg(image(DATA.replace(';', `;a=${'a'.repeat(3_000)};`)))],
  ['a drawing in it', svg(image('data:image/svg+xml,%3Csvg/%3E'))],
  ['markup in an entity', svg('&a;', doctype(`<!ENTITY a "${image(DATA).replaceAll('"', "'")}">`))],
  ['markup in an entity, in characters', svg('&a;', doctype('<!ENTITY a "&#60;image/>">'))],
  ['an entity for its document type', svg(rect, doctype('<!ENTITY % a "x">'))],
  ['entities that multiply', svg('&a;'.repeat(1_000), doctype(`<!ENTITY a "${'a'.repeat(900)}">`))],
  ['an encoding that hides markup', Buffer.from('<?xml version="1.0" encoding="UTF-7"?><svg/>')],
  ['a long text', svg(`<text>${'a'.repeat(4_001)}</text>`)],
  ['a long text on the next line', svg(`<text\ny="5">${'a'.repeat(4_001)}</text>`)],
  ['a long text in pieces', svg(`<text>${'<tspan>aaaaaaaaaa</tspan>'.repeat(401)}</text>`)],
  ['many texts', svg(`<text>${'a'.repeat(3_000)}</text>`.repeat(6))],
  ['a filter of many steps', svg(`<filter\nid="f">${'<feFlood result="a"/>'.repeat(51)}</filter>`)],
  ['many blurs', svg(`<rect filter="${'blur(1) '.repeat(51)}"/>`)],
  ['filters within each other', svg(nested('filter="blur(1)"', 30))],
  ['filters within each other by CSS', svg(`<style>g\n{filter\n:blur(1px)}</style>${nested('a="/>"', 30)}`)],
  ['filters within each other on other lines', svg(nested('\nfilter\n=\n"blur(1)"', 30))],
])('an SVG with %s is not drawn', async (_, bytes) => {
  expect(await check(bytes)).toBe('NOT_A_PICTURE')
})

test.each([
  ['an icon', svg(rect)],
  ["an editor's entities", svg('<g xmlns:x="&ns;"/>', doctype('<!ENTITY ns "http://ns.example/1.0/">'))],
  [
    'a drop shadow',
    svg('<filter id="f"><feOffset/><feGaussianBlur/><feMerge><feMergeNode/></feMerge></filter>'),
  ],
  ['texts', svg('<text>A label of forty characters or so, here</text>'.repeat(500))],
  ['groups', svg(nested('opacity="0.9"', 40))],
  ['words about data: and filters', svg('<title>data: of a filter, and blur</title>')],
])('%s is drawn', async (_, bytes) => {
  expect(await check(bytes)).toBe('taken')
})

test.each([
  ['a filter', svg('<filter\nid="f"/>')],
  ['a mask', svg('<mask\tid="m"/>')],
  ['a filter of CSS', svg('<rect\nfilter="blur(1)"/>')],
  ['blending', svg('<rect style="mix-blend-mode:screen"/>')],
  ['many layers', svg(nested('\nopacity="0.9"', 30))],
])('an SVG with %s is drawn with few pixels, and enlarged', (_, bytes) => {
  expect(costlyDensity(bytes, 4_000, 4_000)).toBeCloseTo(18)
  expect(costlyDensity(svg(rect), 4_000, 4_000)).toBeUndefined()
})
