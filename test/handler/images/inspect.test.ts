import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { loadEngine } from '../../../handler/images/engine.js'
import { inspect } from '../../../handler/images/inspect.js'
import { sniff } from '../../../handler/images/sniff.js'
import { Refusal } from '../../../handler/images/types.js'
import { DEFAULT_LIMITS, type PictureLimits } from '../../../handler/shared/pictures/mount.js'
import { animation, chart, chartFile, rendition, TYPES } from '../../support/pictures.js'

async function refusal(bytes: Buffer, limits: Partial<PictureLimits> = {}): Promise<Refusal> {
  try {
    await inspect(bytes, { ...DEFAULT_LIMITS, ...limits })
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('It was taken.')
}

const text = (content: string) => Buffer.from(content)

describe('a picture is told by its bytes', () => {
  test.each(TYPES)('%s', async (type) => {
    const bytes = await chartFile(type, 64, 48)
    expect(sniff(bytes)).toBe(type)
    expect(await inspect(bytes, DEFAULT_LIMITS)).toEqual({
      bytes,
      type,
      width: 64,
      height: 48,
      frames: 1,
      alpha: type === 'svg',
    })
  })

  test('upright, with its frames and its transparency', async () => {
    const turned = await chart(64, 48, 6).jpeg().toBuffer()
    expect(await inspect(turned, DEFAULT_LIMITS)).toMatchObject({ width: 64, height: 48 })
    const frames = [Buffer.alloc(300, 1), Buffer.alloc(300, 200), Buffer.alloc(300, 90)]
    for (const format of ['gif', 'webp'] as const)
      expect(await inspect(await animation(format, 10, 10, frames), DEFAULT_LIMITS)).toMatchObject({
        height: 10,
        frames: 3,
      })
    const clear = await chart(8, 8).ensureAlpha(0.5).png().toBuffer()
    expect(await inspect(clear, DEFAULT_LIMITS)).toMatchObject({ alpha: true })
  })

  test.each([
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'svg'],
    ['\uFEFF<?xml version="1.0"?>\n<!-- <html> -->\n<svg/>', 'svg'],
    ['<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [<!ENTITY a "b">]><svg:svg/>', 'svg'],
    ['<html><svg/></html>', undefined],
    ['<svgx/>', undefined],
    ['<!-- <svg>', undefined],
    ['svg', undefined],
    ['BM, said the text', undefined],
    ['RIFFxxxxWAVE', undefined],
    ['GIF88a', undefined],
    ['', undefined],
  ])('%j is %s', (content, type) => {
    expect(sniff(text(content))).toBe(type)
  })

  test('any bytes are looked at without an error, and quickly', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        sniff(bytes)
      }),
    )
    const start = performance.now()
    for (const piece of ['<!--', '<?', '<!DOCTYPE a [', '<!DOCTYPE [] ', ' ', '<', '<svg:'])
      sniff(text(piece.repeat(30_000)))
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('not a picture', () => {
  const box = (brand: string, ...more: string[]) => {
    const bytes = Buffer.alloc(16 + more.length * 4)
    bytes.writeUInt32BE(bytes.length)
    bytes.write(`ftyp${brand}`, 4)
    more.forEach((one, index) => bytes.write(one, 16 + index * 4))
    return bytes
  }
  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['HEIC', box('heic', 'mif1', 'heic')],
    ['HEIC', box('mif1', 'mif1')],
    ['a video', box('isom', 'mp42')],
    ['a PDF', text('%PDF-1.7')],
    ['PostScript', text('%!PS-Adobe-3.0 EPSF-3.0')],
    ['a Photoshop document', text('8BPS')],
    ['an icon', Buffer.from([0, 0, 1, 0, 1, 0])],
    ['JPEG XL', Buffer.from([0xff, 0x0a, 0])],
    ['a compressed file', Buffer.from([0x1f, 0x8b, 8])],
    ['HTML', text('<!doctype html><title>x</title>')],
    ['of an unknown type', text('hello')],
  ])('%s is named', async (name, bytes) => {
    expect(await refusal(bytes)).toMatchObject({
      status: 415,
      code: 'NOT_A_PICTURE',
      message: `The original is ${name}, not jpeg, png, webp, gif, avif, svg, tiff or bmp.`,
    })
  })

  test('a compressed BMP is refused', async () => {
    const bmp = await chartFile('bmp', 8, 8)
    bmp.writeUInt32LE(1, 30)
    expect(await refusal(bmp)).toMatchObject({ code: 'NOT_A_PICTURE' })
  })

  test('an animated AVIF is refused by its name, and not as broken', async () => {
    const avif = await chartFile('avif', 32, 32)
    avif.write('avis', 8, 'latin1')
    expect(sniff(avif)).toBe('avif')
    expect(await refusal(avif)).toMatchObject({
      status: 415,
      code: 'NOT_A_PICTURE',
      message: 'The original is an animated AVIF, which is not read.',
    })
  })
})

