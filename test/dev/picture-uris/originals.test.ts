import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { deflateSync, crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ON_LINUX, residentPeak } from '../../support/load/processes.js'
import { askOnce, requestFor, type WireAnswer } from '../../support/load/wire.js'
import { animation, chartFile, TYPES } from '../../support/pictures.js'
import { answersTo } from '../uris/ask.js'
import { attack, codeOf, problemWith } from './judge.js'
import { MARKER, PLACE, startWorld, type World } from './world.js'

/** Renditions that decode in different ways. */
const SEGMENTS = [
  '20x20',
  '20x,webp',
  '20x20,smart,jpg',
  '20x20,json',
  '9x9,faces,avif',
  '20x20,blur=3,gif',
  '20x,auto',
]

let world: World
/** Requests that reached a server which nobody should ask. */
const reached: string[] = []
const elsewhere = createServer((request, response) => {
  reached.push(request.url ?? '')
  response.end()
})
let far: string

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    elsewhere.listen(0, '127.0.0.1', resolve)
  })
  far = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  world = await startWorld()
})

afterAll(async () => {
  await world.end()
  elsewhere.close()
})

async function ask(target: string, headers = ''): Promise<WireAnswer> {
  const answer = await askOnce(world.port, requestFor(target, 'GET', headers))
  if (answer === 'closed') throw new Error(`The connection was closed for ${target}.`)
  return answer
}

const RECT = '<rect width="60" height="45" fill="blue"/>'

function svg(body: string, before = '', attributes = ''): string {
  return `${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="60" height="45" ${attributes}>${RECT}${body}</svg>`
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const around = Buffer.alloc(8)
  around.writeUInt32BE(data.length)
  around.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)])
}

/** A grey PNG. @param rows that it really has. @param more chunks before the pixels. */
function png(width: number, height: number, rows = height, more: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  const pixels = deflateSync(Buffer.alloc((width + 1) * rows), { level: 9 })
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    more,
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** The bytes with other ones at a place. */
function patched(bytes: Buffer, at: number, ...others: readonly number[]): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(others, at)
  return copy
}

/** Originals that are made to deceive, by their names. */
async function hostile(): Promise<Record<string, Buffer | string>> {
  const [jpeg, webp, gif, avif, tiff, bmp] = (await Promise.all(
    (['jpeg', 'webp', 'gif', 'avif', 'tiff', 'bmp'] as const).map((type) => chartFile(type, 64, 48)),
  )) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer]
  const size = jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 5
  const many = await animation(
    'gif',
    4,
    4,
    Array.from({ length: 60 }, (_, index) => Buffer.alloc(48, index % 2 === 0 ? 9 : 200)),
  )
  const truncated = await Promise.all(
    TYPES.map(async (type) => {
      const bytes = await chartFile(type, 64, 48)
      return [`half.${type}`, bytes.subarray(0, bytes.length >> 1)] as const
    }),
  )
  return {
    ...Object.fromEntries(truncated),
    'empty.jpg': '',
    'html.jpg': `<!doctype html><script>fetch('${far}')</script>`,
    'php.jpg': `<?php echo '${MARKER}' ?>`,
    'zip.png': 'PK\u0003\u0004',
    'magick.png': `push graphic-context\nviewbox 0 0 9 9\nfill 'url(${far}/mvg)'\npop graphic-context`,
    'script.ps': `%!PS\n(${path.join(world.home, 'outside.txt')}) run`,
    'document.pdf': '%PDF-1.7\n',
    'polyglot.jpg': Buffer.concat([jpeg, Buffer.from(svg('<script/>'))]),
    'jpeg-in-png.png': Buffer.concat([png(4, 4).subarray(0, 33), jpeg]),
    'huge.png': png(60_000, 60_000, 0),
    'flat.png': png(2_147_483_647, 1, 0),
    'nothing.png': png(0, 0),
    'bomb.png': png(30_000, 30_000, 300),
    'few-rows.png': png(1_000, 1_000, 2),
    'profile.png': png(
      20,
      20,
      20,
      chunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(50_000_000))])),
    ),
    'text.png': png(
      20,
      20,
      20,
      chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(50_000_000))])),
    ),
    'huge.jpg': patched(jpeg, size, 0xfd, 0xe8, 0xfd, 0xe8),
    'taller.jpg': patched(jpeg, size, 0x07, 0xd0, 0x07, 0xd0),
    'huge.gif': patched(gif, 6, 0xff, 0xff, 0xff, 0xff),
    'frames.gif': many,
    'long.jpg': Buffer.concat([jpeg, Buffer.alloc(2_000_000)]),
    'huge.webp': patched(webp, webp.length > 30 ? 21 : 0, 0xff, 0xff, 0xff, 0x0f),
    'huge.bmp': patched(bmp, 18, 0xff, 0xff, 0xff, 0x7f),
    'flipped.bmp': patched(bmp, 22, 0, 0, 0, 0x80),
    'palette.bmp': patched(bmp, 28, 8, 0),
    'brands.avif': patched(avif, 8, ...Buffer.from('heic')),
    'sizes.avif': patched(avif, avif.indexOf('ispe') + 8, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff),
    'loop.tiff': patched(tiff, 4, 8, 0, 0, 0),
    'far.tiff': patched(tiff, 4, 0xff, 0xff, 0xff, 0x7f),
    'exif.jpg': await sharp(jpeg)
      .withExif({ IFD0: { Orientation: '99', Copyright: PLACE } })
      .jpeg()
      .toBuffer(),
    'laughs.svg': svg(
      '&j;',
      `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">${Array.from('bcdefghij', (name, index) => `<!ENTITY ${name} "${`&${'abcdefghi'[index]};`.repeat(10)}">`).join('')}]>`,
    ),
    'embedded.svg': svg(
      `<image width="60" height="45" xlink:href="data:image/png;base64,${png(9_000, 9_000).toString('base64')}"/>`,
    ),
    'embedded-hidden.svg': svg(
      `<image width="60" height="45" xlink:href='&#0000000100;ata:image/png;a="b";base64,${png(9_000, 9_000).toString('base64')}'/>`,
    ),
    'filter.svg': svg(
      `<filter\nid="f">${Array.from({ length: 250 }, (_, index) => `<feFlood result="r${index}"/>`).join('')}</filter><rect filter="url(#f)" width="60" height="45"/>`,
    ),
    'text.svg': svg(`<text y="9">${'a'.repeat(300_000)}</text>`),
    'blurs.svg': svg(`${'<g filter="blur(2)">'.repeat(200)}${RECT}${'</g>'.repeat(200)}`),
    'uses.svg': svg(
      `<g id="u0">${RECT}</g>${Array.from({ length: 9 }, (_, index) => `<g id="u${index + 1}">${`<use href="#u${index}"/>`.repeat(10)}</g>`).join('')}`,
    ),
    'deep.svg': svg('<g>'.repeat(100_000)),
    'endless.svg': '<svg'.repeat(100_000),
    'sides.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e-9"/>',
    'not-a-number.svg':
      '<svg xmlns="http://www.w3.org/2000/svg" width="NaN" height="-5" viewBox="0 0 1e309 1"/>',
  }
}

