import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { genato } from '../support/cli.js'
import { project } from '../support/project.js'

describe('genato package', () => {
  it('builds the same package with and without its name, and reports the name in --json', async () => {
    const cwd = project()
    const [named, unnamed] = [
      await genato(['package', 'edge', '--json'], cwd),
      await genato(['package', '--json'], cwd),
    ]
    const [one, other] = [named, unnamed].map(({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1)!))
    expect(one).toMatchObject({ type: 'result', name: 'edge', file: path.join('.genato', 'package.zip') })
    expect(other).toEqual(one)
  })

  it('refuses an unknown name, and lists the names that exist', async () => {
    const cwd = project()
    expect(await genato(['package', 'egde'], cwd)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: There is no package "egde".\nName one of these, or none: edge, images, gate.\n',
    })
    expect(existsSync(path.join(cwd, '.genato'))).toBe(false)
  })
})