describe('limits', () => {
  test('bytes are counted before anything is read', async () => {
    expect(await refusal(text('x'.repeat(11)), { bytes: 10 })).toMatchObject({
      status: 415,
      code: 'BYTES_LIMIT',
      message: 'The original has 11 bytes, and the limit is 10.',
    })
  })

  test('pixels are counted from the header', async () => {
    const png = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    expect(await refusal(png)).toMatchObject({
      code: 'PIXELS_LIMIT',
      message: 'The original has 9000x9000 pixels, 81000000 in total, and the limit is 50000000.',
    })
    const svg = text('<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"/>')
    expect(await refusal(svg)).toMatchObject({ code: 'PIXELS_LIMIT' })
    const bmp = await chartFile('bmp', 8, 8)
    bmp.writeInt32LE(2_000_000_000, 18)
    expect(await refusal(bmp)).toMatchObject({ code: 'PIXELS_LIMIT' })
  })

  test('frames, and their pixels together', async () => {
    const gif = await animation('gif', 10, 10, [Buffer.alloc(300, 1), Buffer.alloc(300, 200)])
    expect(await refusal(gif, { frames: 1 })).toMatchObject({
      code: 'FRAMES_LIMIT',
      message: 'The original has 2 frames, and the limit is 1.',
    })
    expect(await refusal(gif, { pixels: 199 })).toMatchObject({
      code: 'PIXELS_LIMIT',
      message: 'The original has 10x10 pixels in each of 2 frames, 200 in total, and the limit is 199.',
    })
    await inspect(gif, { ...DEFAULT_LIMITS, frames: 2, pixels: 200 })
  })
})

describe('a broken original', () => {
  const broken = async (bytes: Buffer) => {
    await expect(
      rendition(bytes, { width: 10, height: 10, format: { kind: 'fixed', format: 'png' } }),
    ).rejects.toMatchObject({
      status: 415,
      code: 'BROKEN',
    })
  }

  test.each(TYPES)('%s, cut short anywhere', async (type) => {
    const bytes = await noise(type)
    for (const share of [0.02, 0.3, 0.6, 0.9])
      await broken(bytes.subarray(0, Math.floor(bytes.length * share)))
  })

  test.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
    '%s, after its first bytes overwritten',
    async (type) => {
      const bytes = await chartFile(type, 64, 48)
      bytes.fill(0x5a, 40)
      await broken(bytes)
    },
  )

  test('a header that lies about its size', async () => {
    const png = await chartFile('png', 64, 48)
    png.writeUInt32BE(5000, 16)
    await broken(png)
    const bmp = await chartFile('bmp', 64, 48)
    bmp.writeInt32LE(480, 22)
    await broken(bmp)
  })

  test('random bytes after a signature are refused, never an internal error', async () => {
    const heads = await Promise.all(
      TYPES.map(async (type) => (await chartFile(type, 32, 32)).subarray(0, 60)),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 400 }), async (head, tail) => {
        const file = Buffer.concat([head, tail])
        try {
          await rendition(file, { width: 16, height: 16 })
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
      { numRuns: 200 },
    )
  })
})

