import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { Context } from 'genato'
import chart from '../../examples/chart/generator.js'
import { colorsIn, font, FONT_FILE, pathsInReadme, renderAlone, tell, useExample } from './render.js'

const RIGHT_MARGIN = { left: 1145, top: 0, width: 55, height: 675 }
const PLOT = { left: 120, top: 56, width: 1020, height: 560 }

const drawn = useExample('chart')

function canonical(urlPath: string): string {
  const params = chart.parse(urlPath, font)
  if (params === undefined) throw new Error(`${urlPath} is no chart.`)
  return chart.format(params)
}

function refusal(urlPath: string): unknown {
  try {
    chart.parse(urlPath, font)
  } catch (error) {
    return error
  }
  return undefined
}

function never(): never {
  throw new Error('A chart needs none of this.')
}

/** Stands in for the package's files. */
function context(given: Partial<Context> = {}): Context {
  return {
    store: { get: never, put: never },
    log: { info: () => undefined, error: () => undefined },
    deadline: Date.now() + 10_000,
    signal: new AbortController().signal,
    asset: never,
    assetPath: never,
    fontFile: FONT_FILE,
    fontFamily: 'Inter',
    ...given,
  }
}

async function svg(urlPath: string): Promise<string> {
  const params = chart.parse(urlPath, font)
  const { body, contentType } = await chart.generate(params!, context())
  expect(contentType).toBe('image/svg+xml')
  return body as string
}

describe('a chart is drawn by the package', () => {
  test.each([
    ['bars', '/chart/bar/12,40,33,8.png'],
    ['a line', '/chart/line,title=Visitors/Jan=120,Feb=180,Mar=165.png'],
    ['losses', '/chart/bar,title=Profit/2021=-12.5,2022=8.png'],
    ['one number', '/chart/line/5.png'],
    ['zero', '/chart/bar/0.png'],
    ['large numbers', '/chart/bar/999999999,-999999999.png'],
    ['sixty numbers', `/chart/bar/${Array.from({ length: 60 }, (_, index) => index).join(',')}.png`],
    ['the widest title', `/chart/bar,title=${encodeURIComponent('Њ'.repeat(80))}/1.png`],
    ['a wide title', `/chart/bar,title=${encodeURIComponent('щ'.repeat(80))}/1.png`],
    ['an upper case title', `/chart/bar,title=${'W'.repeat(80)}/1.png`],
    [
      'the widest character',
      `/chart/bar,title=${encodeURIComponent('🡐'.repeat(80))}/${encodeURIComponent('🡐'.repeat(20))}=1.png`,
    ],
    ['towers of marks', `/chart/bar,title=${encodeURIComponent('x̧̣́'.repeat(20))}/1.png`],
    ['a name of a colour', '/chart/line,color=rebeccapurple/1,2.png'],
    ['long labels', `/chart/bar/${`${'W'.repeat(20)}=1,`.repeat(59)}${'W'.repeat(20)}=2.png`],
  ])('%s, within its margins', async (_, urlPath) => {
    const image = await drawn(urlPath)
    const { width, height, format } = await sharp(image).metadata()
    expect({ width, height, format }).toEqual({ width: 1200, height: 675, format: 'png' })
    expect((await colorsIn(image, PLOT)).size).toBeGreaterThan(1)
    expect((await colorsIn(image, { left: 0, top: 0, width: 1200, height: 675 })).size).toBeGreaterThan(8)
    expect([...(await colorsIn(image, RIGHT_MARGIN)).keys()]).toEqual(['ffffff'])
  })

  test('in its colour, higher where the number is', async () => {
    const image = await drawn('/chart/bar,color=e4572e/10,40.png')
    const half = Math.round(PLOT.width / 2)
    const small = (await colorsIn(image, { ...PLOT, width: half })).get('e4572e') ?? 0
    const large = (await colorsIn(image, { ...PLOT, left: PLOT.left + half, width: half })).get('e4572e') ?? 0
    expect(small).toBeGreaterThan(5000)
    expect(large / small).toBeCloseTo(4, 0)
  })

  test('with a title in bold', async () => {
    const image = await drawn('/chart/bar,title=HHHHHHHH/1.png')
    const row = await colorsIn(image, { left: 40, top: 64, width: 1000, height: 1 })
    let ink = 0
    for (const [color, pixels] of row)
      ink += (pixels * (0xff - Number.parseInt(color.slice(0, 2), 16))) / (0xff - 0x1c)
    // Of 16 stems, which are 0.09 em wide in Inter Regular.
    expect(ink / 16 / 36).toBeGreaterThan(0.11)
  })

  test('equally each time', async () => {
    const urlPath = '/chart/line,title=Twice/a=1,b=3,c=2.png'
    const first = await renderAlone('chart', urlPath)
    expect((await renderAlone('chart', urlPath)).equals(first)).toBe(true)
  })

  test('as SVG that a browser and sharp can read', async () => {
    const image = await drawn('/chart/bar,title=Hello/a=1,b=2.svg')
    expect(image.toString('utf8')).toContain('>Hello</text>')
    expect(await sharp(image).metadata()).toMatchObject({ width: 1200, height: 675, format: 'svg' })
  })
})

