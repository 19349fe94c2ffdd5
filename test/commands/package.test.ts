import { existsSync, readFileSync } from 'node:fs'
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

describe('genato package gate', () => {
  const config = (originals: string) => ({
    'genato.config.mjs': `export default { stack: 'pictures', originals: { mounts: ${originals} } }\n`,
  })

  it('writes the code without the keys, and prints size and cost', async () => {
    const cwd = project(config("{ photos: { allow: 'any' }, shop: { allow: 'signed' } }"))
    const { code, stdout, stderr } = await genato(['package', 'gate'], cwd)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^gate {8}\.genato\/gate\.js\nmounts {6}photos, shop\nsize {8}\d{4} of 10240 bytes, \d\d %\n/,
    )
    expect(stdout).toMatch(
      /\ncompute {5}about 13 % of CloudFront's limit for a usual URL, 29 % for a long one\n/,
    )
    const written = readFileSync(path.join(cwd, '.genato', 'gate.js'), 'utf8')
    expect(written).toContain('CURRENT-KEY')
    expect(written).toMatch(/function handler\(event\)\{return \w+\(event\)\}\n$/)
  })

  it('reports the same in --json', async () => {
    const cwd = project(config("{ photos: { allow: ['400x300,webp'] } }"))
    const { stdout } = await genato(['package', 'gate', '--json', '--out', 'here.js'], cwd)
    const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as { bytes: number }
    expect(result).toMatchObject({
      type: 'result',
      name: 'gate',
      file: 'here.js',
      mounts: ['photos'],
      largestBytes: 10240,
      computePercent: { usual: 11, longest: 22 },
    })
    expect(result.bytes).toBe(readFileSync(path.join(cwd, 'here.js')).length)
  })

  it('refuses a configuration without mounts', async () => {
    const { code, stderr } = await genato(['package', 'gate'], project())
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "error: The configuration has no originals.mounts, so there is no gate.\nAdd one: originals: { mounts: { photos: { allow: 'any' } } }\n",
    })
  })

  it('refuses one that does not fit, and names the longest list', async () => {
    const list = Array.from({ length: 300 }, (_, index) => `${index + 1}x,auto`)
    const cwd = project(config(`{ few: { allow: ['1x'] }, many: { allow: ${JSON.stringify(list)} } }`))
    const { code, stderr } = await genato(['package', 'gate'], cwd)
    expect(code).toBe(2)
    expect(stderr).toContain('the longest list is originals.mounts.many.allow, with 300 entries.')
  })
})