/** Noise can't be compressed, so that every part of the file matters. */
async function noise(type: (typeof TYPES)[number]): Promise<Buffer> {
  if (type === 'svg') return await chartFile('svg', 64, 48)
  if (type === 'bmp') return await chartFile('bmp', 64, 48)
  const data = Buffer.from(
    fc.sample(fc.uint8Array({ minLength: 64 * 64 * 3, maxLength: 64 * 64 * 3 }), {
      numRuns: 1,
      seed: 1,
    })[0] ?? [],
  )
  const image = sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
  return await image.toFormat(type).toBuffer()
}

describe('an SVG reaches nothing outside', () => {
  const drawn = async (inner: string, before = '') => {
    const svg = text(
      `${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="20" height="20">${inner}</svg>`,
    )
    const { body } = await rendition(svg, {
      width: 20,
      height: 20,
      background: { r: 255, g: 255, b: 255, a: 255 },
    })
    return [...new Set(await sharp(body).removeAlpha().raw().toBuffer())]
  }

  test.each([
    ['a file', `<image width="20" height="20" href="${import.meta.filename}.png"/>`],
    ['a file URL', `<image width="20" height="20" xlink:href="file:///etc/hostname"/>`],
    ['a website', '<image width="20" height="20" href="http://127.0.0.1:9/x.png"/>'],
    ['a style sheet', '<style>@import url("http://127.0.0.1:9/x.css");</style>'],
    ['another document', '<use href="http://127.0.0.1:9/x.svg#a"/>'],
    ['a script', '<script>document.documentElement.style.background="red"</script>'],
    [
      'included text',
      '<text y="15"><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="/etc/hostname"/></text>',
    ],
  ])('%s is left out', async (_, inner) => {
    expect(await drawn(inner)).toEqual([255])
  })

  test('an external entity is refused, an own one is replaced', async () => {
    const doctype = (entity: string) => `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x ${entity}>]>`
    for (const entity of ['SYSTEM "file:///etc/hostname"', 'PUBLIC "x" "http://127.0.0.1:9/"'])
      await expect(drawn('<text y="15">&x;</text>', doctype(entity))).rejects.toMatchObject({ status: 415 })
    expect(await drawn('<rect width="&x;" height="20"/>', doctype('"20"'))).toEqual([0])
    expect(await drawn('<rect width="&x;" height="20"/>', doctype("'20'"))).toEqual([0])
  })
})

