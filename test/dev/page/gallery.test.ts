import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Gallery } from '../../../src/dev/page/messages.js'
import { openObjectFolder, type ObjectFolder } from '../../../src/objects/folder.js'
import { tempFolder } from '../../support/project.js'
import { lineOf, listen, served, servePage, type Serving } from './server.js'

async function galleryOf({ url }: Serving, count = ''): Promise<Gallery> {
  return (await (await fetch(`${url}/?gallery=${count}`)).json()) as Gallery
}

const key = (name: string) => `generated/abc/${name}`

async function store(images: ObjectFolder, name: string, body = 'x'.repeat(100), contentType = 'image/png') {
  await images.put(key(name), { body: Buffer.from(body), contentType })
}

/** Reports a generated image as the edge and the function do. */
async function make({ page }: Serving, images: ObjectFolder, name: string, uri = `/${name},white`) {
  await store(images, name)
  page.served(served(name, { uri, key: key(name) }))
  page.functionLine(lineOf(name))
}

async function start(folder = tempFolder()) {
  const images = await openObjectFolder(path.join(folder, 'objects'))
  const serving = await servePage({ images, notes: folder })
  const notes = path.join(folder, 'asked-for.jsonl')
  // Files that are still being written would keep the folder from being removed.
  onTestFinished(async () => {
    for (let before = Number.NaN, now = -1; now !== before;) {
      before = now
      await new Promise((resolve) => {
        setTimeout(resolve, 50)
      })
      now = existsSync(notes) ? statSync(notes).size : 0
    }
  })
  return { folder, images, serving, notes }
}

describe('the gallery', () => {
  it('is newest first, with sizes and the URL asked for, and in step without listing anew', async () => {
    const { images, serving } = await start()
    await store(images, 'old')
    await make(serving, images, 'one')
    expect((await galleryOf(serving)).total).toBe(2)
    let lists = 0
    const list = images.list.bind(images)
    images.list = async (prefix) => {
      lists++
      return list(prefix)
    }
    await make(serving, images, 'two')
    serving.page.served(served('again', { key: key('one'), cacheResult: 'Hit' }))
    serving.page.served(served('elsewhere', { key: key('live') }))
    serving.page.functionLine(lineOf('elsewhere', 'hit'))
    serving.page.served(served('wrong', { key: key('missing'), status: 403 }))
    serving.page.served(served('file', { key: 'logo.png' }))
    expect(await galleryOf(serving)).toMatchObject({
      total: 3,
      images: [
        { key: key('two'), size: 100, path: '/two,white' },
        { key: key('one'), size: 100, path: '/one,white' },
        { key: key('old'), size: 100 },
      ],
    })
    expect((await galleryOf(serving, '1')).images).toHaveLength(1)
    expect(lists).toBe(0)
  })

  it('takes the newest of more images than anybody looks at', async () => {
    const all = Array.from({ length: 30_000 }, (_, n) => ({
      key: key(`${n}`),
      size: 10,
      lastModified: new Date(n),
    }))
    const serving = await servePage({ images: { list: async () => all, get: async () => undefined } })
    const { total, images } = await galleryOf(serving, '999999')
    expect([total, images.length, images[0]?.key]).toEqual([30_000, 3_000, key('29999')])
  })

  it('tells listeners that it has grown', async () => {
    const { images, serving } = await start()
    await galleryOf(serving)
    const events = await listen(serving.url)
    await make(serving, images, 'one')
    await events.until('gallery')
  })

  it('loses what a rebuild dropped, but not what was made since', async () => {
    const { images, serving } = await start()
    await make(serving, images, 'one')
    await galleryOf(serving)
    await images.removePrefix('generated/')
    await make(serving, images, 'two')
    serving.page.rebuilt({ file: 'generator.ts', ms: 80, dropped: 1 })
    expect((await galleryOf(serving)).images.map((image) => image.key)).toEqual([key('two')])
  })

  it('has what was made while the folder was read', async () => {
    const { images, serving } = await start()
    const list = images.list.bind(images)
    images.list = async (prefix) => {
      const found = await list(prefix)
      await make(serving, images, 'meanwhile')
      return found
    }
    expect((await galleryOf(serving)).images.map((image) => image.key)).toEqual([key('meanwhile')])
  })

  it('keeps the URLs over a restart, also when the notes were cut off or damaged', async () => {
    const { folder, images, serving, notes } = await start()
    await make(serving, images, 'one')
    await expect.poll(() => existsSync(notes) && readFileSync(notes, 'utf8')).toContain('one,white')
    appendFileSync(notes, '\u0000\ufffd{"[\n[1,2]\nnull\n["generated/abc/tw')
    const second = await start(folder)
    await make(second.serving, second.images, 'three')
    await expect.poll(() => readFileSync(notes, 'utf8')).toContain('three,white')
    const third = await start(folder)
    expect((await galleryOf(third.serving)).images.map((image) => image.path)).toEqual([
      '/three,white',
      '/one,white',
    ])
  })

  it('does not let the notes grow without end', async () => {
    const { images, serving, notes } = await start()
    for (let n = 0; n < 10_100; n++) serving.page.served(served(`r${n}`, { uri: `/${n}`, key: key(`${n}`) }))
    serving.page.served(served('long', { uri: `/${'x'.repeat(5_000)}`, key: key('long') }))
    await expect.poll(() => existsSync(notes) && readFileSync(notes, 'utf8')).toContain('/10099"')
    await make(serving, images, 'last')
    await expect.poll(() => readFileSync(notes, 'utf8').split('\n').length).toBeLessThan(5_100)
    expect(readFileSync(notes, 'utf8')).not.toContain('xxx')
  })

  it('goes on without notes where they can’t be written', async () => {
    const folder = tempFolder()
    const images = await openObjectFolder(path.join(folder, 'objects'))
    writeFileSync(path.join(folder, 'file'), '')
    const serving = await servePage({ images, notes: path.join(folder, 'file') })
    await make(serving, images, 'one')
    expect((await galleryOf(serving)).images).toMatchObject([{ path: '/one,white' }])
  })

  it('without a folder, has what was served since the start', async () => {
    const serving = await servePage()
    serving.page.served(served('one', { key: key('one') }))
    serving.page.functionLine(lineOf('one'))
    expect(await galleryOf(serving)).toMatchObject({ total: 1, images: [{ key: key('one'), path: '/one' }] })
  })
})

describe('a stored image', () => {
  it('is shown past the edge, and can do nothing as a document', async () => {
    const { images, serving } = await start()
    await store(images, 'a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 'image/svg+xml')
    const response = await fetch(`${serving.url}/?stored=${encodeURIComponent(key('a.svg'))}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*sandbox$/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('has to be an image, and one that was made', async () => {
    const { images, serving } = await start()
    await store(images, 'page', '<script>alert(1)</script>', 'text/html')
    await images.put('secret.png', { body: Buffer.from('x'), contentType: 'image/png' })
    for (const asked of [key('page'), key('missing'), 'secret.png', '../made-by', ''])
      expect((await fetch(`${serving.url}/?stored=${encodeURIComponent(asked)}`)).status).toBe(404)
  })
})
