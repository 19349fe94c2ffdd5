import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { genato } from '../support/cli.js'
import { project, ROOT } from '../support/project.js'

const COMMANDS = 'dev render explain sign package init deploy status logs purge cleanup permissions'.split(
  ' ',
)

async function help(columns: number, ...args: string[]): Promise<string> {
  const ran = await genato([...args, '--help'], project(), { COLUMNS: String(columns) })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return ran.stdout
}

/** The anchor that GitHub gives a heading. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

describe('help', () => {
  it.each([[[]], ...COMMANDS.map((command) => [[command]])])('of %j fits into 60 columns', async (args) => {
    const text = await help(60, ...args)
    // In a deep checkout, only the path of the document is longer.
    const [before = ''] = text.split('\nMore:')
    for (const line of before.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60)
  })

  it.each(COMMANDS)(
    'of %s has its own example, the exit codes, and a document that exists',
    async (command) => {
      const text = await help(100, command)
      expect(text).toMatch(new RegExp(`\nExamples:\n  genato ${command}\\b`))
      expect(text).toMatch(/\nExit codes:\n {2}0 +done\n {2}1 +failed\n/)
      const [, place = ''] = /\nMore:\n {2}(\S+\.md(?:#\S+)?)\n$/.exec(text) ?? []
      const [file = '', heading] = place.slice(place.search(/README|docs\//)).split('#')
      const headings = readFileSync(path.join(ROOT, file), 'utf8').matchAll(/^#+ (.+)$/gm)
      if (heading !== undefined)
        expect(Array.from(headings, ([, title = '']) => slug(title))).toContain(heading)
    },
  )

  it('explains the exit codes of commands that can be unfinished or differ', async () => {
    for (const command of ['deploy', 'cleanup', 'status'])
      expect(await help(100, command)).toMatch(/\n {2}3 +not finished yet: run it again later\n/)
    expect(await help(100, 'status')).toMatch(/\n {2}4 +not deployed, or differs\n/)
    expect(await help(100, 'render')).not.toMatch(/\n {2}[34] /)
  })
})
