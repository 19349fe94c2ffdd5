import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openObjectFolder } from '../../src/objects/folder.js'
import type { ObjectFolder } from '../../src/objects/folder.js'
import { filesUnder, temporaryFolder } from '../local/s3/support.js'

const png = (text: string) => ({ body: Buffer.from(text), contentType: 'image/png' })

const AWKWARD_KEYS = [
  '',
  '.',
  '..',
  '../../etc/passwd',
  '..\\..\\windows\\system.ini',
  '/absolute',
  'C:\\absolute',
  'nul\0byte',
  'CON',
  'aux.png',
  'case',
  'CASE',
  'trailing dot.',
  'trailing space ',
  'a/b',
  'a//b',
  'a',
  '__proto__',
  '\u00e9',
  'e\u0301',
  '\ufffd',
  '\ud800',
  '\udfff',
  'x'.repeat(100_000),
]

it('returns what was put', async () => {
  const folder = await openObjectFolder(await temporaryFolder())
  const put = await folder.put('a', { ...png('hello'), cacheControl: 'max-age=1' })
  expect(await folder.get('a')).toEqual(put)
  expect(put).toEqual({
    key: 'a',
    body: Buffer.from('hello'),
    contentType: 'image/png',
    cacheControl: 'max-age=1',
    etag: '"5d41402abc4b2a76b9719d911017c592"',
    lastModified: expect.any(Date),
  })
  expect(await folder.put('b', png(''))).not.toHaveProperty('cacheControl')
  expect(await folder.get('b')).not.toHaveProperty('cacheControl')
})

it('has nothing under a key that was never put, or was deleted', async () => {
  const folder = await openObjectFolder(await temporaryFolder())
  expect(await folder.get('a')).toBeUndefined()
  await folder.delete('a')
  await folder.put('a', png('1'))
  await folder.delete('a')
  expect(await folder.get('a')).toBeUndefined()
  expect(await folder.list('')).toEqual([])
})

it('keeps the latest of several puts', async () => {
  const folder = await openObjectFolder(await temporaryFolder())
  for (const text of ['1', '22', '']) await folder.put('a', png(text))
  await Promise.all(['x', 'y', 'z'].map((text) => folder.put('a', png(text))))
  expect((await folder.get('a'))?.body.toString()).toBe('z')
})

it('keeps awkward keys apart', async () => {
  const folder = await openObjectFolder(await temporaryFolder())
  for (const [index, key] of AWKWARD_KEYS.entries()) await folder.put(key, png(String(index)))
  for (const [index, key] of AWKWARD_KEYS.entries()) {
    expect(await folder.get(key)).toMatchObject({ key, body: Buffer.from(String(index)) })
  }
  expect(await folder.list('')).toHaveLength(AWKWARD_KEYS.length)
})

it('returns any body under any key, and writes only inside the folder', async () => {
  const parent = await temporaryFolder()
  const folder = await openObjectFolder(join(parent, 'a', 'b', 'store'))
  const keys = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom(...AWKWARD_KEYS)),
      fc.uint8Array({ maxLength: 2000 }),
      fc.string({ unit: 'binary' }),
      async (key, bytes, text) => {
        const body = Buffer.from(bytes)
        await folder.put(key, { body, contentType: text, cacheControl: text })
        keys.add(key)
        expect(await folder.get(key)).toMatchObject({ key, body, contentType: text, cacheControl: text })
      },
    ),
    { numRuns: 200 },
  )
  const files = await filesUnder(parent)
  expect(files).toHaveLength(keys.size)
  for (const file of files) expect(file).toMatch(/^a\/b\/store\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/)
  expect(new Set((await folder.list('')).map(({ key }) => key))).toEqual(keys)
})

it('lists and removes by prefix, in the order of the UTF-8 bytes', async () => {
  const folder = await openObjectFolder(await temporaryFolder())
  for (const key of ['b/2', 'a/\u{1f600}', 'a/\uffee', 'a/1', 'a', 'B/1']) await folder.put(key, png(key))
  expect((await folder.list('a/')).map(({ key }) => key)).toEqual(['a/1', 'a/\uffee', 'a/\u{1f600}'])
  expect((await folder.list('b/2'))[0]).toEqual({ key: 'b/2', size: 3, lastModified: expect.any(Date) })
  expect(await folder.removePrefix('a/')).toBe(3)
  expect(await folder.removePrefix('a/')).toBe(0)
  expect((await folder.list('')).map(({ key }) => key)).toEqual(['B/1', 'a', 'b/2'])
  expect(await folder.removePrefix('')).toBe(3)
})

it('keeps its objects when opened again', async () => {
  const dir = await temporaryFolder()
  const put = await (await openObjectFolder(dir)).put('a/b', png('hello'))
  expect(await (await openObjectFolder(dir)).get('a/b')).toEqual(put)
})

