import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.js'
import { project } from '../support/project.js'
import { failure } from './failure.js'

/** The settings of a project whose JSON configuration is this. */
async function settings(config: object) {
  return loadSettings(project({ 'genato.config.json': JSON.stringify(config) }))
}

describe('without a configuration', () => {
  it('every setting has its default', async () => {
    const cwd = project()
    expect(await loadSettings(cwd)).toEqual({
      root: cwd,
      configFile: undefined,
      configInputs: [],
      stack: 'genato',
      generate: {
        generator: undefined,
        assets: [],
        text: 'Hello World',
        font: undefined,
        limits: { side: 4096, text: 200, path: 1024 },
        bucket: undefined,
        files: undefined,
        access: 'private',
        expireAfterDays: 90,
        memory: 1769,
        timeout: 30,
        runtime: 'nodejs24.x',
        runtimeFixed: false,
      },
      originals: { memory: 1769, timeout: 30, mounts: [] },
      packages: { bucket: undefined },
      domain: { aliases: undefined, certificate: undefined, priceClass: undefined },
      logs: { retentionDays: undefined },
      permissionsBoundary: undefined,
    })
  })
})

describe('a configuration', () => {
  const TYPED =
    "import { defineConfig } from 'genato'\nimport { stack } from './other'\nexport default defineConfig({ stack, generate: { generator: './gen.ts' } })\n"

  it('in TypeScript is read with its imports, even where genato is not installed', async () => {
    const cwd = project({
      'genato.config.ts': TYPED,
      'other.ts': "export const stack: string = 'from-other'",
    })
    const read = await loadSettings(cwd)
    expect(read).toMatchObject({ stack: 'from-other', generate: { generator: path.join(cwd, 'gen.ts') } })
    expect(read.configInputs.sort()).toEqual([path.join(cwd, 'genato.config.ts'), path.join(cwd, 'other.ts')])
  })

  it.each([
    ['genato.config.js', 'export default { generate: { text: "js" } }'],
    ['genato.config.mjs', 'export default { generate: { text: "js" } }'],
    ['genato.config.json', '{ "generate": { "text": "js" } }'],
  ])('is found as %s', async (name, source) => {
    expect((await loadSettings(project({ [name]: source }))).generate.text).toBe('js')
  })

  it('is read again after its file has changed', async () => {
    const cwd = project({ 'genato.config.ts': 'export default { generate: { text: "one" } }' })
    expect((await loadSettings(cwd)).generate.text).toBe('one')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(path.join(cwd, 'genato.config.ts'), 'export default { generate: { text: "two" } }')
    expect((await loadSettings(cwd)).generate.text).toBe('two')
  })

  it('named with --config has paths relative to its own folder', async () => {
    const cwd = project({ 'sub/my.ts': "export default { generate: { font: './f.ttf' } }" })
    expect(await loadSettings(cwd, { config: 'sub/my.ts' })).toMatchObject({
      root: path.join(cwd, 'sub'),
      generate: { font: path.join(cwd, 'sub', 'f.ttf') },
    })
  })

  it('can use import.meta, and yields to --stack', async () => {
    const cwd = project({
      'genato.config.ts': 'export default { generate: { text: import.meta.dirname }, stack: "in-file" }',
    })
    expect(await loadSettings(cwd, { stack: 'on-line' })).toMatchObject({
      generate: { text: cwd },
      stack: 'on-line',
    })
  })
})

