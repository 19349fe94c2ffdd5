import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../../handler/shared/pictures/mount.js'
import { signPath } from '../../../handler/shared/pictures/sign.js'
import type { PagePictures } from '../../../src/dev/page/originals.js'
import { openOriginalsFolder } from '../../../src/objects/originals-folder.js'
import { project } from '../../support/project.js'
import { lineOf, listen, served, servePage } from './server.js'

const KEY = 'bZ3qzr0k9Jr1n5Yw8eTgXo2VvLhUdPcSmAiFQ7yN4Es'
const json = async (url: string): Promise<unknown> => (await fetch(url)).json()

async function pictures(files: Record<string, string> = {}): Promise<PagePictures> {
  const folder = await openOriginalsFolder(project(files))
  const limits = DEFAULT_LIMITS
  return {
    mounts: [
      { name: 'photos', allow: 'any', limits },
      { name: 'private', allow: 'signed', limits },
      { name: 'few', allow: ['400x300_webp'], limits: { ...limits, side: 800 } },
    ],
    originals: { folders: new Map([['photos', folder]]) },
    keys: { current: KEY },
  }
}

describe('the list of originals', () => {
  const FILES = {
    'b.jpg': 'bb',
    'a.jpg': 'a',
    'cats/tom.jpg': '1',
    'cats/old/kit <b>.jpg': '2',
    'dogs/rex.png': '3',
    '.DS_Store': 'x',
    '.git/config.jpg': 'x',
  }

  it('shows a folder as its files and folders, without hidden ones', async () => {
    const there = await pictures(FILES)
    const { url } = await servePage({ pictures: () => there })
    expect(await json(`${url}/?originals=photos`)).toMatchObject({
      mount: 'photos',
      all: 5,
      more: false,
      total: 2,
      folders: ['cats/', 'dogs/'],
      originals: [
        { key: 'a.jpg', size: 1 },
        { key: 'b.jpg', size: 2 },
      ],
    })
    expect(await json(`${url}/?originals=photos&folder=cats/`)).toMatchObject({
      total: 1,
      folders: ['cats/old/'],
      originals: [{ key: 'cats/tom.jpg' }],
    })
  })

  it('finds originals in all folders, in any case, and sends no more than asked', async () => {
    const there = await pictures(FILES)
    const { url } = await servePage({ pictures: () => there })
    expect(await json(`${url}/?originals=photos&folder=dogs/&search=CATS/`)).toMatchObject({
      total: 2,
      folders: [],
      originals: [{ key: 'cats/old/kit <b>.jpg' }, { key: 'cats/tom.jpg' }],
    })
    expect(await json(`${url}/?originals=photos&search=jpg&count=1`)).toMatchObject({
      total: 4,
      originals: [{ key: 'a.jpg' }],
    })
    for (const count of ['0', '-3', 'x'])
      expect(await json(`${url}/?originals=photos&count=${count}`)).toHaveProperty('originals.length', 1)
  })

  it.each(['nothing', '', '__proto__', '../photos'])('is 404 for the mount %j', async (mount) => {
    const there = await pictures()
    const { url } = await servePage({ pictures: () => there })
    expect((await fetch(`${url}/?originals=${mount}`)).status).toBe(404)
    const without = await servePage()
    expect((await fetch(`${without.url}/?originals=photos`)).status).toBe(404)
  })

  it('reads nothing outside the folder', async () => {
    const there = await pictures(FILES)
    const { url } = await servePage({ pictures: () => there })
    for (const folder of ['../', '/', '/etc/', 'cats/../../'])
      expect(await json(`${url}/?originals=photos&folder=${encodeURIComponent(folder)}`)).toMatchObject({
        total: 0,
        folders: [],
      })
  })
})