describe('an SVG is bounded in what it takes', () => {
  const svg = (inner: string, before = '') =>
    text(`${before}<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">${inner}</svg>`)
  const limits = { pixels: 1_000_000 }
  const refused = async (bytes: Buffer, message: string) => {
    expect(await refusal(bytes, limits)).toMatchObject({
      status: 415,
      message: expect.stringContaining(message) as string,
    })
  }

  test('entities that multiply are refused, not expanded', async () => {
    const start = performance.now()
    await refused(
      svg('<text>&b;</text>', '<!DOCTYPE svg [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>'),
      'entities',
    )
    await refused(svg('&a;'.repeat(10_000), `<!DOCTYPE svg [<!ENTITY a "${'a'.repeat(900)}">]>`), 'multiply')
    await refused(svg('', '<!DOCTYPE svg [<!ENTITY % a "x">]>'), 'entities')
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('elements, masks, patterns and the steps of a filter are counted', async () => {
    await refused(svg('<g/>'.repeat(200_001)), 'elements')
    await refused(svg('<mask id="a"/>'.repeat(101)), '101 masks and patterns')
    await refused(svg(`<filter id="a">${'<feFlood/>'.repeat(51)}</filter>`), '51 steps in a filter')
    await inspect(svg(`<filter id="a">${'<feFlood/>'.repeat(50)}</filter>`.repeat(3)), DEFAULT_LIMITS)
  })

  test('embedded pictures count with their pixels, however they are written', async () => {
    const bomb = await sharp({ create: { width: 1001, height: 1000, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const base64 = bomb.toString('base64')
    const image = (href: string) => `<image width="20" height="20" href=${href}/>`
    const percent = [...bomb.subarray(0, 64)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
    for (const href of [
      `"data:image/png;base64,${base64}"`,
      `'data:;base64,${base64}'`,
      `"DATA:image/png;charset=x;base64,${base64.replace(/(.{60})/g, '$1\n')}"`,
      `"&#100;a&#x74;a:image/png;base64,${base64}"`,
      `"da&#10;ta:image/png;base64,${base64}"`,
      `"data:image/png,${percent}"`,
    ])
      await refused(svg(image(href)), '1001000 pixels in total, and the limit is 1000000')
    await refused(svg(`<style>rect { fill: url(data:image/png;base64,${base64}) }</style>`), '1001000 pixels')
    const hidden = svg(
      image(`"&a;&b;base64,${base64}"`),
      '<!DOCTYPE svg [<!ENTITY a "dat"><!ENTITY b "a:x;">]>',
    )
    await refused(hidden, '1001000 pixels')
    await refused(svg(image(`"data:image/svg+xml;base64,${svg('').toString('base64')}"`)), 'another drawing')
    await refused(svg(image(`"data:;base64,${svg('').toString('base64')}"`)), 'another drawing')
    await refused(svg(image(`"data:image/png;base64,${base64.slice(0, 20)}"`)), "can't be read")
    await refused(svg('', '<?xml version="1.0" encoding="UTF-7"?>'), 'encoding')
    const small = await chartFile('png', 20, 20)
    const { body } = await rendition(svg(image(`"data:image/png;base64,${small.toString('base64')}"`)), {
      width: 20,
    })
    expect((await sharp(body).stats()).channels[2]?.mean).toBe(40)
  })

  test('with a filter or a mask it is drawn with a megapixel, and enlarged from there', async () => {
    const masked = svg(
      '<mask id="a"><rect width="10" height="20" fill="#fff"/></mask><rect width="20" height="20" fill="red" mask="url(#a)"/>',
    )
    for (const [asked, left, right] of [
      [{ width: 100 }, 20, 80],
      [{ width: 3000 }, 600, 2400],
      [{ width: 400, crop: { left: 5, top: 0, width: 10, height: 20 } }, 100, 300],
    ] as const) {
      const { body } = await rendition(masked, asked)
      const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true })
      expect(info.width).toBe(asked.width)
      const alphaAt = (x: number) => data[((info.height >> 1) * info.width + x) * 4 + 3]
      expect([alphaAt(left), alphaAt(right)]).toEqual([255, 0])
    }
  })

  test('a text full of beginnings is looked through quickly', async () => {
    const start = performance.now()
    for (const piece of [
      '<!ENTITY ',
      '<!ENTITY a "',
      'data:',
      'data:,',
      '&#x',
      '&a',
      '<mask',
      '<fe',
      '<?xml ',
    ])
      expect(await refusal(svg(`<g>${piece.repeat(100_000)}`))).toMatchObject({ status: 415 })
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

test('no decoder runs but those for what is recognised', async () => {
  const open = await loadEngine(1)
  // Radiance is a format that libvips recognises and decodes by itself.
  const radiance = text('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\u0001\u0001\u0001\u0001')
  await expect(open(radiance).raw().toBuffer()).rejects.toThrow('unsupported image format')
  const folder = mkdtempSync(path.join(tmpdir(), 'genato-'))
  const file = path.join(folder, 'a.png')
  writeFileSync(file, await chartFile('png', 8, 8))
  await expect(sharp(file).metadata()).rejects.toThrow('unsupported image format')
  rmSync(folder, { recursive: true })
})
