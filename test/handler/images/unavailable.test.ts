import type { ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { buckets, imageService, mount, pathOf, photo, type Sent } from '../../support/images.js'
import { scriptedS3 } from '../../support/service.js'

const MOUNT = mount()
const PATH = pathOf(MOUNT, 'tom.jpg')
const UNAVAILABLE = {
  status: 503,
  cacheControl: 'no-store',
  text: 'UNAVAILABLE: The picture could not be read, made or stored in time. Try again.\n',
}

type Step = 'look' | 'head' | 'note' | 'read' | 'write' | 'check' | 'undo'
type Script = Partial<Record<Step, (response: ServerResponse, nth: number) => void>>

/** An S3 with one original and no renditions, which can fail at each step. */
async function s3(script: Script, original: Buffer) {
  const counts = new Map<Step, number>()
  const step = (method: string, path: string): Step => {
    if (path.includes('/_notes/')) return 'note'
    if (path.startsWith('/renditions/'))
      return method === 'GET' ? 'look' : method === 'PUT' ? 'write' : 'undo'
    return method === 'GET' ? 'read' : counts.has('read') ? 'check' : 'head'
  }
  return scriptedS3(({ method, path }, response) => {
    const now = step(method, path)
    const nth = (counts.get(now) ?? 0) + 1
    counts.set(now, nth)
    const own = script[now]
    if (own) return own(response, nth)
    if (now === 'look' || now === 'note')
      return void response.writeHead(method === 'PUT' ? 200 : 404, { ETag: '"n"' }).end()
    if (now === 'write') return void response.writeHead(200, { ETag: '"made"' }).end()
    if (now === 'undo') return void response.writeHead(204).end()
    response.writeHead(200, { ETag: '"v1"', 'Content-Length': original.length })
    response.end(now === 'read' ? original : undefined)
  })
}

async function ask(script: Script, remaining?: number): Promise<{ answer: Sent; requests: string[] }> {
  const { endpoint, requests } = await s3(script, await photo('red'))
  const { send } = imageService(endpoint, [MOUNT])
  return { answer: await send(PATH, remaining === undefined ? {} : { remaining }), requests }
}

it('answers when S3 does', async () => {
  expect((await ask({})).answer).toMatchObject({ status: 200, headers: { ETag: '"made"' } })
})

it.each(['look', 'head', 'note', 'read', 'write', 'check'] as const)(
  'is unavailable when S3 fails at the step: %s',
  async (step) => {
    for (const status of [500, 403])
      expect(
        (await ask({ [step]: (response: ServerResponse) => response.writeHead(status).end() })).answer,
      ).toMatchObject(UNAVAILABLE)
  },
)

it.each(['look', 'head', 'note', 'read', 'write', 'check'] as const)(
  'is unavailable at the deadline when S3 hangs at the step: %s',
  async (step) => {
    const started = Date.now()
    expect((await ask({ [step]: () => undefined }, 2_600)).answer).toMatchObject(UNAVAILABLE)
    expect(Date.now() - started).toBeLessThan(2_000)
  },
)

it('tries once more when the connection breaks, and finds what the first attempt stored', async () => {
  const original = await photo('red')
  let stored: Buffer | undefined
  const { answer, requests } = await ask({
    write(response, nth) {
      if (nth > 1) response.writeHead(412).end()
      else {
        stored = Buffer.from('rendition')
        response.destroy()
      }
    },
    look(response) {
      if (stored)
        response.writeHead(200, {
          ETag: '"kept"',
          'Content-Type': 'image/jpeg',
          'Cache-Control': 'public, max-age=3600, s-maxage=86400',
          'x-amz-meta-source-etag': '"v1"',
        })
      else response.writeHead(404)
      response.end(stored)
    },
    check: (response) =>
      void response.writeHead(200, { ETag: '"v1"', 'Content-Length': original.length }).end(),
  })
  expect(answer).toMatchObject({ status: 200, headers: { ETag: '"kept"' }, text: 'rendition' })
  expect(
    requests.filter((line) => line.startsWith('PUT /renditions/') && !line.includes('_notes')),
  ).toHaveLength(2)
})

it('tries once more when S3 reports another operation on the key', async () => {
  const { answer } = await ask({
    write: (response, nth) => void response.writeHead(nth === 1 ? 409 : 200, { ETag: '"second"' }).end(),
  })
  expect(answer).toMatchObject({ status: 200, headers: { ETag: '"second"' } })
})

it('looks again when an outdated rendition is gone by the time it would be replaced', async () => {
  let looked = 0
  const { answer } = await ask({
    look(response) {
      if (++looked > 1) response.writeHead(404).end()
      else response.writeHead(200, { ETag: '"old"', 'x-amz-meta-source-etag': '"v0"' }).end('old')
    },
    write(response, nth) {
      if (nth === 1) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
      else response.writeHead(200, { ETag: '"new"' }).end()
    },
    check: (response) => void response.writeHead(200, { ETag: '"v1"', 'Content-Length': 1 }).end(),
  })
  expect(answer).toMatchObject({ status: 200, headers: { ETag: '"new"' } })
  expect(looked).toBe(2)
})

it('still answers, uncached, when the outdated rendition can’t be taken back', async () => {
  const { endpoint } = await s3(
    {
      check: (response) => void response.writeHead(200, { ETag: '"v2"' }).end(),
      undo: (response) => void response.writeHead(500).end(),
    },
    await photo('red'),
  )
  const { send, lines } = imageService(endpoint, [MOUNT])
  expect(await send(PATH)).toMatchObject({ status: 200, cacheControl: 'public, max-age=0, s-maxage=0' })
  expect(lines[0]).toMatchObject({ outcome: 'made', error: expect.stringContaining('could not be deleted') })
})

it('is 404 when the original is gone, even if what was made of it can’t be deleted', async () => {
  const { endpoint } = await s3(
    {
      look: (response) =>
        void response.writeHead(200, { ETag: '"old"', 'x-amz-meta-source-etag': '"v1"' }).end('old'),
      head: (response) => void response.writeHead(404).end(),
      undo: (response) => void response.writeHead(403).end(),
    },
    await photo('red'),
  )
  const { send, lines } = imageService(endpoint, [MOUNT])
  expect(await send(PATH)).toMatchObject({ status: 404 })
  expect(lines[0]).toMatchObject({
    outcome: 'missing',
    error: expect.stringContaining('could not be deleted'),
  })
})

it('touches no bucket of another account', async () => {
  const { endpoint, put, asked } = await buckets(undefined, '999999999999')
  await put('tom.jpg', await photo('red'))
  const { send, lines } = imageService(endpoint, [MOUNT])
  expect(await send(PATH)).toMatchObject(UNAVAILABLE)
  expect(lines[0]?.error).toContain('403')
  expect(asked).toEqual([])
})