describe('a wrong configuration is refused with the wrong setting and the remedy', () => {
  it.each([
    [{ stakc: 'x' }, /no setting stakc\. Did you mean stack\?/],
    [{ generate: { memmory: 1 } }, /no setting generate\.memmory\. Did you mean generate\.memory\?/],
    [{ generate: { limits: { sid: 1 } } }, /generate\.limits\.sid.*Did you mean generate\.limits\.side\?/],
    [{ generate: { txt: 'x' } }, /Did you mean generate\.text\?/],
    [{ memmory: 1 }, /no setting memmory\. Did you mean generate\.memory or originals\.memory\?/],
    [{ domain: { retentionDay: 1 } }, /no setting domain\.retentionDay\. Did you mean logs\.retentionDays\?/],
    [{ bucket: 'x' }, /no setting bucket\. Did you mean generate\.bucket or packages\.bucket\?/],
    [{ buckets: { image: 'x' } }, /no setting buckets\. Did you mean generate\.bucket or packages\.bucket\?/],
    [{ entirelyUnknown: 1 }, /no setting entirelyUnknown\.$/],
    [{ constructor: 1 }, /no setting constructor\.$/],
    [{ region: 'us-east-1' }, /no setting region\.$/],
    [{ generate: { signed: true } }, /no setting generate\.signed\.$/],
    [{ generate: { limits: { sizes: [] } } }, /no setting generate\.limits\.sizes/],
    [{ domain: { webAcl: 'x' } }, /no setting domain\.webAcl\.$/],
    [{ generate: false }, /generate must be an object \(got false\)/],
    [{ generate: { memory: 'lots' } }, /generate\.memory must be a number \(got "lots"\)/],
    [{ generate: { memory: 1.5 } }, /generate\.memory must be a whole number \(got 1.5\)/],
    [{ generate: { memory: 20_000 } }, /generate\.memory must be at most 10240 \(got 20000\)/],
    [{ generate: { timeout: 31 } }, /generate\.timeout must be at most 30/],
    [{ generate: { limits: { side: 0 } } }, /generate\.limits\.side must be at least 1 \(got 0\)/],
    [
      { generate: { limits: { side: 16_383 } } },
      /generate\.limits\.side 16383 needs up to \d+ MB, but generate\.memory is 1769/,
    ],
    [{ generate: { memory: 128 } }, /needs up to 432 MB, but generate\.memory is 128/],
    [{ generate: { limits: 5 } }, /generate\.limits must be an object \(got 5\)/],
    [{ stack: 'Big' }, /stack must be 2 to 40 characters.*"Big"/],
    [{ stack: 'ends-' }, /stack/],
    [{ generate: { assets: 'logo.png' } }, /generate\.assets must be a list of paths \(got "logo.png"\)/],
    [
      { domain: { aliases: ['img.example.com'] } },
      /domain\.aliases names img\.example\.com, but domain\.certificate is missing/,
    ],
    [{ generate: { assets: [''] } }, /generate\.assets\.0 must not be empty/],
    [{ generate: { access: 'open' } }, /generate\.access must be 'private' or 'public'/],
    [{ generate: { runtime: 'nodejs18.x' } }, /generate\.runtime/],
    [{ generate: { expireAfterDays: true } }, /generate\.expireAfterDays.*false for never/],
    [{ domain: { certificate: 'arn:aws:acm:eu-west-1:123456789012:certificate/x' } }, /us-east-1/],
    [{ generate: { bucket: 'Bad_Name' } }, /generate\.bucket must be a bucket name/],
    [{ packages: { bucket: 'Bad_Name' } }, /packages\.bucket must be a bucket name/],
    [{ logs: { retentionDays: 2 } }, /logs\.retentionDays must be one of 1, 3, 5/],
    [[], /must be an object/],
    ['text', /must be an object/],
  ])('%j', async (config, message) => {
    const error = await failure(settings(config as object))
    expect(error.message).toMatch(message)
    if (!error.message.startsWith('An image')) expect(error.message).toContain('genato.config.json')
    expect(error).toMatchObject({ code: 'BAD_CONFIG', exitCode: 2 })
  })

  it.each([
    ['genato.config.ts', 'export default {\n  text: ,\n}', /genato\.config\.ts:2:\d+: Unexpected/],
    ['genato.config.ts', 'export const config = {}', /no default export/],
    ['genato.config.ts', 'throw new Error("from inside")', /genato\.config\.ts failed: from inside/],
    ['genato.config.ts', 'import x from "./missing"\nexport default x', /Could not resolve "\.\/missing"/],
    ['genato.config.json', '{ "text": }', /genato\.config\.json is not JSON/],
    [
      'genato.config.js',
      'export default { generate: { text: () => 1 } }',
      /generate\.text must be a string \(got a function\)/,
    ],
  ])('%s: %s', async (name, source, message) => {
    const error = await failure(loadSettings(project({ [name]: source })))
    expect(error.message).toMatch(message)
    expect(error.exitCode).toBe(2)
  })

  it('is refused where there are two', async () => {
    const cwd = project({ 'genato.config.ts': 'export default {}', 'genato.config.json': '{}' })
    expect((await failure(loadSettings(cwd))).message).toContain('genato.config.ts and genato.config.json')
  })

  it('named with --config must exist and have a supported extension', async () => {
    expect((await failure(loadSettings(project(), { config: 'nope.ts' }))).message).toContain('nope.ts')
    expect((await failure(loadSettings(project({ 'a.yaml': '' }), { config: 'a.yaml' }))).hint).toContain(
      '.json',
    )
  })

  it('--stack is checked as well', async () => {
    expect((await failure(loadSettings(project(), { stack: 'No!' }))).message).toContain('--stack')
  })
})

it('bucket names with dots are refused with the reason, but accepted for a stack that has them', async () => {
  const cwd = project({ 'genato.config.json': JSON.stringify({ packages: { bucket: 'zoo.packages' } }) })
  const error = await failure(loadSettings(cwd))
  expect(error).toMatchObject({
    code: 'BAD_CONFIG',
    exitCode: 2,
    message: 'genato.config.json: packages.bucket must not have a dot (got "zoo.packages").',
  })
  expect(error.hint).toContain("S3's certificate is for *.s3.us-east-1.amazonaws.com")
  expect((await loadSettings(cwd, { deployedBefore: true })).packages.bucket).toBe('zoo.packages')
})
