import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { Mount } from '../../../handler/shared/pictures/mount.js'
import { readMounts } from '../../../src/config/mounts.js'
import type { MountConfig } from '../../../src/config/types.js'
import { openOriginals } from '../../../src/dev/pictures/original-folders.js'
import { failure } from '../../config/failure.js'
import { project, tempFolder } from '../../support/project.js'

function mounts(given: Record<string, Partial<MountConfig>>): Mount[] {
  const all = Object.entries(given).map(([name, mount]) => [name, { allow: 'any' as const, ...mount }])
  return readMounts(Object.fromEntries(all) as Record<string, MountConfig>, 'the test')
}

async function open(all: Mount[], given: Record<string, string> = {}, home = tempFolder()) {
  return openOriginals(all, { given: new Map(Object.entries(given)), home, own: 'own' })
}

it('a mount has a folder of its own, which is made, or the one that was named', async () => {
  const [home, other] = [tempFolder(), project({ 'tom.jpg': 'a picture' })]
  const { folders, buckets } = await open(mounts({ photos: {}, more: {} }), { more: other }, home)
  expect([...folders].map(([name, { root }]) => [name, root])).toEqual([
    ['more', other],
    ['photos', path.join(home, 'photos')],
  ])
  const bucket = buckets.get('own')
  expect((await bucket?.get('more/tom.jpg'))?.body.toString()).toBe('a picture')
  expect(await bucket?.get('photos/tom.jpg')).toBeUndefined()
  expect(await bucket?.get('tom.jpg')).toBeUndefined()
})

it('mounts of different buckets are kept apart, below their prefixes', async () => {
  const [one, two] = [project({ 'a.jpg': 'one' }), project({ 'a.jpg': 'two' })]
  const { buckets } = await open(
    mounts({ one: { bucket: 'bucket-1', prefix: '' }, two: { bucket: 'bucket-2', prefix: 'x/y/' } }),
    { one, two },
  )
  expect([...buckets.keys()].sort()).toEqual(['bucket-1', 'bucket-2'])
  expect((await buckets.get('bucket-1')?.get('a.jpg'))?.body.toString()).toBe('one')
  expect((await buckets.get('bucket-2')?.get('x/y/a.jpg'))?.body.toString()).toBe('two')
})

it('a mount within another is a folder within its folder', async () => {
  const all = project({ 'cats/tom.jpg': 'a cat', 'a.jpg': 'a' })
  const { folders, buckets } = await open(
    mounts({ cats: { bucket: 'pets', prefix: 'cats/' }, all: { bucket: 'pets', prefix: '' } }),
    { all },
  )
  expect(folders.get('cats')?.root).toBe(path.join(all, 'cats'))
  expect((await buckets.get('pets')?.get('cats/tom.jpg'))?.body.toString()).toBe('a cat')
  expect((await folders.get('cats')?.get('tom.jpg'))?.body.toString()).toBe('a cat')
})

it('two folders for the same originals are refused', async () => {
  const [one, two] = [tempFolder(), tempFolder()]
  mkdirSync(path.join(one, 'cats'))
  const pets = mounts({ cats: { bucket: 'pets', prefix: 'cats/' }, all: { bucket: 'pets', prefix: '' } })
  const error = await failure(open(pets, { all: one, cats: two }))
  expect(error).toMatchObject({ code: 'BAD_ORIGINALS', exitCode: 2 })
  expect(error.message).toContain('The mount cats shares its originals with all')
  await expect(open(pets, { all: one, cats: path.join(one, 'cats') })).resolves.toBeDefined()
})
