import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AS_IS } from '../../../handler/shared/pictures/mount.js'
import { buckets, imageService, mount, pathOf, photo } from '../../support/images.js'

const MOUNT = mount({ asIs: true })

/** Pieces that paths are made of, right ones and wrong ones. */
const PIECES = [
  ['/', '//', '.', '..', '~2F', '~2E~2E', '~00', '~', '%2F', '%2e%2e', '\\', '\0', '?', '#', ' ', '_', '-'],
  ['photos', 'secret', 'secret.jpg', 'tom.jpg', MOUNT.generation, '0123456789ab', '_notes', 'generated'],
  ['40x', '40x30', '9999999x', 'x40_auto-avif', '40x_json', AS_IS, '40x_bg-ff8800', '40x_crop-1x1-0-0'],
].flat()
const piece = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const START = pathOf(MOUNT, 'x', AS_IS).replace(/x\/as-is$/, '')
const path = fc
  .tuple(
    fc.constantFrom('/', '', START, START),
    fc.array(piece, { maxLength: 6 }),
    fc.constantFrom('', 'tom.jpg/40x', '/tom.jpg/as-is', '/40x', '/as-is', '/x40_auto-avif'),
  )
  .map(([start, pieces, end]) => start + pieces.join('') + end)

it('reads nothing outside the mount, stores nothing but renditions of it, and never fails, whatever the path', async () => {
  const { endpoint, originals, put, asked } = await buckets()
  await put('tom.jpg', await photo('red'))
  await put('x/tom.jpg', await photo('red'))
  const secret = { body: Buffer.from('secret'), contentType: 'text/plain' }
  await originals.put('secret.jpg', secret)
  await originals.put('secret/tom.jpg', secret)
  const { send } = imageService(endpoint, [MOUNT], { faces: async () => [] })
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(path, async (rawPath) => {
      const { status, text } = await send(rawPath)
      seen.add(status)
      expect([200, 400, 404, 415]).toContain(status)
      expect(text).not.toContain('secret\n')
      if (status === 200) expect(rawPath).toContain('tom.jpg')
    }),
    { numRuns: 2_000 },
  )
  // Otherwise the paths would test nothing.
  expect(seen).toContain(200)
  const read = asked.filter((line) => /^\S+ originals /.test(line))
  expect(read.filter((line) => !/^\S+ originals photos\//.test(line))).toEqual([])
  expect(read.filter((line) => /\/(\.\.?)?\/|\/\.\.?$/.test(line))).toEqual([])
  const written = asked.filter((line) => /^(PUT|DELETE) /.test(line))
  expect(written.filter((line) => !/^\S+ renditions (_notes\/|[^/]+\/)/.test(line))).toEqual([])
})

it.each([
  ['a query', { rawQueryString: 'x=1', queryStringParameters: { x: '1' } }],
  ['conditions', { headers: { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() } }],
  ['a range', { headers: { range: 'bytes=0-1' } }],
  ['what the viewer accepts', { headers: { accept: 'image/avif', 'accept-encoding': 'gzip' } }],
  [
    'another host and path',
    { headers: { host: 'evil.example', 'x-forwarded-host': 'evil', 'x-original-url': '/y' } },
  ],
  ['a body', { body: 'x', isBase64Encoded: false }],
])('answers the same with %s', async (_, more) => {
  const { endpoint, put } = await buckets()
  await put('tom.jpg', await photo('red'))
  const { send } = imageService(endpoint, [MOUNT])
  const rawPath = pathOf(MOUNT, 'tom.jpg')
  await send(rawPath)
  expect(await send(rawPath, { event: more })).toEqual(await send(rawPath))
})
