import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IMAGE_GRAMMAR } from '../../../handler/shared/grammar/image-grammar.js'
import { parse } from '../../../handler/shared/grammar/parse.js'
import { asSent, pathOf } from '../../../src/dev/page/client/path.js'
import { readPath, writePath } from '../../../src/dev/page/client/url.js'
import { FORMATS } from '../../../handler/shared/grammar/image.js'

const RULES = { text: 'Hello World', limits: { side: 4096, text: 200, path: 1024 }, lacking: () => [] }

const color = fc.constantFrom('white', 'Navy', 'transparent', 'fff', '%23ff0000', '00ff0080', 'cyan')
const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .map((value) => `text=${encodeURIComponent(value.toWellFormed())}`)
const tokens = fc.record(
  {
    background: color,
    format: fc.constantFrom(...Object.keys(FORMATS), 'JPEG'),
    text,
    fg: color.map((value) => `FG=${value}`),
    q: fc.integer({ min: 1, max: 100 }).map((value) => `q=${value}`),
  },
  { requiredKeys: [] },
)
const size = fc.constantFrom('640x480', '64', '300x250@2x', '100@3X')

describe('the form', () => {
  it('writes the image that it has read, whatever its spelling', () => {
    fc.assert(
      fc.property(size, tokens, (size, tokens) => {
        const path = `/${[size, ...Object.values(tokens)].join(',')}`
        const meant = meaning(path)
        fc.pre(meant !== undefined)
        const wanted = readPath(path)
        expect(wanted && meaning(writePath(wanted))).toEqual(meant)
      }),
    )
  })

  it('reads nothing from a path without a size', () => {
    for (const path of ['/', '/card/a.png', '/640/x', '/x,white', '/%ZZ', ''])
      expect([path, readPath(path)]).toEqual([path, undefined])
  })
})

function meaning(path: string) {
  try {
    return parse(IMAGE_GRAMMAR, path, RULES)
  } catch {
    return undefined
  }
}

describe('text in the URL field', () => {
  it.each([
    ['/640x480,white', '/640x480,white'],
    ['640', '/640'],
    ['  /640  ', '/640'],
    ['', '/'],
    ['http://localhost:6480/640,red', '/640,red'],
    ['https://d111.cloudfront.net/640,text=a%2Cb?v=2#top', '/640,text=a%2Cb'],
    ['HTTPS://d111.cloudfront.net:443/a%5Cb\\c', '/a%5Cb%5Cc'],
    ['localhost:6480/300', '/300'],
    ['localhost:6480/300?v=2#top', '/300'],
    ['127.0.0.1:6480/300', '/300'],
    ['[::1]:6480/300', '/300'],
    ['d111.cloudfront.net/300', '/300'],
    ['dev-machine:6480/300', '/300'],
    ['//elsewhere.example/640', '/640'],
    ['http://example.com', '/'],
    ['localhost:6480', '/'],
    ['http://localhost:6480/#/300x200,red', '/300x200,red'],
    ['localhost:6480/#/300,text=a#b', '/300,text=a%23b'],
    ['/640,#fff', '/640,%23fff'],
    ['/640,text=Why?', '/640,text=Why%3F'],
    ['640,text=example.com/', '/640,text=example.com/'],
    ['/localhost:6480/300', '/localhost:6480/300'],
    ['16:9/a.png', '/16:9/a.png'],
    ['logo.png', '/logo.png'],
    ['/640,text=Grüße 1', '/640,text=Gr%C3%BC%C3%9Fe%201'],
    ['/640,%ZZ', '/640,%ZZ'],
    ['//640', '/640'],
    ['\\\\elsewhere.example', '/%5C%5Celsewhere.example'],
    ['/a\\b', '/a%5Cb'],
    ['javascript:alert(1)', '/javascript:alert(1)'],
    ['/a/../b', '/b'],
    ['/640,text=<img onerror=alert(1)>', '/640,text=%3Cimg%20onerror=alert(1)%3E'],
  ])('%s is %s', (typed, path) => {
    expect(pathOf(typed, 'http://localhost:6480')).toBe(path)
  })
})

describe('a path that is known to be a path', () => {
  it.each([
    ['//elsewhere.example/640', '//elsewhere.example/640'],
    ['javascript:alert(1)', '/javascript:alert(1)'],
    ['/640,#fff', '/640,%23fff'],
    ['/\\elsewhere.example', '/%5Celsewhere.example'],
  ])('%s is %s', (known, path) => {
    expect(asSent(known, 'http://localhost:6480')).toBe(path)
  })
})
