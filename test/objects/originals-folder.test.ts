import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOriginalsKey } from '../../src/objects/originals-key.js'
import { openOriginalsFolder } from '../../src/objects/originals-folder.js'
import { underPrefixes } from '../../src/objects/under-prefixes.js'
import { tempFolder } from '../support/project.js'

/** Every system but Windows has it. */
const MAKE_PIPE = 'mkfifo'
const WINDOWS = process.platform === 'win32'
const LONG_AGO = new Date('2020-01-02T03:04:05Z')

/** A folder of these files. Their content is their name, unless it is given. */
function filesIn(dir: string, files: Record<string, string> | string[]): string {
  const entries = Array.isArray(files) ? files.map((name) => [name, name] as const) : Object.entries(files)
  for (const [name, content] of entries) {
    const file = path.join(dir, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return dir
}

const md5 = (text: string) => `"${createHash('md5').update(text).digest('hex')}"`

describe('a folder of originals', () => {
  it('has a file under its relative path, with the MD5 of its bytes as its ETag', async () => {
    const dir = filesIn(tempFolder(), { 'cats/tom & jerry.jpg': 'tom', 'ä/日本.png': 'x', 'empty.gif': '' })
    utimesSync(path.join(dir, 'cats/tom & jerry.jpg'), LONG_AGO, LONG_AGO)
    const folder = await openOriginalsFolder(dir)
    const about = {
      key: 'cats/tom & jerry.jpg',
      contentType: 'binary/octet-stream',
      etag: md5('tom'),
      lastModified: LONG_AGO,
    }
    expect(await folder.get('cats/tom & jerry.jpg')).toEqual({ ...about, body: Buffer.from('tom') })
    expect(await folder.head('cats/tom & jerry.jpg')).toEqual({ ...about, size: 3 })
    expect(await folder.open('cats/tom & jerry.jpg')).toEqual({ ...about, size: 3, body: Buffer.from('tom') })
    expect((await folder.get('ä/日本.png'))?.body.toString()).toBe('x')
    expect(await folder.head('empty.gif')).toMatchObject({ size: 0, etag: md5('') })
  })

  it('sees each change of a file, also one that leaves its size and time as they were', async () => {
    const dir = filesIn(tempFolder(), { 'a.jpg': 'one' })
    const file = path.join(dir, 'a.jpg')
    const folder = await openOriginalsFolder(dir)
    for (const at of [LONG_AGO, new Date()])
      for (const content of ['one', 'two', 'six', 'longer']) {
        writeFileSync(file, content)
        utimesSync(file, at, at)
        expect((await folder.head('a.jpg'))?.etag).toBe(md5(content))
        expect((await folder.head('a.jpg'))?.etag).toBe(md5(content))
        expect((await folder.get('a.jpg'))?.etag).toBe(md5(content))
      }
    rmSync(file)
    expect(await folder.head('a.jpg')).toBeUndefined()
  })

  it('reads a large file as a stream, and never as a whole', async () => {
    const dir = filesIn(tempFolder(), { 'film.mp4': 'begin' })
    const bytes = 65 * 1024 * 1024
    truncateSync(path.join(dir, 'film.mp4'), bytes)
    const folder = await openOriginalsFolder(dir)
    const head = await folder.head('film.mp4')
    expect(head).toMatchObject({ size: bytes, etag: expect.stringMatching(/^"[0-9a-f]{32}-1"$/) as string })
    const opened = await folder.open('film.mp4')
    expect(opened).toMatchObject({ size: bytes, etag: head?.etag })
    expect(opened?.body).toBeInstanceOf(Readable)
    expect(await buffer(opened?.body as Readable)).toHaveLength(bytes)
    await expect(folder.get('film.mp4')).rejects.toThrow(/too many/)
  })

  it('lists the files below a prefix in the order of S3, without hidden ones', async () => {
    const dir = filesIn(tempFolder(), [
      'b/1.jpg',
      'b-c.jpg',
      'b/é.jpg',
      'b/.hidden.jpg',
      '.git/config',
      'a.jpg',
      'Z.jpg',
      'b/deep/er/x.jpg',
    ])
    const folder = await openOriginalsFolder(dir)
    const keys = async (prefix: string, most?: number) =>
      (await folder.list(prefix, most)).map(({ key }) => key)
    expect(await keys('')).toEqual(['Z.jpg', 'a.jpg', 'b-c.jpg', 'b/1.jpg', 'b/deep/er/x.jpg', 'b/é.jpg'])
    expect(await keys('b')).toEqual(['b-c.jpg', 'b/1.jpg', 'b/deep/er/x.jpg', 'b/é.jpg'])
    expect(await keys('b/d')).toEqual(['b/deep/er/x.jpg'])
    expect(await keys('', 2)).toEqual(['Z.jpg', 'a.jpg'])
    for (const prefix of ['none/', '../', '/', 'b//', '.git/', 'a.jpg/'])
      expect(await keys(prefix)).toEqual([])
    expect((await folder.list('a'))[0]).toMatchObject({ size: 5, lastModified: expect.any(Date) as Date })
  })

  it('that is absent, or a file, is an error when it is opened', async () => {
    const dir = filesIn(tempFolder(), ['file'])
    await expect(openOriginalsFolder(path.join(dir, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(openOriginalsFolder(path.join(dir, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  })
})

describe('a key never leaves the folder', () => {
  it('for any text', async () => {
    const dir = filesIn(tempFolder(), [
      'pics/tom.jpg',
      'secret',
      '.env',
      'pics2/x',
      'pics/.env',
      'pics/a/b.jpg',
    ])
    const folder = await openOriginalsFolder(path.join(dir, 'pics'))
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'secret',
      '.env',
      'tom.jpg',
      'a',
      'b.jpg',
      'pics2',
      'x',
      '\0',
      '\\',
      '%2e%2e',
      '..\\',
      '~',
    )
    const keys = fc.oneof(
      fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/')),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(path.join(dir, 'secret'), `${dir}/secret`, `/../secret`),
    )
    await fc.assert(
      fc.asyncProperty(keys, async (key) => {
        const isServed = key === 'tom.jpg' || key === 'a/b.jpg'
        expect((await folder.head(key)) !== undefined).toBe(isServed)
        expect((await folder.get(key)) !== undefined).toBe(isServed)
        expect((await folder.open(key)) !== undefined).toBe(isServed)
      }),
      { numRuns: 500 },
    )
  })

  it.each(['', '/', 'pics', 'pics/', 'tom.jpg/', 'tom.jpg/x', 'x'.repeat(300), 'a/'.repeat(3000)])(
    'and %j is no file',
    async (key) => {
      const folder = await openOriginalsFolder(filesIn(tempFolder(), ['pics/a.jpg', 'tom.jpg']))
      expect(await folder.head(key)).toBeUndefined()
    },
  )

  it.skipIf(WINDOWS)('by a link to outside, to a hidden file, or in a circle', async () => {
    const dir = filesIn(tempFolder(), ['secret/x.jpg', 'pics/tom.jpg', 'pics/.git/config', 'pics/sub/a.jpg'])
    const link = (to: string, name: string) => symlinkSync(to, path.join(dir, 'pics', name))
    link('../secret/x.jpg', 'out.jpg')
    link('../secret', 'outside')
    link('.git', 'git')
    link('.git/config', 'config')
    link('loop', 'loop')
    link('.', 'self')
    link('nowhere', 'broken')
    link('tom.jpg', 'inside.jpg')
    link('sub', 'folder')
    const folder = await openOriginalsFolder(path.join(dir, 'pics'))
    for (const key of [
      'out.jpg',
      'outside/x.jpg',
      'git/config',
      'config',
      'loop',
      'broken',
      'outside',
      'self',
    ])
      expect(await folder.head(key), key).toBeUndefined()
    expect((await folder.get('inside.jpg'))?.body.toString()).toBe('pics/tom.jpg')
    expect((await folder.get('folder/a.jpg'))?.key).toBe('folder/a.jpg')
    expect((await folder.list('')).map(({ key }) => key)).toEqual(['inside.jpg', 'sub/a.jpg', 'tom.jpg'])
    expect(await folder.list('outside/')).toEqual([])
    expect(await folder.list('git/')).toEqual([])
  })

  it.skipIf(WINDOWS)('and the folder itself may be a link', async () => {
    const dir = filesIn(tempFolder(), ['real/tom.jpg'])
    symlinkSync('real', path.join(dir, 'link'))
    const folder = await openOriginalsFolder(path.join(dir, 'link'))
    expect(folder.root).toBe(await realpath(path.join(dir, 'real')))
    expect(await folder.head('tom.jpg')).toBeDefined()
  })

  it.skipIf(WINDOWS)('and a pipe holds up nobody', async () => {
    const dir = filesIn(tempFolder(), ['tom.jpg'])
    execFileSync(MAKE_PIPE, [path.join(dir, 'pipe')])
    const folder = await openOriginalsFolder(dir)
    expect(await folder.get('pipe')).toBeUndefined()
    expect((await folder.list('')).map(({ key }) => key)).toEqual(['tom.jpg'])
  })

  it('and matches the real name, also next to one that differs in case', async () => {
    const folder = await openOriginalsFolder(filesIn(tempFolder(), ['Cats/Tom.jpg', 'one', '123', 'É']))
    expect(await folder.head('Cats/Tom.jpg')).toBeDefined()
    for (const key of ['cats/Tom.jpg', 'Cats/tom.jpg', 'CATS/TOM.JPG', 'ONE', 'é', 'E\u0301'])
      expect(await folder.head(key), key).toBeUndefined()
    for (const key of ['123', 'É', 'one']) expect(await folder.head(key), key).toBeDefined()
    const both = tempFolder()
    filesIn(both, { 'a.jpg': 'small', 'A.JPG': 'large' })
    const opened = await openOriginalsFolder(both)
    for (const { key } of await opened.list('')) expect(await opened.head(key)).toBeDefined()
  })
})

it.each([
  ['nul', false],
  ['NUL.jpg', false],
  ['a/con.tar.gz', false],
  ['com1', false],
  ['lpt³.txt', false],
  ['aux .png', false],
  ['CONIN$', false],
  ['a.jpg.', false],
  ['a.jpg ', false],
  ['a.jpg:stream', false],
  ['c:/a.jpg', false],
  ['what?.jpg', false],
  ['console.jpg', true],
  ['null.jpg', true],
  ['com10.jpg', true],
  ['ä b.jpg', true],
])('on Windows, %j is a key: %s; elsewhere all of them are', (key, onWindows) => {
  expect(isOriginalsKey(key, 'win32')).toBe(onWindows)
  expect(isOriginalsKey(key, 'linux')).toBe(true)
})

it('several folders are one bucket, each below its prefix', async () => {
  const [one, two] = [filesIn(tempFolder(), ['a.jpg', 'photos/b.jpg']), filesIn(tempFolder(), ['a.jpg'])]
  const bucket = underPrefixes(
    new Map([
      ['photos/', await openOriginalsFolder(one)],
      ['art/old/', await openOriginalsFolder(two)],
    ]),
  )
  for (const key of ['photos/a.jpg', 'photos/photos/b.jpg', 'art/old/a.jpg']) {
    expect((await bucket.get(key))?.key).toBe(key)
    expect((await bucket.head(key))?.key).toBe(key)
    expect((await bucket.open?.(key))?.key).toBe(key)
  }
  for (const key of ['a.jpg', 'photosa.jpg', 'art/a.jpg', 'art/old', 'photos/../a.jpg', ''])
    expect(await bucket.get(key)).toBeUndefined()
})
