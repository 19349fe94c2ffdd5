import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { genato } from '../support/cli.js'
import { project, ROOT } from '../support/project.js'
import { commandWithoutFonts } from '../support/without-fonts.js'

const hidden = process.platform === 'linux' ? commandWithoutFonts() : undefined
if (!hidden)
  console.warn(
    'NOT RUN: this machine gives no mount namespace, so its fonts could not be hidden from the tests.',
  )

const PATHS = [
  '/640x480,white,png',
  '/640x480,navy,webp,text=Hello',
  '/300x200,red,jpg,text=%CE%93%CE%B5%CE%B9%CE%AC',
  '/300,gif,text=%D0%9F%D1%80%D0%B8',
  '/300x200,svg',
]

function run(command: string[], cwd: string): { status: number | null; stderr: string; stdout: string } {
  const [program = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  return { status, stdout, stderr }
}

it.runIf(process.env['CI'] && process.platform === 'linux')(
  'CI can hide the fonts, so the tests below run there',
  () => {
    expect(hidden).toBeDefined()
  },
)

describe.skipIf(!hidden)('on a machine without fonts and fontconfig', () => {
  it.each(PATHS)('%s has the same bytes as on this machine', async (url) => {
    const cwd = project()
    const here = await genato(['render', url, '--out', 'here'], cwd)
    expect(here).toMatchObject({ code: 0 })
    const there = run(
      [...hidden!, process.execPath, path.join(ROOT, 'bin/genato.js'), 'render', url, '--out', 'there'],
      cwd,
    )
    // fontconfig complains here if its files are missing.
    expect(there).toMatchObject({ status: 0, stderr: '' })
    expect(digest(path.join(cwd, 'there'))).toBe(digest(path.join(cwd, 'here')))
  })

  it('text without the package’s font file finds no font: the fonts are really hidden', () => {
    const sharp = JSON.stringify(path.join(ROOT, 'node_modules', 'sharp'))
    const script = `require(${sharp})({ text: { text: 'Hello', font: 'sans 40' } }).png().toBuffer()`
    const there = run([...hidden!, process.execPath, '-e', script], project())
    expect(there.stderr).toContain('Fontconfig')
  })
})

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
