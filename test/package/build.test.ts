import { createHash, randomBytes } from 'node:crypto'
import { unzipSync } from 'fflate'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { NATIVE_PACKAGES } from '../../src/package/native-packages.js'
import { zipFiles } from '../../src/package/zip.js'
import { genato, type Ran } from '../support/cli.js'
import { generatorSource, GOOD_BODY, project, ROOT, tempFolder } from '../support/project.js'

interface PackageResult {
  file: string
  bytes: number
  sha256: string
  codeSha256: string
  contentDigest: string
  files: number
}

/** The last line of `--json`. */
function result(ran: Ran): PackageResult {
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  const lines = ran.stdout.trim().split('\n')
  return JSON.parse(lines.at(-1) ?? '') as PackageResult
}

async function packageIn(cwd: string, env: Record<string, string> = {}): Promise<PackageResult> {
  return result(await genato(['package', '--json'], cwd, env))
}

const OWN = {
  'genato.config.ts':
    "import { defineConfig } from 'genato'\nexport default defineConfig({ generate: { generator: './gen.ts', assets: ['assets', 'logo.txt'] } })\n",
  'gen.ts': generatorSource(GOOD_BODY),
  'logo.txt': 'logo',
  'assets/deep/b.txt': 'b',
  'assets/a.txt': 'a',
}

describe('the package', () => {
  it('is the same from two folders, with other file times and in other time zones', async () => {
    const [one, other] = [project(OWN), project(OWN)]
    for (const name of ['gen.ts', 'logo.txt', 'assets/a.txt'])
      utimesSync(path.join(other, name), 1_000_000_000, 1_100_000_000)
    const first = await packageIn(one, { TZ: 'Asia/Tokyo' })
    const second = await packageIn(other, { TZ: 'America/New_York', LANG: 'de_DE.UTF-8' })
    expect(second.contentDigest).toBe(first.contentDigest)
    expect(second.sha256).toBe(first.sha256)
    expect(readFileSync(path.join(one, first.file)).equals(readFileSync(path.join(other, second.file)))).toBe(
      true,
    )
  })

  it('states its hashes in hex, and in Lambda’s base64', async () => {
    const cwd = project()
    const { file, sha256, codeSha256, bytes } = await packageIn(cwd)
    const zip = readFileSync(path.join(cwd, file))
    expect(sha256).toBe(createHash('sha256').update(zip).digest('hex'))
    expect(Buffer.from(codeSha256, 'base64').toString('hex')).toBe(sha256)
    expect(zip.length).toBe(bytes)
  })

  it('is under 9 MB, and has sharp’s code for Linux only, the font with its license, and a statement of its contents', async () => {
    const cwd = project(OWN)
    const { file, bytes } = await packageIn(cwd)
    expect(bytes).toBeLessThanOrEqual(9_000_000)
    const names = listZip(path.join(cwd, file))
    expect(names).toEqual([...names].sort())
    expect(names.filter((name) => name.endsWith('.node') || name.includes('.so'))).toEqual([
      expect.stringMatching(/^node_modules\/@img\/sharp-libvips-linux-x64\/lib\/libvips-cpp\.so/),
      expect.stringMatching(/^node_modules\/@img\/sharp-linux-x64\/lib\/sharp-linux-x64-.*\.node$/),
    ])
    for (const name of [
      'index.js',
      'genato.json',
      'package.json',
      'fonts/text.ttf',
      'fonts/OFL.txt',
      'assets/logo.txt',
      'assets/assets/deep/b.txt',
    ])
      expect(names).toContain(name)
  })

  it('contains nothing of this machine', async () => {
    const cwd = project(OWN)
    await packageIn(cwd)
    const [unpacked = ''] = readdirSync(path.join(cwd, '.genato', 'run'))
    for (const name of ['index.js', 'genato.json']) {
      const text = readFileSync(path.join(cwd, '.genato', 'run', unpacked, name), 'utf8')
      for (const secret of [cwd, ROOT, process.env['HOME'] ?? cwd, path.basename(cwd)])
        expect(text).not.toContain(secret)
    }
  })

  it('changes with the generator, the default text and an asset, but not with a comment in the configuration', async () => {
    const cwd = project(OWN)
    const before = (await packageIn(cwd)).contentDigest
    writeFileSync(path.join(cwd, 'genato.config.ts'), `// a comment\n${OWN['genato.config.ts']}`)
    expect((await packageIn(cwd)).contentDigest).toBe(before)
    writeFileSync(path.join(cwd, 'logo.txt'), 'another')
    const asset = (await packageIn(cwd)).contentDigest
    expect(asset).not.toBe(before)
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY, '2'))
    expect((await packageIn(cwd)).contentDigest).not.toBe(asset)
  })

  it('is compressed again only if it has changed or the kept zip is damaged', async () => {
    const cwd = project()
    const first = await packageIn(cwd)
    expect((await genato(['package'], cwd)).stderr).toContain('unchanged')
    const kept = path.join(cwd, '.genato', 'package')
    const [zip = ''] = readdirSync(kept).filter((name) => name.endsWith('.zip'))
    truncateSync(path.join(kept, zip), 1000)
    const again = await packageIn(cwd)
    expect(again.sha256).toBe(first.sha256)
    expect(readFileSync(path.join(cwd, again.file)).length).toBe(first.bytes)
  })

  it('is refused if it is larger than Lambda@Edge allows', async () => {
    await expect(zipFiles([{ path: 'noise.bin', bytes: randomBytes(53_000_000) }])).rejects.toMatchObject({
      code: 'PACKAGE_TOO_BIG',
      hint: expect.stringContaining('noise.bin'),
    })
    await expect(zipFiles([{ path: 'zeros.bin', bytes: Buffer.alloc(262_144_001) }])).rejects.toMatchObject({
      code: 'PACKAGE_TOO_BIG',
    })
  })
})