describe('ifAbsent', () => {
  it('lets exactly one of many racing puts win', async () => {
    const folder = await openObjectFolder(await temporaryFolder())
    for (let round = 0; round < 20; round++) {
      const texts = Array.from({ length: 8 }, (_, index) => `${round}-${index}`)
      const results = await Promise.all(
        texts.map((text) => folder.put(`key ${round}`, png(text), { ifAbsent: true })),
      )
      const winners = results.filter((result) => result !== 'exists')
      expect(winners).toHaveLength(1)
      expect(await folder.get(`key ${round}`)).toEqual(winners[0])
    }
  })

  it('succeeds after a delete, and over a corrupt file', async () => {
    const dir = await temporaryFolder()
    const folder = await openObjectFolder(dir)
    await folder.put('a', png('1'))
    expect(await folder.put('a', png('2'), { ifAbsent: true })).toBe('exists')
    await folder.delete('a')
    expect(await folder.put('a', png('3'), { ifAbsent: true })).toMatchObject({ key: 'a' })
    await truncate(await onlyFile(dir), 10)
    expect(await folder.put('a', png('4'), { ifAbsent: true })).toMatchObject({ key: 'a' })
    expect((await folder.get('a'))?.body.toString()).toBe('4')
  })
})

describe('a corrupt file', () => {
  const damage: Record<string, (file: string) => Promise<void>> = {
    'cut short in the body': async (file) => truncate(file, (await readFile(file)).length - 1),
    'cut short in the metadata': (file) => truncate(file, 20),
    'cut short after the metadata': async (file) => truncate(file, (await readFile(file)).indexOf('\n')),
    empty: (file) => truncate(file, 0),
    'too long': (file) => writeFile(file, 'x', { flag: 'a' }),
    garbage: (file) => writeFile(file, '\0\n\n{"key":1}\n\xff'),
    'JSON, but not of an object': (file) => {
      const line = '{"key":"a"}'
      return writeFile(file, `${line}\n${createHash('sha256').update(line).digest('hex')}\n`)
    },
    "another key's": async (file) => {
      const other = await temporaryFolder()
      await (await openObjectFolder(other)).put('b', png('hello'))
      await rename(await onlyFile(other), file)
    },
  }
  for (const [how, spoil] of Object.entries(damage)) {
    it(`counts as absent, is removed and reported: ${how}`, async () => {
      const { dir, file, folder, reports } = await folderWithOne()
      await spoil(file)
      expect(await folder.get('a')).toBeUndefined()
      expect(reports).toEqual([['a', file]])
      expect(await filesUnder(dir)).toEqual([])
      expect(await folder.get('a')).toBeUndefined()
      expect(reports).toHaveLength(1)
    })

    it(`is not listed: ${how}`, async () => {
      const { file, folder, reports } = await folderWithOne()
      await spoil(file)
      expect(await folder.list('')).toEqual([])
      expect(reports).toEqual([[undefined, file]])
    })
  }

  it('is noticed for any one bit flipped', async () => {
    const { file, folder } = await folderWithOne()
    const whole = await readFile(file)
    const flips = Array.from({ length: whole.length * 8 }, (_, bit) => bit)
    for (const bit of flips) {
      const flipped = Buffer.from(whole)
      flipped.writeUInt8(whole.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      await writeFile(file, flipped)
      expect(await folder.get('a'), `bit ${bit}`).toBeUndefined()
    }
  })
})

describe('temporary files', () => {
  const DEAD = 2 ** 30

  it('of an ended process are removed on opening', async () => {
    const { dir, file } = await folderWithOne()
    await writeFile(`${file}.${DEAD}-1700000000000-0123456789abcdef.tmp`, 'half')
    await writeFile(`${file}.${process.pid}-1700000000000-0123456789abcdef.tmp`, 'half')
    const folder = await openObjectFolder(dir)
    expect(await filesUnder(dir)).toHaveLength(1)
    expect(await folder.get('a')).toBeDefined()
  })

  it('of a running process are left alone, and never listed', async () => {
    const { dir, file } = await folderWithOne()
    await writeFile(`${file}.${process.ppid}-1700000000000-0123456789abcdef.tmp`, 'half')
    const folder = await openObjectFolder(dir)
    expect(await filesUnder(dir)).toHaveLength(2)
    expect(await folder.list('')).toHaveLength(1)
  })

  it('of puts under way survive a second opening', async () => {
    const dir = await temporaryFolder()
    const folder = await openObjectFolder(dir)
    const puts = Array.from({ length: 50 }, (_, index) => folder.put(String(index), png('x'.repeat(1e5))))
    await Promise.all([...puts, openObjectFolder(dir), openObjectFolder(dir)])
    expect(await folder.list('')).toHaveLength(50)
  })
})

describe('errors of the file system', () => {
  it('a folder that can’t be created is an error', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(openObjectFolder(join(file, 'store'))).rejects.toThrow(/ENOTDIR|EEXIST|ENOENT/)
    await expect(openObjectFolder(file)).rejects.toThrow(/EEXIST|ENOTDIR/)
  })

  it('a put that can’t be written is an error', async () => {
    const { dir, file, folder } = await folderWithOne()
    await folder.delete('a')
    await rename(dirname(file), join(dir, 'away'))
    await writeFile(dirname(file), '')
    await expect(folder.put('a', png('1'))).rejects.toThrow(/EEXIST|ENOTDIR|ENOENT/)
  })

  it('a folder in the place of an object is an error, and a failed put leaves nothing', async () => {
    const { dir, file, folder } = await folderWithOne()
    await folder.delete('a')
    await mkdir(join(file, 'full'), { recursive: true })
    await expect(folder.get('a')).rejects.toThrow(/EISDIR|EPERM/)
    await expect(folder.list('')).rejects.toThrow(/EISDIR|EPERM/)
    await expect(folder.put('a', png('1'))).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM|EACCES/)
    expect(await filesUnder(dir)).toEqual([])
  })

  it('a failure does not block later calls for the same key', async () => {
    const { file, folder } = await folderWithOne()
    await folder.delete('a')
    await mkdir(file)
    const failed = folder.get('a')
    const next = folder.get('a')
    await expect(failed).rejects.toThrow()
    await expect(next).rejects.toThrow()
    await rename(file, `${file}-away`)
    expect(await folder.put('a', png('1'))).toMatchObject({ key: 'a' })
  })
})

