import { truncateSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { ReadableObjects } from '../../../src/objects/object-store.js'
import { openOriginalsFolder } from '../../../src/objects/originals-folder.js'
import { tempFolder } from '../../support/project.js'
import { ask, BUCKET, sign, startTestStore } from './support.js'

const BYTES = 65 * 1024 * 1024
const FILM = { path: `/${BUCKET}/film.mp4` }

async function storeOf(objects: ReadableObjects) {
  const errors: unknown[] = []
  const store = await startTestStore({
    buckets: new Map([[BUCKET, objects]]),
    onError: (error) => errors.push(error),
  })
  return { ...store, errors }
}

async function folderWithFilm() {
  const dir = tempFolder()
  writeFileSync(path.join(dir, 'film.mp4'), '')
  truncateSync(path.join(dir, 'film.mp4'), BYTES)
  return openOriginalsFolder(dir)
}

it('a large file is sent as a stream, with its length first', async () => {
  const { endpoint, errors } = await storeOf(await folderWithFilm())
  const before = process.memoryUsage().arrayBuffers
  const head = await ask(endpoint, { ...FILM, method: 'HEAD' })
  expect(head.headers['content-length']).toBe(String(BYTES))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(BYTES / 2)
  const got = await ask(endpoint, FILM)
  expect(got.body).toHaveLength(BYTES)
  expect(got.headers.etag).toBe(head.headers.etag)
  const same = await ask(endpoint, { ...FILM, headers: { 'If-None-Match': head.headers.etag ?? '' } })
  expect(same.status).toBe(304)
  expect(errors).toEqual([])
})

it('a client that leaves after the headers is no error, and the file is closed', async () => {
  let body: Readable | undefined
  const folder = await folderWithFilm()
  const { endpoint, errors } = await storeOf({
    ...folder,
    async open(key) {
      const opened = await folder.open(key)
      body = opened?.body as Readable
      return opened
    },
  })
  const { headers } = sign(endpoint, FILM)
  const length = await new Promise<string | undefined>((resolve, reject) => {
    const outgoing = request(`${endpoint}${FILM.path}`, { headers }, (response) => {
      resolve(response.headers['content-length'])
      response.destroy()
    })
    outgoing.on('error', reject).end()
  })
  expect(length).toBe(String(BYTES))
  await expect.poll(() => body?.closed).toBe(true)
  expect(errors).toEqual([])
})

it('a file that shrinks meanwhile cuts the connection, so that nobody waits for the rest', async () => {
  const { endpoint, errors } = await storeOf({
    get: () => Promise.reject(new Error('not asked')),
    head: () => Promise.reject(new Error('not asked')),
    open: async (key) => ({
      key,
      size: 10,
      etag: '"e"',
      contentType: 'a/b',
      lastModified: new Date(),
      body: Readable.from([Buffer.from('half')]),
    }),
  })
  await expect(ask(endpoint, FILM)).rejects.toThrow()
  expect(String(errors)).toContain('ended after 4 of 10 bytes')
})