describe('sharp’s native code', () => {
  it('is pinned to the versions in package-lock.json', () => {
    const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; integrity: string } | undefined>
    }
    for (const { name, version, integrity } of NATIVE_PACKAGES)
      expect(lock.packages[`node_modules/${name}`]).toMatchObject({ version, integrity })
    expect(lock.packages['node_modules/sharp']?.version).toBe(NATIVE_PACKAGES[0]?.version)
  })

  describe('in the cache', () => {
    let cache = ''
    beforeAll(async () => {
      cache = mkdtempSync(path.join(os.tmpdir(), 'genato-cache-'))
      const cwd = mkdtempSync(path.join(os.tmpdir(), 'genato-first-'))
      expect((await genato(['explain', '/10'], cwd, { GENATO_CACHE: cache })).code).toBe(0)
      return () => {
        for (const folder of [cache, cwd]) rmSync(folder, { recursive: true })
      }
    })

    const OFFLINE = {
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_cache: path.join(ROOT, 'node_modules', '.no-cache'),
    }

    it('is enough without a network', async () => {
      expect(await genato(['explain', '/10'], project(), { GENATO_CACHE: cache, ...OFFLINE })).toMatchObject({
        code: 0,
        stderr: '',
      })
    })

    it('is downloaded again if a tarball is truncated', async () => {
      const damaged = tempFolder()
      cpSync(cache, damaged, { recursive: true })
      const tarball = path.join(damaged, 'native', '@img+sharp-linux-x64-0.35.5.tgz')
      truncateSync(tarball, 1000)
      const ran = await genato(['explain', '/10'], project(), { GENATO_CACHE: damaged })
      expect(ran.code).toBe(0)
      expect(ran.stderr).toContain('is damaged and will be downloaded again')
      expect(readFileSync(tarball).length).toBeGreaterThan(100_000)
    })

    it('missing without a network is one clear message, and leaves no partial files', async () => {
      const empty = tempFolder()
      const cwd = project()
      const ran = await genato(['package'], cwd, { GENATO_CACHE: empty, ...OFFLINE })
      expect(ran.code).toBe(1)
      expect(ran.stderr).toMatch(
        /error: @img\/sharp-\S+, sharp's native code for Lambda, could not be downloaded \(ECONNREFUSED\)/,
      )
      expect(ran.stderr).toContain('Check the network')
      expect(ran.stderr).not.toMatch(/\n\s+at /)
      expect(readdirSync(path.join(cwd, '.genato')).filter((name) => name.startsWith('download-'))).toEqual(
        [],
      )
    })

    it('can’t be downloaded without npm, which the error says', async () => {
      const ran = await genato(['package'], project(), { GENATO_CACHE: tempFolder(), PATH: tempFolder() })
      expect(ran).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/npm can't be started.*\nInstall npm/s),
      })
    })

    it('in a read-only folder is one clear message', async () => {
      const file = path.join(project({ file: '' }), 'file')
      const ran = await genato(['package'], project(), { GENATO_CACHE: file })
      expect(ran).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Set GENATO_CACHE to a writable folder'),
      })
    })
  })
})

