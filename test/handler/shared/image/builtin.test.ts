import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { builtin } from '../../../support/edge.js'

const generator = builtin()

async function make(url: string): Promise<{ body: Buffer; contentType: string }> {
  const params = generator.parse(url)
  if (!params) throw new Error(`${url} is no image.`)
  const { body, contentType } = await generator.generate(params)
  return { body: Buffer.from(body as Uint8Array), contentType }
}

interface Pixels {
  width: number
  height: number
  at(x: number, y: number): number[]
  /** The box of all pixels that are not the corner's colour, or `undefined`. */
  ink(): { left: number; top: number; right: number; bottom: number } | undefined
}

async function pixels(body: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const at = (x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)]
  const corner = at(0, 0)
  return {
    width,
    height,
    at,
    ink() {
      let box: { left: number; top: number; right: number; bottom: number } | undefined
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          if (at(x, y).every((value, channel) => Math.abs(value - (corner[channel] ?? 0)) < 80)) continue
          box ??= { left: x, top: y, right: x, bottom: y }
          box = { left: Math.min(box.left, x), top: box.top, right: Math.max(box.right, x), bottom: y }
        }
      return box
    },
  }
}

describe.each([
  ['png', 'image/png', 0],
  ['webp', 'image/webp', 6],
  ['avif', 'image/avif', 6],
  ['gif', 'image/gif', 0],
  ['jpg', 'image/jpeg', 3],
  ['svg', 'image/svg+xml', 0],
])('%s', (format, contentType, tolerance) => {
  it('has the size, the background and the content type that the URL asks for', async () => {
    const image = await make(`/123x77,rebeccapurple,${format},text=`)
    expect(image.contentType).toBe(contentType)
    const { width, height, at } = await pixels(image.body)
    expect([width, height]).toEqual([123, 77])
    for (const [x, y] of [
      [0, 0],
      [122, 76],
      [61, 38],
    ] as const)
      expectNear(at(x, y), [0x66, 0x33, 0x99, 255], tolerance)
  })

  it('has the text in its colour, centred, a tenth of the shorter side high', async () => {
    const { ink, width, height } = await pixels((await make(`/640x480,white,${format},fg=navy`)).body)
    const { left, top, right, bottom } = ink()!
    expect((left + right) / 2).toBeGreaterThan(width / 2 - 4)
    expect((left + right) / 2).toBeLessThan(width / 2 + 4)
    expect((top + bottom) / 2).toBeGreaterThan(height / 2 - 3)
    expect((top + bottom) / 2).toBeLessThan(height / 2 + 3)
    // A capital is 0.73 em high in Inter.
    expect(bottom - top).toBeGreaterThan(0.65 * 48)
    expect(bottom - top).toBeLessThan(0.85 * 48)
  })

  it('is the same bytes each time', async () => {
    const url = `/200x100,salmon,${format},text=again`
    expect((await make(url)).body.equals((await make(url)).body)).toBe(true)
  })

  it.each(['1x1', '1x400', '400x1', '7x3', '33x33'])('is made in the odd size %s', async (size) => {
    const [width, height] = size.split('x').map(Number)
    const image = await pixels((await make(`/${size},white,${format}`)).body)
    expect([image.width, image.height]).toEqual([width, height])
  })
})

describe('a text', () => {
  it('that would overflow is drawn smaller', async () => {
    const url = `/400x300,white,png,text=${encodeURIComponent('a rather long text that goes on and on')}`
    const box = (await pixels((await make(url)).body)).ink()!
    expect(box.left).toBeGreaterThan(10)
    expect(box.right).toBeLessThan(390)
    expect(box.right - box.left).toBeGreaterThan(300)
  })

  it.each([200, 100])('of %i wide letters fits into a small image, or is left out', async (count) => {
    const box = (await pixels((await make(`/60x60,white,png,text=${'W'.repeat(count)}`)).body)).ink()
    if (box) expect(box.right - box.left).toBeLessThan(60)
  })

  it('that does not fit even at one pixel is not drawn', async () => {
    expect((await pixels((await make('/3x3,white,png,text=impossible')).body)).ink()).toBeUndefined()
  })

  it.each([
    'Γειά σου',
    'Привет',
    'Zażółć gęślą',
    'Ünïcödé',
    '<b>&amp;"\'',
    '%&<',
    '/../',
    'fi ffl',
    'e\u0301',
    '→★✓',
  ])('%s is drawn, letter for letter', async (text) => {
    const url = `/300x200,white,png,text=${encodeURIComponent(text)}`
    const box = (await pixels((await make(url)).body)).ink()!
    expect(box.right - box.left).toBeGreaterThan(8)
    expect(box.left).toBeGreaterThan(5)
  })

  it('with markup is drawn literally', async () => {
    const plain = (await pixels((await make('/600x200,white,png,text=(b)x(%2Fb)')).body)).ink()!
    const marked = (await pixels((await make('/600x200,white,png,text=%3Cb%3Ex%3C%2Fb%3E')).body)).ink()!
    expect(marked.right - marked.left).toBeGreaterThan((plain.right - plain.left) * 0.8)
  })

  it('of only white space draws nothing, like an empty one', async () => {
    expect(
      (await make('/100,white,png,text=%20%20')).body.equals((await make('/100,white,png,text=')).body),
    ).toBe(true)
  })

  it.each(['%E2%80%8B', '%C2%A0', '%CC%81', '%E2%80%8Bx%E2%80%8B'])(
    'of what can hardly be seen (%s) is made in every format',
    async (text) => {
      for (const format of ['png', 'jpg', 'svg'])
        expect((await make(`/64x64,white,${format},text=${text}`)).body.length).toBeGreaterThan(50)
    },
  )

  it('with stacked combining marks stays within the image', async () => {
    const url = `/300x100,white,png,text=x${'%CC%81'.repeat(150)}`
    expect(await pixels((await make(url)).body)).toMatchObject({ width: 300, height: 100 })
  })

  it('contrasts with the background', async () => {
    for (const [background, text] of [
      ['white', 0],
      ['black', 255],
      ['navy', 255],
      ['yellow', 0],
    ] as const) {
      const { at, ink } = await pixels((await make(`/200x200,${background},png,text=%E2%98%85`)).body)
      const { left, right, top, bottom } = ink()!
      expectNear(at((left + right) >> 1, (top + bottom) >> 1), [text, text, text, 255], 2)
    }
  })
})

