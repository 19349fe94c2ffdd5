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

/** Reports an image that was generated, as the edge and the function do. */
async function make({ page }: Serving, images: ObjectFolder, name: string, uri = `/${name},white`) {
  await store(images, name)
  page.served(served(name, { uri, key: key(name) }))
  page.functionLine(lineOf(name))
}

async function start(folder = tempFolder()) {
  const images = await openObjectFolder(path.join(folder, 'objects'))
  const serving = await servePage({ images, notes: folder })
  const notes = path.join(folder, 'asked-for.jsonl')
  // Pending writes would get in the way of removing the folder.
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
  it('lists the newest first, with sizes and URLs, and stays up to date without reading the folder again', async () => {
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

  it('keeps only the newest of very many images', async () => {
    const all = Array.from({ length: 30_000 }, (_, n) => ({
      key: key(`${n}`),
      size: 10,
      lastModified: new Date(n),
    }))
    const serving = await servePage({ images: { list: async () => all, get: async () => undefined } })
    const { total, images } = await galleryOf(serving, '999999')
    expect([total, images.length, images[0]?.key]).toEqual([30_000, 3_000, key('29999')])
  })

  it('notifies listeners that it has grown', async () => {
    const { images, serving } = await start()
    await galleryOf(serving)
    const events = await listen(serving.url)
    await make(serving, images, 'one')
    await events.until('gallery')
  })

  it('forgets what a rebuild dropped, but not what was generated since', async () => {
    const { images, serving } = await start()
    await make(serving, images, 'one')
    await galleryOf(serving)
    await images.removePrefix('generated/')
    await make(serving, images, 'two')
    serving.page.rebuilt({ file: 'generator.ts', ms: 80, dropped: 1 })
    expect((await galleryOf(serving)).images.map((image) => image.key)).toEqual([key('two')])
  })

  it('has images that were generated while the folder was read', async () => {
    const { images, serving } = await start()
    const list = images.list.bind(images)
    images.list = async (prefix) => {
      const found = await list(prefix)
      await make(serving, images, 'meanwhile')
      return found
    }
    expect((await galleryOf(serving)).images.map((image) => image.key)).toEqual([key('meanwhile')])
  })

  it('keeps the URLs over a restart, even if the notes were cut off or damaged', async () => {
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

  it('keeps the notes from growing without end', async () => {
    const { images, serving, notes } = await start()
    for (let n = 0; n < 10_100; n++) serving.page.served(served(`r${n}`, { uri: `/${n}`, key: key(`${n}`) }))
    serving.page.served(served('long', { uri: `/${'x'.repeat(5_000)}`, key: key('long') }))
    await expect.poll(() => existsSync(notes) && readFileSync(notes, 'utf8')).toContain('/10099"')
    await make(serving, images, 'last')
    await expect.poll(() => readFileSync(notes, 'utf8').split('\n').length).toBeLessThan(5_100)
    expect(readFileSync(notes, 'utf8')).not.toContain('xxx')
  })

  it('works without notes if they can’t be written', async () => {
    const folder = tempFolder()
    const images = await openObjectFolder(path.join(folder, 'objects'))
    writeFileSync(path.join(folder, 'file'), '')
    const serving = await servePage({ images, notes: path.join(folder, 'file') })
    await make(serving, images, 'one')
    expect((await galleryOf(serving)).images).toMatchObject([{ path: '/one,white' }])
  })

  it('without a folder, lists the images served since the start', async () => {
    const serving = await servePage()
    serving.page.served(served('one', { key: key('one') }))
    serving.page.functionLine(lineOf('one'))
    expect(await galleryOf(serving)).toMatchObject({ total: 1, images: [{ key: key('one'), path: '/one' }] })
  })
})

describe('a stored image', () => {
  it('is served without the edge, and is inert as a document', async () => {
    const { images, serving } = await start()
    await store(images, 'a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 'image/svg+xml')
    const response = await fetch(`${serving.url}/?stored=${encodeURIComponent(key('a.svg'))}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*sandbox$/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('must be an image, and a generated one', async () => {
    const { images, serving } = await start()
    await store(images, 'page', '<script>alert(1)</script>', 'text/html')
    await images.put('secret.png', { body: Buffer.from('x'), contentType: 'image/png' })
    for (const asked of [key('page'), key('missing'), 'secret.png', '../made-by', ''])
      expect((await fetch(`${serving.url}/?stored=${encodeURIComponent(asked)}`)).status).toBe(404)
  })
})