describe('the page’s state', () => {
  it('has the mounts, and no key', async () => {
    const there = await pictures()
    const { url } = await servePage({ pictures: () => there })
    const text = await (await fetch(`${url}/?state`)).text()
    expect(JSON.parse(text)).toMatchObject({
      about: {
        mounts: [
          { name: 'photos', signed: false, side: 4096 },
          { name: 'private', signed: true, side: 4096 },
          { name: 'few', signed: false, allowed: ['400x300_webp'], side: 800 },
        ],
      },
    })
    expect(text).not.toContain(KEY)
  })

  it('names changed originals, unless they are very many', async () => {
    const { page, url } = await servePage()
    const events = await listen(url)
    await events.until('state')
    page.originalsChanged([{ mount: 'photos', key: 'a.jpg' }])
    expect(await events.until('originals')).toEqual({ changed: [{ mount: 'photos', key: 'a.jpg' }] })
    page.originalsChanged(Array.from({ length: 5_000 }, (_, n) => ({ mount: 'photos', key: `${n}.jpg` })))
    expect(await events.until('originals', 2)).toEqual({})
  })
})

describe('a path that the page wants signed', () => {
  const sign = async (path: string, expires = '') => {
    const there = await pictures()
    const { url } = await servePage({ pictures: () => there })
    return json(`${url}/?sign=${encodeURIComponent(path)}&expires=${expires}`)
  }

  it('is signed in its one spelling', async () => {
    const path = await signPath('/private/400x300,smart/a%20b.jpg', { key: KEY })
    expect(await sign('/private/400x300,SMART,cover/a%20b.jpg')).toEqual({ path })
  })

  it('works for as long as asked', async () => {
    const before = Date.now()
    const signed = await sign('/private/400x300/a.jpg', '1h')
    expect(signed).toMatchObject({
      path: expect.stringMatching(/^\/private\/400x300\/a\.jpg\?exp=\d+&sig=[\w-]{22}$/) as string,
    })
    const { expires } = signed as { expires: number }
    expect(Math.abs(expires - before - 3_600_000)).toBeLessThan(10_000)
  })

  it.each([
    ['/photos/400x300/a.jpg', '', 'NOT_SIGNED'],
    ['/640x480,white,png', '', 'NOT_SIGNED'],
    ['private/400x300/a.jpg', '', 'NOT_SIGNED'],
    ['/privateer/400x300/a.jpg', '', 'NOT_SIGNED'],
    ['/private/400x300/a.jpg', 'tomorrow', 'BAD_EXPIRES'],
    ['/private/400x300/a.jpg', '1795575115', 'BAD_EXPIRES'],
    ['/private/400x,smart/a.jpg', '', 'CONFLICT'],
    ['/private/400x300/a.jpg?sig=1', '', 'BAD_PATH'],
    ['/private/400x300/%zz.jpg', '', 'BAD_PATH'],
  ])('%s for %j is refused with %s', async (path, expires, code) => {
    const refused = await sign(path, expires)
    expect(refused).toMatchObject({ code })
    expect(JSON.stringify(refused)).not.toContain(KEY)
  })
})

describe('the image function’s line', () => {
  const rewritten = '/photos/0123456789ab/a.jpg/400x300'
  const request = { uri: '/photos/400x300,cover/a.jpg', rewritten }
  // Lambda's id, which CloudFront doesn't know.
  const line = lineOf('lambda-1', 'made', { path: '/photos/400x300/a.jpg', key: rewritten.slice(1) })

  it.each(['before', 'after'])('finds its request, if it comes %s it', async (when) => {
    const { page, url } = await servePage()
    page.served(served('hit', { ...request, age: 3, cacheResult: 'Hit' }))
    page.served(served('other', { ...request, rewritten: `${rewritten}_webp` }))
    if (when === 'before') page.functionLine(line)
    page.served(served('one', request))
    if (when === 'after') page.functionLine(line)
    const { requests } = (await json(`${url}/?state`)) as { requests: { id: string; function?: unknown }[] }
    expect(requests.map(({ id, function: report }) => [id, report !== undefined])).toEqual([
      ['one', true],
      ['other', false],
      ['hit', false],
    ])
  })
})
