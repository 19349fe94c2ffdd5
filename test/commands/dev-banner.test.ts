import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { servedMounts } from '../../src/commands/dev-banner.js'
import { openOriginalsFolder } from '../../src/objects/originals-folder.js'
import { mount } from '../support/images.js'

const dir = mkdtempSync(path.join(tmpdir(), 'genato-banner-'))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('the path to try is never one of a file that is no picture by its name', async () => {
  const folder = await openOriginalsFolder(dir)
  const example = async () => {
    const originals = { folders: new Map([['photos', folder]]), buckets: new Map() }
    const [served] = await servedMounts({ pictures: { mounts: [mount()], originals, keys: undefined } })
    return served?.example
  }
  writeFileSync(path.join(dir, 'a.json'), '{}')
  expect(await example()).toBeUndefined()
  writeFileSync(path.join(dir, 'scan'), 'GIF89a')
  expect(await example()).toBe('/photos/400x300,smart,auto/scan')
  writeFileSync(path.join(dir, 'z 1.JPG'), '')
  expect(await example()).toBe('/photos/400x300,smart,auto/z%201.JPG')
})