describe('originals that are made to deceive', () => {
  it('never end in 5xx, leave memory bounded, and are decoded once if they are broken', async () => {
    const files = Object.entries(await hostile())
    for (const [name, bytes] of files) world.put('any', `bad/${name}`, bytes)
    world.takeLines()
    const seen: Record<string, string> = {}
    const problems: string[] = []
    for (const [name] of files) {
      const asked = SEGMENTS.map((segment) => attack(name, `/any/${segment}/bad/${name}`))
      // One first, so that what it found out is noted.
      const answered = [
        ...(await answersTo(world.port, asked.slice(0, 1))),
        ...(await answersTo(world.port, asked.slice(1))),
      ]
      for (const { asked: one, answer } of answered) {
        const problem = problemWith(one, answer)
        if (problem !== undefined) problems.push(`${String(one.target)} ${problem}`)
      }
      const kinds = answered.map(({ answer }) =>
        answer === 'closed' ? '' : `${answer.status} ${codeOf(answer)}`,
      )
      seen[name] = kinds[0] ?? ''
      const lines = world.takeLines()
      const refused = lines.filter(({ status }) => status === 415)
      // What is too long isn't even fetched.
      const again = refused.slice(1).filter(({ ms }) => ms.render !== undefined)
      if (kinds[0]?.startsWith('415')) expect(again, name).toEqual([])
    }
    expect(problems).toEqual([])
    // Otherwise the files were not what they say.
    expect(seen).toMatchObject({
      'half.jpeg': '415 BROKEN',
      'half.avif': '415 BROKEN',
      'empty.jpg': '415 NOT_A_PICTURE',
      'magick.png': '415 NOT_A_PICTURE',
      'polyglot.jpg': '200 ',
      'jpeg-in-png.png': '415 BROKEN',
      'huge.png': '415 PIXELS_LIMIT',
      'bomb.png': '415 PIXELS_LIMIT',
      'few-rows.png': '415 BROKEN',
      'profile.png': '200 ',
      'huge.jpg': '415 PIXELS_LIMIT',
      'long.jpg': '415 BYTES_LIMIT',
      'frames.gif': '415 FRAMES_LIMIT',
      'brands.avif': '415 NOT_A_PICTURE',
      'embedded.svg': '415 PIXELS_LIMIT',
      'embedded-hidden.svg': '415 PIXELS_LIMIT',
      'filter.svg': '415 NOT_A_PICTURE',
      'text.svg': '415 NOT_A_PICTURE',
      'blurs.svg': '415 NOT_A_PICTURE',
      'uses.svg': '415 BROKEN',
    })
    // libvips' libraries write of some broken headers by themselves.
    const own = world.warnings.filter(
      (text) => !/^$|^\(process:\d+\): |^The local Rekognition looks/.test(text),
    )
    expect(own).toEqual([])
    if (ON_LINUX) for (const pid of world.functions()) expect(residentPeak(pid) / 1e6).toBeLessThan(600)
  }, 240_000)

  it.each([
    ['a script', () => svg(`<script>fetch('${far}/script')</script><script href="${far}/script.js"/>`)],
    ['event handlers', () => svg(`<g onload="fetch('${far}/load')"/>`, '', `onload="fetch('${far}/root')"`)],
    [
      'a web page',
      () =>
        svg(
          `<foreignObject width="60" height="45"><iframe xmlns="http://www.w3.org/1999/xhtml" src="${far}/page"/></foreignObject>`,
        ),
    ],
    [
      'pictures elsewhere',
      () =>
        svg(
          `<image width="60" height="45" xlink:href="${far}/image.png"/><image href="${far}/2.png" width="9" height="9"/><use href="${far}/use.svg#a"/>`,
        ),
    ],
    [
      'pictures in a filter',
      () =>
        svg(
          `<filter id="f"><feImage href="${far}/filter.png"/></filter><rect filter="url(#f)" width="9" height="9"/><rect filter="url(${far}/f.svg#f)" width="9" height="9"/>`,
        ),
    ],
    [
      'styles elsewhere',
      () =>
        svg(
          `<style>@import url(${far}/style.css); @font-face{font-family:a;src:url(${far}/font.ttf)}</style><text font-family="a">a</text>`,
          `<?xml-stylesheet href="${far}/sheet.css"?>`,
        ),
    ],
    [
      'entities elsewhere',
      () => svg('<text y="20">&x;</text>', `<!DOCTYPE svg [<!ENTITY x SYSTEM "${far}/entity">]>`),
    ],
    ['a document type elsewhere', () => svg('', `<!DOCTYPE svg SYSTEM "${far}/svg.dtd">`)],
    [
      'an entity of this machine',
      () =>
        svg(
          '<text y="20">&x;</text>',
          `<!DOCTYPE svg [<!ENTITY x SYSTEM "file://${world.home}/outside.txt">]>`,
        ),
    ],
    [
      'an inclusion',
      () =>
        svg(
          `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://${world.home}/outside.txt" parse="text"/>`,
        ),
    ],
    [
      'pictures of this machine',
      () =>
        svg(
          ['file://', '', '../../', 'file:']
            .map((start) => `<image width="60" height="45" href="${start}${world.home}/secret.png"/>`)
            .join(''),
        ),
    ],
    [
      'neighbours',
      () =>
        svg(
          '<image width="60" height="45" href="secret.png"/><image width="60" height="45" href="./secret.png"/><use href="secret.svg#a"/>',
        ),
    ],
  ])('an SVG with %s loads and runs nothing', async (name, write) => {
    const white = await sharp({ create: { width: 60, height: 45, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    world.put('any', 'svgs/secret.png', white)
    world.put('..', '../secret.png', white)
    const key = `svgs/${name.replaceAll(' ', '-')}.svg`
    for (const mount of ['any', 'raw']) world.put(mount, key, write())
    world.takeAsked()
    const answer = await ask(`/any/60x45,png/${key}`)
    expect([200, 415]).toContain(answer.status)
    expect(problemWith(attack(name, `/any/60x45,png/${key}`), answer)).toBeUndefined()
    if (answer.status === 200) {
      expect(answer.headers['content-type']).toBe('image/png')
      const { dominant } = await sharp(answer.body).stats()
      // All of it is the blue behind.
      expect(dominant).toMatchObject({ r: expect.any(Number) as number })
      expect(dominant.b).toBeGreaterThan(200)
      expect(dominant.r).toBeLessThan(60)
    }
    // Only this original, and what is made of it.
    const read = world.takeAsked().filter((line) => line.includes(' originals '))
    expect(read.filter((line) => !line.endsWith(` any/${key}`))).toEqual([])
    const asIs = await ask(`/raw/${key}`)
    expect(asIs).toMatchObject({ status: 200, headers: { 'content-type': 'image/svg+xml' } })
    expect(asIs.headers['content-security-policy']).toMatch(/^default-src 'none';.*\bsandbox$/)
    expect(reached).toEqual([])
  })

  it('give nothing as they are but pictures', async () => {
    world.put('raw', 'page.jpg', '<!doctype html><script>alert(1)</script>')
    world.put('raw', 'page.svg', '<html><svg xmlns="http://www.w3.org/2000/svg"/></html>')
    for (const key of ['page.jpg', 'page.svg', 'notes.txt'])
      expect((await ask(`/raw/${key}`)).status).toBe(415)
    expect((await ask('/raw/.env')).status).toBe(404)
    expect((await ask('/raw/.git/config')).status).toBe(404)
  })
})

describe('a cache in front of everybody', () => {
  const LATER = ['GET', 'HEAD']

  it.each([
    ['a range', 'Range: bytes=0-9\r\n'],
    ['several ranges', 'Range: bytes=0-1,4-5\r\n'],
    ['a range beyond the end', 'Range: bytes=999999-\r\n'],
    ['a condition that holds', 'If-None-Match: *\r\n'],
    ['a condition that fails', 'If-Match: "x"\r\n'],
    ['a date', `If-Modified-Since: ${new Date(Date.now() + 86_400_000).toUTCString()}\r\n`],
    [
      'another host',
      'X-Forwarded-Host: evil.example\r\nX-Host: evil.example\r\nForwarded: host=evil.example\r\n',
    ],
    ['another path', 'X-Original-URL: /any/1x1/tom.jpg\r\nX-Rewrite-URL: /nowhere\r\n'],
    ['another method', 'X-HTTP-Method-Override: DELETE\r\nX-Method-Override: HEAD\r\n'],
    ['what it accepts', 'Accept: text/html\r\nAccept-Encoding: br\r\nAccept-Language: <script>\r\n'],
    ['credentials', 'Authorization: Basic eA==\r\nCookie: session=1\r\n'],
    ['no caching', 'Cache-Control: no-store, no-cache, max-age=0\r\nPragma: no-cache\r\n'],
    ['an origin', 'Origin: https://evil.example\r\n'],
    ['a tag', 'X-Amz-Meta-Cache-Tag: x\r\nX-Amz-Meta-Source-Etag: "x"\r\n'],
  ])('is not poisoned by a first viewer who sends %s', async (name, headers) => {
    const key = `poison/${name.replaceAll(' ', '-')}.jpg`
    world.put(
      'any',
      key,
      await sharp({ create: { width: 60, height: 45, channels: 3, background: '#c22' } })
        .jpeg()
        .toBuffer(),
    )
    for (const segment of ['20x20', '20x20,json', '20x20,wrong']) {
      for (const method of LATER)
        await askOnce(
          world.port,
          requestFor(`/any/${segment}/${key}?x=${headers.length}`, method, headers),
          method,
        )
      const later = await ask(`/any/${segment}/${key}`)
      expect(later.status).toBe(segment.endsWith('wrong') ? 400 : 200)
      expect(later.headers['content-range']).toBeUndefined()
      expect(later.headers['access-control-allow-origin']).toBeUndefined()
      expect(later.body.length).toBe(Number(later.headers['content-length']))
      expect(`${JSON.stringify(later.headers)} ${later.body.toString('latin1')}`).not.toMatch(
        /evil|nowhere|session/,
      )
      if (segment === '20x20')
        expect(await sharp(later.body).metadata()).toMatchObject({ width: 20, height: 20 })
    }
  })

  it('gives each viewer the format that it accepts, whoever came first', async () => {
    const types = ['image/avif', 'image/webp', 'image/jpeg']
    const accepts = ['image/avif,image/webp', 'image/webp', '*/*', 'image/avif;q=0', 'image/AVIF', '']
    const expected = ['image/avif', 'image/webp', 'image/jpeg', 'image/jpeg', 'image/avif', 'image/jpeg']
    for (let turn = 0; turn < 2; turn++)
      for (const [index, accept] of accepts.entries()) {
        const { headers } = await ask(
          '/any/40x30,auto,v=p/tom.jpg',
          accept === '' ? '' : `Accept: ${accept}\r\n`,
        )
        expect(types).toContain(headers['content-type'])
        expect(headers['content-type'], accept).toBe(expected[index])
      }
  })

  it('keeps no answer for one viewer under the path of another', async () => {
    // Whatever a viewer knows of the keys, only the gate writes them.
    const { headers } = await ask('/any/21x21,png/tom.jpg')
    expect(headers['content-type']).toBe('image/png')
    const [made = ''] = world
      .takeAsked()
      .flatMap((line) => /^put rendered (any\/.*\/21x21_png)$/.exec(line)?.[1] ?? [])
    expect(made).not.toBe('')
    for (const target of [
      `/${made}`,
      `/${made}?x`,
      `//${made}`,
      `/./${made}`,
      `/x/../${made}`,
      `/%61${made.slice(1)}`,
    ])
      expect((await ask(target)).status).toBeGreaterThanOrEqual(400)
    expect((await ask('/any/21x21,png/tom.jpg')).headers['content-type']).toBe('image/png')
  })
})