describe('transparency', () => {
  it.each(['png', 'webp', 'avif', 'svg'])('partial, is kept in %s', async (format) => {
    const { at } = await pixels((await make(`/50x50,ff000080,${format},text=`)).body)
    expectNear(at(25, 25), [255, 0, 0, 128], 4)
  })

  it('full, is kept in gif, with letters without half-transparent pixels', async () => {
    const { at, ink, width, height } = await pixels((await make('/200x100,transparent,gif')).body)
    expect(at(0, 0)[3]).toBe(0)
    expect(ink()).toBeDefined()
    const alphas = new Set<number>()
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) alphas.add(at(x, y)[3]!)
    expect([...alphas].sort()).toEqual([0, 255])
  })
})

describe('an invisible text', () => {
  it.each(['png', 'gif', 'webp', 'svg'])('leaves a transparent %s empty', async (format) => {
    const { at, ink, width, height } = await pixels(
      (await make(`/300x200,transparent,${format},fg=transparent`)).body,
    )
    expect(ink()).toBeUndefined()
    expect(at(width >> 1, height >> 1)[3]).toBe(0)
  })
})

describe('quality', () => {
  it.each(['jpg', 'webp', 'avif'])('changes the size of %s', async (format) => {
    const [low, usual, high] = await Promise.all(
      ['q=10', 'fg=black', 'q=100'].map(
        async (option) => (await make(`/400x300,orange,${format},${option}`)).body.length,
      ),
    )
    expect(low).toBeLessThan(usual!)
    expect(usual).toBeLessThan(high!)
  })
})

describe('SVG', () => {
  it('escapes every value from the URL', async () => {
    const text = `</text><script>alert(1)</script>"'&`
    const svg = (await make(`/400x300,white,svg,text=${encodeURIComponent(text)}`)).body.toString()
    expect(svg).not.toContain('<script')
    expect(svg.match(/<[a-z/]+/g)).toEqual(['<svg', '<rect', '<text', '</text', '</svg'])
    expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;')
  })

  it('exposes its text to screen readers, and draws nothing for an empty one', async () => {
    expect((await make('/40,svg,text=Hi')).body.toString()).toContain('role="img" aria-label="Hi"')
    expect((await make('/40,svg,text=')).body.toString()).not.toContain('text')
  })

  it('gives the line its width in PNG, whatever font the viewer has', async () => {
    const box = (await pixels((await make('/640x480,white,png')).body)).ink()!
    const svg = (await make('/640x480,white,svg')).body.toString()
    const length = Number(/textLength="([\d.]+)"/.exec(svg)?.[1])
    expect(Math.abs(length - (box.right - box.left))).toBeLessThan(15)
    expect(svg).toContain('font-size="48"')
  })
})

describe('PNG', () => {
  it('of one colour is a small file at any size', async () => {
    expect((await make('/4096,teal,png,text=')).body.length).toBeLessThan(4_000)
  })

  it('is complete at the largest size', async () => {
    const { body } = await make('/4096,white,png')
    const { width, height, channels } = await sharp(body)
      .stats()
      .then(async () => sharp(body).metadata())
    expect([width, height]).toEqual([4096, 4096])
    expect(channels).toBeGreaterThanOrEqual(3)
    expect(body.length).toBeLessThan(100_000)
  })
})

function expectNear(actual: number[], wanted: number[], tolerance: number): void {
  for (const [channel, value] of wanted.entries())
    expect(Math.abs((actual[channel] ?? -1) - value)).toBeLessThanOrEqual(tolerance)
}
