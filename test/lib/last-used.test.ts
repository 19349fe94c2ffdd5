import { existsSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { markUsed, removeUnused } from '../../src/lib/last-used.js'
import { project } from '../support/project.js'

it('keeps what was used within the last day, and removes the rest', async () => {
  const cwd = project({ 'old/a': '', 'older/a': '', 'new/a': '' })
  const [old, older, fresh] = ['old', 'older', 'new'].map((name) => path.join(cwd, name)) as [
    string,
    string,
    string,
  ]
  const twoDaysAgo = Date.now() / 1000 - 2 * 86_400
  for (const folder of [old, older]) utimesSync(folder, twoDaysAgo, twoDaysAgo)
  expect(await markUsed(old)).toBe(true)
  await removeUnused(cwd)
  expect([old, older, fresh].map((folder) => existsSync(folder))).toEqual([true, false, true])
})

it('marks nothing that doesn’t exist, and accepts a folder that doesn’t exist', async () => {
  expect(await markUsed(path.join(project(), 'none'))).toBe(false)
  await removeUnused(path.join(project(), 'none'))
})