describe('an SVG', () => {
  test('has nothing of the markup in a title or label', async () => {
    const hostile = encodeURIComponent('<script>"\'&</text>')
    const image = await svg(`/chart/bar,title=${hostile}/${hostile}=1.svg`)
    expect(image).not.toContain('<script')
    expect(image.split('&lt;script&gt;&quot;&#39;&amp;&lt;/text&gt;')).toHaveLength(3)
    await sharp(Buffer.from(image)).metadata()
  })

  test('has round numbers beside its gridlines, and the last at or above the highest number', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('bar', 'line'),
        fc.array(fc.integer({ min: -9_999_999_999, max: 9_999_999_999 }), { minLength: 1, maxLength: 60 }),
        async (type, thousandths) => {
          const numbers = thousandths.map((thousandth) => thousandth / 10_000)
          const image = await svg(`/chart/${type}/${numbers.map((value) => value.toFixed(4)).join(',')}.svg`)
          expect(image).not.toMatch(/NaN|Infinity|undefined/)
          const ticks = [...image.matchAll(/text-anchor="end">([^<]*)</g)].map(([, text = '']) =>
            Number(text.replaceAll(',', '').replace('−', '-')),
          )
          expect(ticks.length).toBeGreaterThan(1)
          expect(ticks.length).toBeLessThan(10)
          expect(ticks[0]).toBeLessThanOrEqual(Math.min(...numbers))
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(...numbers))
        },
      ),
    )
  })

  test.each([
    ['from zero', '/chart/line/0,5,3.svg', true],
    ['from near zero', '/chart/line/2,60,30.svg', true],
    ['across zero', '/chart/line/-5,8.svg', true],
    ['up to zero', '/chart/line/-5,-80.svg', true],
    ['of equal numbers, from zero', '/chart/line/5,5.svg', true],
    ['from a high number', '/chart/line/120,180,240.svg', false],
    ['below zero', '/chart/line/-120,-180.svg', false],
  ])('of a line %s: %s has an area only if it ends at zero', async (_, urlPath, area) => {
    const image = await svg(urlPath)
    expect(image.includes('>0</text>')).toBe(area)
    expect(image.includes('fill-opacity')).toBe(area)
  })

  test('leaves out labels that would run into each other', async () => {
    const many = await svg(
      `/chart/bar/${Array.from({ length: 60 }, (_, day) => `Day ${day}=1`).join(',')}.svg`,
    )
    const labels = [...many.matchAll(/>Day \d+</g)]
    expect(labels.length).toBeGreaterThan(5)
    expect(labels.length).toBeLessThan(20)
  })
})

describe('a PNG', () => {
  test('leaves a line in the log', async () => {
    const lines: unknown[] = []
    const log = { info: (...line: unknown[]) => lines.push(line), error: () => undefined }
    await chart.generate(chart.parse('/chart/bar/1,2.png', font)!, context({ log }))
    expect(lines).toEqual([['chart', expect.objectContaining({ type: 'bar', numbers: 2 })]])
  })

  test('is not begun when the time is over', async () => {
    const signal = AbortSignal.abort(new Error('too late'))
    const making = chart.generate(chart.parse('/chart/bar/1,2.png', font)!, context({ signal }))
    await expect(making).rejects.toThrow('too late')
  })
})

describe('the examples', () => {
  test.each(chart.examples ?? [])('%s is canonical, and drawn', async (urlPath) => {
    expect(canonical(urlPath)).toBe(urlPath)
    const { width } = await sharp(await drawn(urlPath)).metadata()
    expect(width).toBe(1200)
  })

  test('are what the README shows', async () => {
    expect(await pathsInReadme('chart')).toEqual(chart.examples)
  })
})

