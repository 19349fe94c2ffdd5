import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.js'
import { GenatoError } from '../../src/lib/errors.js'
import { project } from '../support/project.js'

async function failure(work: Promise<unknown>): Promise<GenatoError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof GenatoError) return error
  throw new Error(`No GenatoError, but ${String(error)}`)
}

/** The settings of a project whose JSON configuration is this. */
async function settings(config: object) {
  return loadSettings(project({ 'genato.config.json': JSON.stringify(config) }))
}

describe('without a configuration', () => {
  it('everything has its default', async () => {
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
      packages: { bucket: undefined },
      domain: { aliases: undefined, certificate: undefined, priceClass: undefined },
      logs: { retentionDays: undefined },
      permissionsBoundary: undefined,
    })
  })
})

describe('a configuration', () => {
  const TYPED =
    "import { defineConfig } from 'genato'\nimport { stack } from './other'\nexport default defineConfig({ stack, generator: './gen.ts' })\n"

  it('in TypeScript is read with its imports, though genato is installed nowhere near', async () => {
    const cwd = project({
      'genato.config.ts': TYPED,
      'other.ts': "export const stack: string = 'from-other'",
    })
    const read = await loadSettings(cwd)
    expect(read).toMatchObject({ stack: 'from-other', generate: { generator: path.join(cwd, 'gen.ts') } })
    expect(read.configInputs.sort()).toEqual([path.join(cwd, 'genato.config.ts'), path.join(cwd, 'other.ts')])
  })

  it.each([
    ['genato.config.js', 'export default { text: "js" }'],
    ['genato.config.mjs', 'export default { text: "js" }'],
    ['genato.config.json', '{ "text": "js" }'],
  ])('is found as %s', async (name, source) => {
    expect((await loadSettings(project({ [name]: source }))).generate.text).toBe('js')
  })

  it('is read anew when its file has changed', async () => {
    const cwd = project({ 'genato.config.ts': 'export default { text: "one" }' })
    expect((await loadSettings(cwd)).generate.text).toBe('one')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(path.join(cwd, 'genato.config.ts'), 'export default { text: "two" }')
    expect((await loadSettings(cwd)).generate.text).toBe('two')
  })

  it('named with --config makes its own folder the one that paths are relative to', async () => {
    const cwd = project({ 'sub/my.ts': "export default { font: './f.ttf' }" })
    expect(await loadSettings(cwd, { config: 'sub/my.ts' })).toMatchObject({
      root: path.join(cwd, 'sub'),
      generate: { font: path.join(cwd, 'sub', 'f.ttf') },
    })
  })

  it('knows where it is, and gives way to --stack', async () => {
    const cwd = project({
      'genato.config.ts': 'export default { text: import.meta.dirname, stack: "in-file" }',
    })
    expect(await loadSettings(cwd, { stack: 'on-line' })).toMatchObject({
      generate: { text: cwd },
      stack: 'on-line',
    })
  })
})

describe('a wrong configuration names what is wrong and what would be right', () => {
  it.each([
    [{ genrator: 'x' }, /genrator.*Did you mean generator\?/],
    [{ limits: { sid: 1 } }, /limits\.sid.*Did you mean limits\.side\?/],
    [{ entirelyUnknown: 1 }, /entirelyUnknown/],
    [{ memory: 'lots' }, /memory has to be a number, and is "lots"/],
    [{ memory: 1.5 }, /memory has to be a whole number, and is 1.5/],
    [{ memory: 20_000 }, /memory has to be 10240 at most, and is 20000/],
    [{ timeout: 31 }, /timeout has to be 30 at most/],
    [{ limits: { side: 0 } }, /limits\.side has to be 1 at least, and is 0/],
    [{ limits: { side: 16_383 } }, /limits\.side 16383 takes up to \d+ MB, and memory is 1769/],
    [{ memory: 128 }, /takes up to 432 MB, and memory is 128/],
    [{ limits: 5 }, /limits has to be an object, and is 5/],
    [{ stack: 'Big' }, /stack has to be 2 to 40 characters.*"Big"/],
    [{ stack: 'ends-' }, /stack/],
    [{ assets: 'logo.png' }, /assets has to be a list of paths, and is "logo.png"/],
    [{ aliases: ['img.example.com'] }, /aliases names img\.example\.com, and there is no certificate/],
    [{ assets: [''] }, /assets\.0 must not be empty/],
    [{ access: 'open' }, /access has to be 'private' or 'public'/],
    [{ runtime: 'nodejs18.x' }, /runtime/],
    [{ expireImagesAfterDays: true }, /expireImagesAfterDays.*false for never/],
    [{ certificate: 'arn:aws:acm:eu-west-1:123456789012:certificate/x' }, /us-east-1/],
    [{ buckets: { images: 'Bad_Name' } }, /buckets\.images has to be a bucket name/],
    [{ logs: { retentionDays: 2 } }, /retentionDays has to be one of 1, 3, 5/],
    [[], /Array|object/],
    ['text', /has to be an object/],
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
    ['genato.config.js', 'export default { text: () => 1 }', /text has to be a string, and is a function/],
  ])('%s: %s', async (name, source, message) => {
    const error = await failure(loadSettings(project({ [name]: source })))
    expect(error.message).toMatch(message)
    expect(error.exitCode).toBe(2)
  })

  it('is not chosen from two', async () => {
    const cwd = project({ 'genato.config.ts': 'export default {}', 'genato.config.json': '{}' })
    expect((await failure(loadSettings(cwd))).message).toContain('genato.config.ts and genato.config.json')
  })

  it('has to be there if it was named, and has to be of a kind that can be read', async () => {
    expect((await failure(loadSettings(project(), { config: 'nope.ts' }))).message).toContain('nope.ts')
    expect((await failure(loadSettings(project({ 'a.yaml': '' }), { config: 'a.yaml' }))).hint).toContain(
      '.json',
    )
  })

  it('--stack is checked as well', async () => {
    expect((await failure(loadSettings(project(), { stack: 'No!' }))).message).toContain('--stack')
  })
})

it('bucket names with dots are refused with the reason, and still read for a stack that has them', async () => {
  const cwd = project({ 'genato.config.json': JSON.stringify({ buckets: { packages: 'zoo.packages' } }) })
  const error = await failure(loadSettings(cwd))
  expect(error).toMatchObject({
    code: 'BAD_CONFIG',
    exitCode: 2,
    message: 'genato.config.json: buckets.packages must not have a dot, and is "zoo.packages".',
  })
  expect(error.hint).toContain("S3's certificate is for *.s3.us-east-1.amazonaws.com")
  expect((await loadSettings(cwd, { deployedBefore: true })).packages.bucket).toBe('zoo.packages')
})
