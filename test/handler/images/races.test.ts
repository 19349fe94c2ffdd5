import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { buckets, colorOf, imageService, mount, pathOf, photo } from '../../support/images.js'

const MOUNT = mount()
const PATH = pathOf(MOUNT, 'tom.jpg')
const KEY = PATH.slice(1)
/** Each version is told by its colour. */
const VERSIONS = ['red', 'lime', 'blue', 'yellow']

/** Milliseconds after the start. A replacement is followed by the purge that its owner, or a watcher, sends. */
const moment = fc.integer({ min: 0, max: 80 })

it('leaves nothing outdated behind, however requests, replacements and purges interleave', async () => {
  const originals = await Promise.all(VERSIONS.map(async (color) => photo(color, 16)))
  await fc.assert(
    fc.asyncProperty(
      // Few requests, because each one that comes later would heal what an earlier one left.
      fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.record({ at: moment, purgeAfter: fc.integer({ min: 0, max: 5 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.infiniteStream(fc.integer({ min: 0, max: 15 })),
      async (requests, replacements, delays) => {
        const store = await buckets(async () => {
          await sleep(delays.next().value as number)
        })
        await store.put('tom.jpg', originals[0] ?? Buffer.alloc(0))
        let version = 0
        const replace = async ({ at, purgeAfter }: { at: number; purgeAfter: number }) => {
          await sleep(at)
          version += 1
          await store.put('tom.jpg', originals[version] ?? Buffer.alloc(0))
          await sleep(purgeAfter)
          await store.renditions.removePrefix(`${KEY.slice(0, KEY.lastIndexOf('/'))}/`)
        }
        const ask = async (at: number) => {
          await sleep(at)
          return imageService(store.endpoint, [MOUNT]).send(PATH)
        }
        const [answers] = await Promise.all([
          Promise.all(requests.map(ask)),
          Promise.all(replacements.map(replace)),
        ])
        for (const { status } of answers) expect([200, 503]).toContain(status)

        const current = await store.originals.head('photos/tom.jpg')
        const stored = await store.renditions.get(KEY)
        if (stored) expect(stored.metadata?.['source-etag']).toBe(current?.etag)
        const last = await imageService(store.endpoint, [MOUNT]).send(PATH)
        expect(last.status).toBe(200)
        expect(await colorOf(last.body)).toBe(await colorOf(originals[version] ?? Buffer.alloc(0)))
      },
    ),
    { numRuns: 40 },
  )
}, 60_000)
