import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { genato } from '../support/cli.js'
import { generatorSource, GOOD_BODY, project, ROOT, tempFolder } from '../support/project.js'

const BODY = GOOD_BODY.replace('escapeXml(name)', 'escapeXml(greet(name)) + sharp.name')

function filesOf(version: string): Record<string, string> {
  return {
    'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
    'gen.ts': `import sharp from 'sharp'\nimport { greet } from './lib/greet'\n${generatorSource(BODY, version)}`,
    'lib/greet.ts': "import hello from 'hello'\nexport const greet = (name: string) => `${hello}\n${name}`\n",
    'node_modules/hello/package.json': '{ "name": "hello", "main": "main.js" }',
    'node_modules/hello/main.js': "module.exports = 'Hello'\n",
    'unused.ts': 'export {}\n',
  }
}

async function keyIn(cwd: string): Promise<string> {
  const ran = await genato(['explain', '/card/x.svg', '--json'], cwd)
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return (JSON.parse(ran.stdout) as { key: string }).key
}

async function digestIn(cwd: string): Promise<string> {
  const ran = await genato(['package', '--json'], cwd)
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return (JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as { contentDigest: string }).contentDigest
}

describe("a generator with version 'auto'", { timeout: 120_000 }, () => {
  it('regenerates its images when one of its modules or imported packages changes', async () => {
    const cwd = project(filesOf('auto'))
    const keys = [await keyIn(cwd)]
    for (const [name, content] of [
      ['gen.ts', `${filesOf('auto')['gen.ts']}// a comment\n`],
      ['lib/greet.ts', "import hello from 'hello'\nexport const greet = (name: string) => hello + name\n"],
      ['node_modules/hello/main.js', "module.exports = 'Good day'\n"],
    ] as const) {
      writeFileSync(path.join(cwd, name), content)
      keys.push(await keyIn(cwd))
    }
    expect(new Set(keys).size).toBe(4)
    writeFileSync(path.join(cwd, 'unused.ts'), 'export const x = 1\n')
    expect(await keyIn(cwd)).toBe(keys[3])
  })

  it('is the same in another folder, through a link, with packages further up, and with Windows line endings', async () => {
    const files = filesOf('auto')
    const first = project(files)
    const [key, digest] = [await keyIn(first), await digestIn(first)]
    const other = project(
      Object.fromEntries(
        Object.entries(files).map(([name, content]) => [
          name.startsWith('node_modules') ? name : `deep/er/${name}`,
          content.replaceAll('\n', '\r\n'),
        ]),
      ),
    )
    const link = path.join(tempFolder(), 'link')
    symlinkSync(path.join(other, 'deep/er'), link, 'junction')
    for (const cwd of [path.join(other, 'deep/er'), link])
      expect([await keyIn(cwd), await digestIn(cwd)]).toEqual([key, digest])
    // Node's working folder is the real one. Only a path in an argument goes through the link.
    const named = await genato(
      ['explain', '/card/x.svg', '--json', '--config', path.join(link, 'genato.config.json')],
      tempFolder(),
    )
    expect(named).toMatchObject({ code: 0, stdout: expect.stringContaining(key) })
  })

  it('keeps its images with another version of genato', async () => {
    const cwd = project(filesOf('auto'))
    const [key, digest] = [await keyIn(cwd), await digestIn(cwd)]
    const copy = tempFolder()
    for (const name of ['bin', 'dist', 'handler', 'package.json'])
      cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true })
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'), 'junction')
    const contract = path.join(copy, 'handler', 'shared', 'contract.ts')
    writeFileSync(contract, readFileSync(contract, 'utf8').replace('&#39;', '&#x27;'))
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [path.join(copy, 'bin', 'genato.js'), ...args, '--json'], {
        cwd,
        encoding: 'utf8',
      })
    expect(run('explain', '/card/x.svg')).toContain(key)
    expect(run('package')).not.toContain(digest)
  })

  it('must say so itself: an imported package that does is refused with the reason', async () => {
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': "export { default } from 'cards'\n",
      'node_modules/cards/package.json': '{ "name": "cards", "main": "main.ts" }',
      'node_modules/cards/main.ts': generatorSource(GOOD_BODY, 'auto'),
    })
    const ran = await genato(['package'], cwd)
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("write version: 'auto' in the project"),
    })
  })
})

it('a generator with its own version gives the same package after a new comment', async () => {
  const cwd = project(filesOf('1'))
  const [key, digest] = [await keyIn(cwd), await digestIn(cwd)]
  writeFileSync(path.join(cwd, 'lib/greet.ts'), `// a comment\n${filesOf('1')['lib/greet.ts']}`)
  expect([await keyIn(cwd), await digestIn(cwd)]).toEqual([key, digest])
  writeFileSync(path.join(cwd, 'lib/greet.ts'), 'export const greet = (name: string) => name\n')
  expect(await keyIn(cwd)).toBe(key)
  expect(await digestIn(cwd)).not.toBe(digest)
})
