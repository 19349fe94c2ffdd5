import { expect, it } from 'vitest'
import { openObjectFolder } from '../../src/objects/folder.js'
import { overlay } from '../../src/objects/overlay.js'
import { temporaryFolder } from '../local/s3/support.js'

const text = (body: string) => ({ body: Buffer.from(body), contentType: 'text/plain' })

async function twoFolders() {
  const over = await openObjectFolder(await temporaryFolder())
  const below = await openObjectFolder(await temporaryFolder())
  return { over, below, both: overlay(over, below) }
}

it('reads the upper objects first, then the lower ones', async () => {
  const { over, below, both } = await twoFolders()
  await below.put('a', text('below'))
  await below.put('b', text('only below'))
  await over.put('a', text('over'))
  expect((await both.get('a'))?.body.toString()).toBe('over')
  expect((await both.get('b'))?.body.toString()).toBe('only below')
  expect(await both.head('a')).toMatchObject({ size: 4, contentType: 'text/plain' })
  expect(await both.head('b')).toMatchObject({ size: 10 })
  expect(await both.get('c')).toBeUndefined()
  expect(await both.head('c')).toBeUndefined()
})

it('never writes to the lower objects', async () => {
  const { over, below, both } = await twoFolders()
  await below.put('a', text('below'))
  await both.put('a', text('over'))
  await both.put('b', { ...text('new'), cacheControl: 'max-age=1' }, { ifAbsent: true })
  expect((await below.get('a'))?.body.toString()).toBe('below')
  expect(await below.get('b')).toBeUndefined()
  expect((await both.get('a'))?.body.toString()).toBe('over')
  expect(await over.get('b')).toMatchObject({ cacheControl: 'max-age=1' })
})

it('keeps an existing object of either, if asked to', async () => {
  const { over, below, both } = await twoFolders()
  await below.put('a', text('below'))
  await over.put('b', text('over'))
  expect(await both.put('a', text('new'), { ifAbsent: true })).toBe('exists')
  expect(await both.put('b', text('new'), { ifAbsent: true })).toBe('exists')
  expect(await over.get('a')).toBeUndefined()
})

it('passes on errors of the lower objects', async () => {
  const { over } = await twoFolders()
  const fail = () => Promise.reject(new Error('denied'))
  const both = overlay(over, { get: fail, head: fail })
  await over.put('a', text('over'))
  expect((await both.get('a'))?.body.toString()).toBe('over')
  await expect(both.get('b')).rejects.toThrow('denied')
  await expect(both.head('b')).rejects.toThrow('denied')
  await expect(both.put('b', text('new'), { ifAbsent: true })).rejects.toThrow('denied')
})

it('judges an ETag by the object that is seen', async () => {
  const { over, below, both } = await twoFolders()
  const { etag } = (await below.put('a', text('below'))) as { etag: string }
  expect(await both.put('a', text('new'), { ifMatch: '"other"' })).toBe('changed')
  expect(await both.put('b', text('new'), { ifMatch: etag })).toBe('absent')
  const put = (await both.put('a', text('new'), { ifMatch: etag })) as { etag: string }
  expect((await both.get('a'))?.body.toString()).toBe('new')
  expect((await below.get('a'))?.body.toString()).toBe('below')
  expect(await both.put('a', text('newer'), { ifMatch: etag })).toBe('changed')
  expect(await both.put('a', text('newer'), { ifMatch: put.etag })).toHaveProperty('etag')
  expect(await both.delete('a', { ifMatch: etag })).toBe('changed')
  expect(await both.delete('a')).toBe('deleted')
  expect(await over.head('a')).toBeUndefined()
  expect((await both.get('a'))?.body.toString()).toBe('below')
})
