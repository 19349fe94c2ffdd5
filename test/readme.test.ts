import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadSettings } from '../src/config/load.js'
import type { GenatoError } from '../src/lib/errors.js'
import { genato, startDevCli } from './support/cli.js'
import { builtin } from './support/edge.js'
import { project, ROOT } from './support/project.js'

const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8')
const CONFIGURATION = readFileSync(path.join(ROOT, 'docs/configuration.md'), 'utf8')
const TROUBLESHOOTING = readFileSync(path.join(ROOT, 'docs/troubleshooting.md'), 'utf8')
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

it('docs/generators.md has a generator that works as it stands', async () => {
  const text = readFileSync(path.join(ROOT, 'docs/generators.md'), 'utf8')
  const cwd = project({
    'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
    'gen.ts': /^```ts\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? '',
  })
  expect(await genato(['render', '/hello/A%26B.svg', '--out', 'x.svg'], cwd)).toMatchObject({
    code: 0,
    stderr: '',
  })
  expect(readFileSync(path.join(cwd, 'x.svg'), 'utf8')).toContain('Hello, A&amp;B')
})

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
    expect(commands).toEqual([
      'npx genato init --generator',
      'npx genato dev',
      'npx genato dev --originals photos=./pictures',
    ])
    const cwd = project()
    expect((await genato(['init', '--generator'], cwd)).code).toBe(0)
    expect((await genato(['render', '/hello/you.svg', '--out', 'you.svg'], cwd)).code).toBe(0)
  })

  it('has a quick start that serves the picture it names', async () => {
    const [, options = '', url = ''] =
      /^npx genato dev (--.*\S) +# .* (\/\S+)$/m.exec(blocks('sh')[1] ?? '') ?? []
    const cwd = project()
    mkdirSync(path.join(cwd, 'pictures/cats'), { recursive: true })
    const cat = path.join(ROOT, 'test/handler/images/photos/cat.jpg')
    copyFileSync(cat, path.join(cwd, 'pictures/cats/tom.jpg'))
    const dev = await startDevCli(cwd, options.split(' '))
    const answer = await fetch(dev.url + url)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp'])
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

  it('fits into 150 lines', () => expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(150))

  it('quotes only errors that exist, as do the docs', () => {
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
      'handler/shared/grammar/image-grammar.ts',
      'src/aws/explain.ts',
      'src/aws/explain-denied.ts',
      'src/commands/deploy.ts',
      'src/commands/originals-option.ts',
      'src/local/rekognition/answers.ts',
      'src/commands/purge.ts',
      ...['src/resources', 'src/stacks'].flatMap((folder) =>
        readdirSync(path.join(ROOT, folder)).map((file) => `${folder}/${file}`),
      ),
    ]
    const text = sources.map((file) => readFileSync(path.join(ROOT, file), 'utf8')).join('\n')
    const inTroubleshooting = firstColumn('it says', TROUBLESHOOTING)
    const inOperations = firstColumn('it says', OPERATIONS)
    expect(Math.min(inTroubleshooting.length, inOperations.length)).toBeGreaterThan(5)
    const quoted = [...inTroubleshooting, ...inOperations]
    for (const part of quoted
      .flatMap((message) => message.split('…'))
      .map((piece) => piece.trim())
      .filter((piece) => piece.length > 3))
      expect(text).toContain(part)
  })
})

describe('links', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']
  for (const file of readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.md')) pages.push(path.join('docs', file))

  /** The anchors of a page's headings, as GitHub makes them. */
  function anchors(page: string): string[] {
    return [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )
  }

  it.each(pages)('of %s lead to files and headings that exist', (page) => {
    const text = readFileSync(path.join(ROOT, page), 'utf8')
    for (const [, target = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)) {
      const file = target ? path.join(ROOT, path.dirname(page), target) : path.join(ROOT, page)
      expect(existsSync(file), `${page}: ${target}`).toBe(true)
      if (anchor) expect(anchors(file), `${page}: ${target}#${anchor}`).toContain(anchor)
    }
  })

  it('lead from the README to every page of docs', () => {
    for (const page of pages.filter((name) => path.dirname(name) === 'docs'))
      expect(README).toContain(`](${page.replaceAll(path.sep, '/')})`)
  })
})

describe('docs/architecture', () => {
  const folder = path.join(ROOT, 'docs/architecture')
  const pages = ['../architecture.md', ...readdirSync(folder)]

  it.each(pages)('%s names files that exist', (page) => {
    const text = readFileSync(path.join(folder, page), 'utf8')
    const named = [...text.matchAll(/`((?:src|handler|templates|test|bin|scripts)\/[\w./-]*)`/g)]
    expect(named.length).toBeGreaterThan(5)
    for (const [, name = ''] of named) expect(existsSync(path.join(ROOT, name)), name).toBe(true)
  })
})

describe('docs/configuration.md', () => {
  const settings = firstColumn('setting', CONFIGURATION)

  it('lists every setting of a mount, and no others', async () => {
    const known = await settingsOf('originals.mounts.photos')
    expect(known.length).toBeGreaterThan(10)
    expect(firstColumn('of a mount', CONFIGURATION).sort()).toEqual(
      known.map((setting) => setting.replace('originals.mounts.photos.', '')).sort(),
    )
  })

  it('lists every setting, and no others', async () => {
    const known = await settingsOf('')
    expect(known).toEqual(expect.arrayContaining(['stack', 'generate.limits.side', 'packages.bucket']))
    expect([...settings].sort()).toEqual(known.sort())
  })

  it('has a whole configuration that works as it stands, with every setting', async () => {
    const whole = /```ts\n([\s\S]*?)```/.exec(CONFIGURATION)?.[1] ?? ''
    const cwd = project({ 'genato.config.ts': whole })
    expect(await genato(['explain', '/640'], cwd)).toMatchObject({ code: 0, stderr: '' })
    for (const setting of settings) expect(whole).toMatch(new RegExp(`\\b${setting.split('.').at(-1)}: `))
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
