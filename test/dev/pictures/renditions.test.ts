import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renditionKey } from '../../../handler/shared/pictures/key.js'
import type { Mount } from '../../../handler/shared/pictures/mount.js'
import { parsePicturePath } from '../../../handler/shared/pictures/path.js'
import { readMounts } from '../../../src/config/mounts.js'
import type { MountConfig } from '../../../src/config/types.js'
import {
  dropOutdatedRenditions,
  listRenditions,
  openRenditions,
  servedMounts,
} from '../../../src/dev/pictures/renditions.js'
import { tempFolder } from '../../support/project.js'

const PNG = { body: Buffer.from('a picture'), contentType: 'image/png' }

function mount(name: string, config: Partial<MountConfig> = {}): Mount {
  const [only] = readMounts({ [name]: { allow: 'any', ...config } }, 'the test')
  if (!only) throw new Error('There is no mount.')
  return only
}

/** The key of what a viewer's path asks for. */
function keyOf(path: string, { name, generation, limits }: Mount): string {
  const parsed = parsePicturePath(path, new Map([[name, { name, limits }]]))
  if (parsed?.kind !== 'rendition') throw new Error(`${path} is no rendition.`)
  return renditionKey({ generation, ...parsed }, parsed.operations)
}

async function opened(data = tempFolder()) {
  const warnings: string[] = []
  const store = await openRenditions(data, { warn: (text) => void warnings.push(text) })
  return { data, store, warnings }
}

it('lists what was made of one original, of those below a prefix, or of all of a mount', async () => {
  const { store } = await opened()
  const photos = mount('photos')
  for (const path of [
    '/photos/10x10/a%20b.jpg',
    '/photos/20x20,webp/a%20b.jpg',
    '/photos/10x10/cats/tom.jpg',
    '/photos/10x10/cats2/tom.jpg',
  ])
    await store.put(keyOf(path, photos), PNG)
  await store.put(`_notes/${photos.generation}/photos/00/faces.json`, PNG)
  await store.put(keyOf('/other/10x10/a%20b.jpg', mount('other')), PNG)
  const listed = async (chosen: Parameters<typeof listRenditions>[1]) =>
    (await listRenditions(store, chosen)).map(({ key, written, size }) => `${key} ${written} ${size}`)
  expect(await listed({ mount: 'photos', key: 'a b.jpg' })).toEqual([
    'a b.jpg 10x10 9',
    'a b.jpg 20x20_webp 9',
  ])
  expect(await listed({ mount: 'photos', prefix: 'cats/' })).toEqual(['cats/tom.jpg 10x10 9'])
  expect(await listed({ mount: 'photos', prefix: '' })).toHaveLength(4)
  expect(await listed({ mount: 'none', prefix: '' })).toEqual([])
})

it('drops renditions and notes of another generation, of the mounts that are configured now', async () => {
  const { data, store } = await opened()
  const [before, after, other] = [mount('photos'), mount('photos', { limits: { side: 100 } }), mount('other')]
  expect(await dropOutdatedRenditions(store, data, { mounts: [before, other], answers: undefined })).toBe(0)
  for (const one of [before, other]) await store.put(keyOf(`/${one.name}/10x10/a.jpg`, one), PNG)
  await store.put(`_notes/${before.generation}/photos/00/faces.json`, PNG)

  expect(await dropOutdatedRenditions(store, data, { mounts: [before], answers: undefined })).toBe(0)
  expect(await dropOutdatedRenditions(store, data, { mounts: [after], answers: undefined })).toBe(1)
  expect((await store.list('')).map(({ key }) => key)).toEqual([keyOf('/other/10x10/a.jpg', other)])
  expect((await servedMounts(data)).sort()).toEqual(['other', 'photos'])
})

it('drops what was made with other answers of Rekognition, and nothing of mounts that ask none', async () => {
  const { data, store } = await opened()
  const mounts = [mount('photos'), mount('checked', { moderate: { action: 'blur' } })]
  await dropOutdatedRenditions(store, data, { mounts, answers: undefined })
  for (const one of mounts) await store.put(keyOf(`/${one.name}/10x10/a.jpg`, one), PNG)
  expect(await dropOutdatedRenditions(store, data, { mounts, answers: 'abc' })).toBe(1)
  expect((await store.list('')).map(({ key }) => key.split('/')[0])).toEqual(['photos'])
  expect(await dropOutdatedRenditions(store, data, { mounts, answers: 'abc' })).toBe(0)
})

it('a folder that nothing was served from has no mounts', async () => {
  const folder = tempFolder()
  expect(await servedMounts(folder)).toEqual([])
  expect(existsSync(`${folder}/generations.json`)).toBe(false)
})
