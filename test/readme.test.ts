import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadSettings } from '../src/config/load.js'
import type { GenatoError } from '../src/lib/errors.js'
import { genato } from './support/cli.js'
import { builtin } from './support/edge.js'
import { project, ROOT } from './support/project.js'

const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8')
const OPERATIONS = readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8')
const URLS = readFileSync(path.join(ROOT, 'docs/urls.md'), 'utf8')

/** The fenced blocks of a language. */
function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, tag]) => tag === language)
    .map(([, , text = '']) => text)
}

/** The code spans in the first column of the table whose header starts with this. */
function firstColumn(header: string, text = README): string[] {
  const table = text.slice(text.indexOf(`| ${header} |`)).split('\n\n')[0] ?? ''
  return table
    .split('\n')
    .slice(2)
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code))
}

/** The paths of all settings in a group, from the errors for unknown settings. A setting that is not a group: its own path. */
async function settingsOf(group: string): Promise<string[]> {
  const wrong = group.split('.').reduceRight((inner, name) => (name === '' ? inner : { [name]: inner }), {
    unknown: 1,
  } as object)
  const config = { 'genato.config.json': JSON.stringify(wrong) }
  const hint = await loadSettings(project(config)).then(
    () => undefined,
    (error: GenatoError) => error.hint,
  )
  const names = /^The settings(?: of \S+)? are (.*)\.$/.exec(hint ?? '')?.[1]?.split(', ')
  if (!names) return [group]
  const below = await Promise.all(names.map((name) => settingsOf(group === '' ? name : `${group}.${name}`)))
  return below.flat()
}

describe('the README', () => {
  it('has the two commands, and CI runs the second as it stands', () => {
    expect(blocks('sh')[0]).toMatch(/^npm ci && npm start .*\nnpm ci && npm test\n$/)
    expect(readFileSync(path.join(ROOT, '.ci/run'), 'utf8')).toContain('\nnpm ci && npm test\n')
  })

  it('has a first command that serves', async () => {
    const child = spawn('npm', ['start'], {
      cwd: ROOT,
      shell: process.platform === 'win32',
      detached: process.platform !== 'win32',
    })
    onTestFinished(() => {
      if (child.pid && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
      else child.kill()
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await vi.waitFor(() => expect(said).toContain('Ctrl-C stops'), 20_000)
    const answer = await fetch(`${/http:\/\/\S+/.exec(said)?.[0]}/640x480,white,png`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
  })

  it('has a quick start that works', async () => {
    const commands = (blocks('sh')[1] ?? '')
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, ''))
    expect(commands).toEqual(['npx genato init --generator', 'npx genato dev'])
    const cwd = project()
    expect((await genato(['init', '--generator'], cwd)).code).toBe(0)
    expect((await genato(['render', '/hello/you.svg', '--out', 'you.svg'], cwd)).code).toBe(0)
  })

  it('has a generator that works as it stands', async () => {
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': blocks('ts')[0] ?? '',
    })
    expect(await genato(['render', '/hello/A%26B.svg', '--out', 'x.svg'], cwd)).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(readFileSync(path.join(cwd, 'x.svg'), 'utf8')).toContain('Hello, A&amp;B')
  })

  it('has every command with every option, and no others', async () => {
    const listed = firstColumn('command')
    const { stdout } = await genato(['--help'], project())
    const commands = stdout.split('Commands:')[1]?.split('\n\n')[0] ?? ''
    const known = [...commands.matchAll(/^ {2}(\w+)(?:\|\w+)? /gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help')
    expect(listed.map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining(known))
    expect(listed).toHaveLength(known.length)
    for (const line of listed) {
      const help =
        (await genato([line.split(' ')[1] ?? '', '--help'], project())).stdout.split('Global Options')[0] ??
        ''
      const options = [...help.matchAll(/^ {2}(--\w+)/gm)].map(([, name]) => name)
      expect([...line.matchAll(/--\w+/g)].map(([name]) => name).sort()).toEqual(options.sort())
    }
  })

  it('has every setting, and no others', async () => {
    const settings = await settingsOf('')
    expect(settings).toEqual(expect.arrayContaining(['stack', 'generate.limits.side', 'packages.bucket']))
    expect(firstColumn('setting').sort()).toEqual(settings.sort())
  })

  it('names errors that there are', () => {
    const sources = [
      'src/local/cloudfront/viewer/listen.ts',
      'src/package/download.ts',
      'src/package/native.ts',
      'src/lib/work-folder.ts',
      'src/config/load.ts',
      'src/package/bundle.ts',
      'src/local/lambda/process.ts',
      'src/local/lambda/files/refusal.ts',
      'handler/shared/deadline.ts',
      'handler/edge/service.ts',
      'handler/shared/grammar/parse.ts',
      'src/aws/explain.ts',
      'src/aws/explain-denied.ts',
      'src/commands/deploy.ts',
      'src/commands/purge.ts',
      ...['src/resources', 'src/stacks'].flatMap((folder) =>
        readdirSync(path.join(ROOT, folder)).map((file) => `${folder}/${file}`),
      ),
    ]
    const text = sources.map((file) => readFileSync(path.join(ROOT, file), 'utf8')).join('\n')
    const inReadme = firstColumn('it says')
    const inOperations = firstColumn('it says', OPERATIONS)
    expect(Math.min(inReadme.length, inOperations.length)).toBeGreaterThan(5)
    const quoted = [...inReadme, ...inOperations]
    for (const part of quoted
      .flatMap((message) => message.split('…'))
      .map((piece) => piece.trim())
      .filter((piece) => piece.length > 3))
      expect(text).toContain(part)
  })

  it('links to files that there are', () => {
    for (const [, target = ''] of README.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
      expect(() => readFileSync(path.join(ROOT, target))).not.toThrow(/ENOENT/)
  })
})

describe('docs/urls.md', () => {
  const rows = [...URLS.matchAll(/^\| `(\/[^`]*)`[^|]*\| `(\/[^`]*)`/gm)]

  it('has examples', () => expect(rows.length).toBeGreaterThan(5))

  it.each(rows.map(([, written = '', canonical = '']) => [written, canonical]))(
    '%s means %s',
    (written, canonical) => {
      const generator = builtin()
      const params = generator.parse(written)
      expect(params && generator.format(params)).toBe(canonical)
    },
  )
})