describe('a generator', () => {
  const CONFIG = { 'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }' }

  it.each([
    [
      'top-level await',
      'const x = await Promise.resolve(1)\nexport default x',
      /gen\.ts:1:\d+: a generator can't use top-level await.*context\.asset/s,
    ],
    [
      'import.meta',
      'console.log(import.meta.url)\nexport default {}',
      /gen\.ts:1:\d+: a generator can't use import\.meta.*context\.asset/s,
    ],
    ['a syntax error', 'export default {\n  version: 1 2\n}', /gen\.ts:2:\d+: Expected/],
    [
      'a missing import',
      'import "./nowhere"\nexport default {}',
      /gen\.ts:1:\d+: Could not resolve "\.\/nowhere"/,
    ],
    ['no default export', 'export const x = 1', /No matching export.*default|no default export/],
    ['no functions', 'export default { version: "1" }', /The generator has no parse function/],
    ['no version', generatorSource(GOOD_BODY).replace("version: '1',", ''), /The generator has no version/],
    [
      'a mistake when it is loaded',
      'throw new Error("at load")\nexport default {}',
      /could not be loaded: at load/,
    ],
  ])('with %s is refused with the reason', async (_, source, message) => {
    const ran = await genato(['package'], project({ ...CONFIG, 'gen.ts': source }))
    expect(ran.stderr).toMatch(message)
    expect(ran.code).toBeGreaterThan(0)
    // The place, without a stack trace.
    expect(ran.stderr).not.toMatch(/\n\s+at .*\n\s+at /)
  })

  it('that does not exist is named in the error', async () => {
    const ran = await genato(['package'], project(CONFIG))
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('gen.ts') })
  })

  it.each([
    ['{ "generate": { "assets": ["missing.png"] } }', /generate\.assets: missing\.png does not exist/],
    ['{ "generate": { "assets": ["../outside.png"] } }', /outside/],
    ['{ "generate": { "font": "missing.ttf" } }', /generate\.font: missing\.ttf does not exist/],
    [
      '{ "generate": { "font": "genato.config.json" } }',
      /generate\.font: genato\.config\.json can't be used\. It is not a font/,
    ],
    [
      '{ "generate": { "text": "日本" } }',
      /generate\.text: the font Inter has no 日 \(U\+65E5\), 本 \(U\+672C\)/,
    ],
    ['{ "generate": { "text": "abc", "limits": { "text": 2 } } }', /generate\.text is 3 characters long/],
  ])('%s is refused before anything is built', async (config, message) => {
    const ran = await genato(['package'], project({ 'genato.config.json': config }))
    expect(ran.stderr).toMatch(message)
    expect(ran.code).toBe(2)
  })

  it('without a default export, or that does not exist, is named in the error', async () => {
    const none = await genato(['package'], project({ ...CONFIG, 'gen.ts': 'export const x = 1' }))
    expect(none.stderr).toContain('gen.ts has no default export')
    expect((await genato(['package'], project(CONFIG))).stderr).toContain(
      'generate.generator: there is no file gen.ts',
    )
  })

  it('keeps its images when the built-in generator’s text changes', async () => {
    const cwd = project({
      ...OWN,
      'genato.config.ts': "export default { generate: { generator: './gen.ts', text: 'One' } }",
    })
    const key = async () =>
      (JSON.parse((await genato(['explain', '/card/x.svg', '--json'], cwd)).stdout) as { key: string }).key
    const before = await key()
    writeFileSync(
      path.join(cwd, 'genato.config.ts'),
      "export default { generate: { generator: './gen.ts', text: 'Two' } }",
    )
    expect(await key()).toBe(before)
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY, '2'))
    expect(await key()).not.toBe(before)
  })

  it('gets the assets of a whole folder, links followed, genato’s own left out', async () => {
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts", "assets": ["."] } }',
      'gen.ts': generatorSource(GOOD_BODY),
      'sub/a.txt': 'a',
    })
    symlinkSync(path.join(cwd, 'sub'), path.join(cwd, 'link'), 'junction')
    const { file } = await packageIn(cwd)
    const again = await packageIn(cwd)
    const names = listZip(path.join(cwd, again.file))
    expect(names).toEqual(listZip(path.join(cwd, file)))
    expect(names).toEqual(expect.arrayContaining(['assets/sub/a.txt', 'assets/link/a.txt']))
    expect(names.filter((name) => name.includes('.genato'))).toEqual([])
  })

  it.each(['sharp', 'genato/sharp'])('uses %s, the font and assets with nothing installed', async (from) => {
    const body = `const logo = await context.asset('logo.txt')
    const text = await sharp({ text: { text: logo.toString(), font: context.fontFamily + ' 20', fontfile: context.fontFile } }).png().toBuffer()
    return { body: text, contentType: 'image/png' }`
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts", "assets": ["logo.txt"] } }',
      'gen.ts': `import sharp from '${from}'\n${generatorSource(body)}`,
      'logo.txt': 'drawn',
    })
    expect(await genato(['render', '/card/x.svg', '--out', 'x.png'], cwd)).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(readFileSync(path.join(cwd, 'x.png')).subarray(1, 4).toString()).toBe('PNG')
  })
})

function listZip(file: string): string[] {
  return Object.keys(unzipSync(readFileSync(file)))
}