async function folderWithOne(): Promise<{
  dir: string
  file: string
  folder: ObjectFolder
  reports: [string | undefined, string][]
}> {
  const dir = await temporaryFolder()
  const reports: [string | undefined, string][] = []
  const folder = await openObjectFolder(dir, { onCorrupt: (key, file) => reports.push([key, file]) })
  await folder.put('a', png('hello'))
  return { dir, file: await onlyFile(dir), folder, reports }
}

async function onlyFile(dir: string): Promise<string> {
  const [file, ...others] = await filesUnder(dir)
  expect(others).toEqual([])
  return join(dir, file ?? '')
}

describe('conditions', () => {
  it('let a put replace only the object of their ETag', async () => {
    const folder = await openObjectFolder(await temporaryFolder())
    expect(await folder.put('a', png('x'), { ifMatch: '"e"' })).toBe('absent')
    const { etag } = (await folder.put('a', png('one'))) as { etag: string }
    expect(await folder.put('a', png('x'), { ifMatch: '"e"' })).toBe('changed')
    expect(await folder.put('a', png('two'), { ifMatch: etag })).toMatchObject({ body: Buffer.from('two') })
    expect(await folder.put('a', png('x'), { ifMatch: etag })).toBe('changed')
    expect((await folder.get('a'))?.body.toString()).toBe('two')
  })

  it('let exactly one of many racing writers and deleters win', async () => {
    const folder = await openObjectFolder(await temporaryFolder())
    const { etag } = (await folder.put('a', png('one'))) as { etag: string }
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async (_, n) =>
        n % 2 ? folder.delete('a', { ifMatch: etag }) : folder.put('a', png(`${n}!`), { ifMatch: etag }),
      ),
    )
    expect(outcomes.filter((one) => one === 'deleted' || typeof one === 'object')).toHaveLength(1)
  })

  it('let a delete remove only the object of their ETag', async () => {
    const folder = await openObjectFolder(await temporaryFolder())
    const { etag } = (await folder.put('a', png('one'))) as { etag: string }
    expect(await folder.delete('a', { ifMatch: '"e"' })).toBe('changed')
    expect(await folder.delete('a', { ifMatch: etag })).toBe('deleted')
    expect(await folder.delete('a', { ifMatch: etag })).toBe('absent')
    expect(await folder.delete('a')).toBe('absent')
  })
})

describe('metadata', () => {
  it('is kept with the object, and replaced with it', async () => {
    const dir = await temporaryFolder()
    const metadata = { 'source-etag': '"e"', empty: '' }
    await (await openObjectFolder(dir)).put('a', { ...png('x'), metadata })
    const folder = await openObjectFolder(dir)
    expect(await folder.get('a')).toMatchObject({ metadata })
    expect(await folder.head('a')).toMatchObject({ metadata })
    await folder.put('a', png('y'))
    expect(await folder.get('a')).not.toHaveProperty('metadata')
  })

  it('is absent from a file that was written before there was any', async () => {
    const dir = await temporaryFolder()
    const name = createHash('sha256').update('a').digest('hex')
    const line = JSON.stringify({
      key: 'a',
      contentType: 'image/png',
      cacheControl: 'max-age=1',
      etag: '"e"',
      lastModified: '2026-01-02T03:04:05.678Z',
      length: 1,
      sha256: createHash('sha256').update('x').digest('hex'),
    })
    await mkdir(join(dir, name.slice(0, 2)))
    const digest = createHash('sha256').update(line).digest('hex')
    await writeFile(join(dir, name.slice(0, 2), name), `${line}\n${digest}\nx`)
    expect(await (await openObjectFolder(dir)).get('a')).toEqual({
      key: 'a',
      body: Buffer.from('x'),
      contentType: 'image/png',
      cacheControl: 'max-age=1',
      etag: '"e"',
      lastModified: new Date('2026-01-02T03:04:05.678Z'),
    })
  })
})