describe('the canonical path', () => {
  test.each([
    ['/chart/bar/12,40.png', '/chart/bar/12,40.png'],
    ['/chart/bar/012,40.50,-0,0.0.png', '/chart/bar/12,40.5,0,0.png'],
    ['/chart/line,color=2F6FED,title=/=1.svg', '/chart/line/1.svg'],
    ['/chart/line,color=%23FF6347/1.svg', '/chart/line,color=tomato/1.svg'],
    ['/chart/line,color=Grey/1.svg', '/chart/line,color=gray/1.svg'],
    ['/chart/line,color=f008/1.svg', '/chart/line,color=ff000088/1.svg'],
    ['/chart/line,color=ABC,title=a%20%20b/c%3Dd=1.svg', '/chart/line,title=a%20b,color=aabbcc/c%3Dd=1.svg'],
    ['/chart/line/c=d=1.svg', '/chart/line/c%3Dd=1.svg'],
    ['/chart/bar/Caf%65%CC%81=0.0001.png', '/chart/bar/Caf%C3%A9=0.0001.png'],
  ])('of %s is %s', (urlPath, expected) => {
    expect(canonical(urlPath)).toBe(expected)
  })

  test('knows one zero only', () => {
    expect(chart.parse('/chart/bar/-0.png', font)).toStrictEqual(chart.parse('/chart/bar/0.png', font))
  })

  test('reads back as the same chart', () => {
    const label = fc.string({ unit: fc.constantFrom(...Array.from('aZ09 ,=/%&<éЖ-.;')), maxLength: 20 })
    const datum = fc.tuple(label, fc.integer({ min: -9_999_999_999, max: 9_999_999_999 }))
    fc.assert(
      fc.property(
        fc.constantFrom('bar', 'line'),
        label,
        fc.array(datum, { minLength: 1, maxLength: 60 }),
        fc.constantFrom('png', 'svg'),
        (type, title, data, format) => {
          const numbers = data.map(
            ([label, value]) => `${encodeURIComponent(label)}=${(value / 10_000).toFixed(4)}`,
          )
          const urlPath = `/chart/${type},title=${encodeURIComponent(title)}/${numbers.join(',')}.${format}`
          const params = chart.parse(urlPath, font)
          expect(params).toBeDefined()
          const written = chart.format(params!)
          expect(chart.parse(written, font)).toEqual(params)
          expect(canonical(written)).toBe(written)
        },
      ),
    )
  })
})

describe('what is not a chart', () => {
  test.each(['/', '/chart', '/charts/bar/1.png', '/chart.png'])('%s is a file', (urlPath) => {
    expect(chart.parse(urlPath, font)).toBeUndefined()
  })

  test.each([
    ['/chart/bar.png', 'BAD_CHART', '/chart/bar/12,40,33.png'],
    ['/chart/bar/1.gif', 'BAD_CHART', '.png or .svg'],
    ['/chart/bar/a/b=1.png', 'BAD_CHART', '/chart/bar/12,40,33.png'],
    ['/chart/pie/1.png', 'BAD_CHART', 'bar or line'],
    ['/chart/bar,size=3/1.png', 'BAD_OPTION', 'title=, color='],
    ['/chart/bar,title=a,title=b/1.png', 'BAD_OPTION', 'each once'],
    ['/chart/bar,color=rad/1.png', 'BAD_COLOR', '"rad"'],
    ['/chart/bar/.png', 'BAD_NUMBER', '12, -3 or 0.25'],
    ['/chart/bar/1,,2.png', 'BAD_NUMBER', '""'],
    ['/chart/bar/1e5.png', 'BAD_NUMBER', '"1e5"'],
    ['/chart/bar/NaN.png', 'BAD_NUMBER', '"NaN"'],
    ['/chart/bar/1234567890.png', 'BAD_NUMBER', '9 digits'],
    ['/chart/bar/Jan=.png', 'BAD_NUMBER', '""'],
    [`/chart/bar/${'1,'.repeat(60)}1.png`, 'TOO_MANY', '61 numbers: 60'],
    [`/chart/bar,title=${'a'.repeat(81)}/1.png`, 'TEXT_LIMIT', '81 characters'],
    [`/chart/bar/${'a'.repeat(21)}=1.png`, 'TEXT_LIMIT', '21 characters'],
    ['/chart/bar,title=%F0%9F%98%80/1.png', 'BAD_TEXT', '😀 (U+1F600)'],
    [`/chart/bar/x${'%CC%81'.repeat(9)}=1.png`, 'BAD_TEXT', 'label'],
    ['/chart/bar/%E2%80%8B=1.png', 'BAD_TEXT', 'U+200B'],
    ['/chart/bar/a%0Ab=1.png', 'BAD_ENCODING', 'control character'],
    ['/chart/bar,title=%E2%82/1.png', 'BAD_ENCODING', '%25'],
  ])('%s is refused: %s', (urlPath, code, part) => {
    const error = refusal(urlPath)
    expect(error).toMatchObject({ name: 'BadRequest', code })
    expect((error as Error).message).toContain(part)
  })

  test('is refused by the package with code and message', async () => {
    const ran = await tell('render', 'chart', '/chart/bar/1e5.png')
    expect(ran.code).toBe(2)
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'BAD_NUMBER' })
    expect(ran.stdout).toContain('0.25')
  })
})

test('genato explain describes a chart', async () => {
  const ran = await tell('explain', 'chart', '/chart/bar,title=Rain/01,2.png')
  expect(JSON.parse(ran.stdout)).toMatchObject({
    kind: 'image',
    path: '/chart/bar,title=Rain/1,2.png',
    chart: 'bar',
    numbers: 2,
    title: 'Rain',
    width: 1200,
    height: 675,
  })
})
