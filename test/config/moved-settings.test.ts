import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.js'
import { defineConfig } from '../../src/index.js'
import { project } from '../support/project.js'
import { failure } from './failure.js'

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/1'

/** Every setting of the flat configuration that moved into a group, and the configuration that means the same. */
const MOVED: [setting: string, flat: object, grouped: object][] = [
  ['generator', { generator: './gen.ts' }, { generate: { generator: './gen.ts' } }],
  ['assets', { assets: ['logo.png'] }, { generate: { assets: ['logo.png'] } }],
  ['text', { text: 'Hi' }, { generate: { text: 'Hi' } }],
  ['font', { font: './f.ttf' }, { generate: { font: './f.ttf' } }],
  ['limits', { limits: { side: 100 } }, { generate: { limits: { side: 100 } } }],
  ['memory', { memory: 512 }, { generate: { memory: 512 } }],
  ['timeout', { timeout: 5 }, { generate: { timeout: 5 } }],
  ['runtime', { runtime: 'nodejs22.x' }, { generate: { runtime: 'nodejs22.x' } }],
  ['access', { access: 'public' }, { generate: { access: 'public' } }],
  ['files', { files: false }, { generate: { files: false } }],
  ['buckets.images', { buckets: { images: 'my-images' } }, { generate: { bucket: 'my-images' } }],
  ['buckets.packages', { buckets: { packages: 'my-packages' } }, { packages: { bucket: 'my-packages' } }],
  ['expireImagesAfterDays', { expireImagesAfterDays: false }, { generate: { expireAfterDays: false } }],
  ['aliases', { aliases: ['img.example.com'] }, { domain: { aliases: ['img.example.com'] } }],
  ['certificate', { certificate: CERTIFICATE }, { domain: { certificate: CERTIFICATE } }],
  ['priceClass', { priceClass: 'PriceClass_100' }, { domain: { priceClass: 'PriceClass_100' } }],
]

/** The one setting of a configuration, as a path. */
function pathOf(config: object): string {
  const [[group, settings] = ['', {}]] = Object.entries(config) as [string, object][]
  return `${group}.${Object.keys(settings)[0]}`
}

async function refusedJson(config: object) {
  const error = await failure(loadSettings(project({ 'genato.config.json': JSON.stringify(config) })))
  expect(error).toMatchObject({ code: 'BAD_CONFIG', exitCode: 2 })
  return { message: error.message, hint: error.hint ?? '', corrected: correctedIn(error.hint) }
}

function correctedIn(hint = ''): unknown {
  return hint.startsWith('Write:\n') ? JSON.parse(hint.slice('Write:\n'.length)) : hint
}

describe('a setting of the flat configuration is refused with its new place and its value', () => {
  it.each(MOVED)('%s', async (setting, flat, grouped) => {
    const { message, corrected } = await refusedJson(flat)
    expect(message).toBe(`genato.config.json: ${setting} is now ${pathOf(grouped)}.`)
    expect(corrected).toEqual(grouped)
  })

  it('together with all others, in one error with a configuration that is accepted as it stands', async () => {
    const flat = Object.assign(
      { stack: 'cards', logs: { retentionDays: 7 } },
      ...MOVED.map(([, one]) => one),
      {
        buckets: { images: 'my-images', packages: 'my-packages' },
      },
    ) as object
    const { message, corrected } = await refusedJson(flat)
    for (const [setting, , grouped] of MOVED)
      expect(message).toContain(`${setting} is now ${pathOf(grouped)}`)
    expect(corrected).toEqual({
      stack: 'cards',
      logs: { retentionDays: 7 },
      generate: Object.assign(
        {},
        ...MOVED.map(([, , { generate }]: [string, object, { generate?: object }]) => generate),
      ),
      packages: { bucket: 'my-packages' },
      domain: { aliases: ['img.example.com'], certificate: CERTIFICATE, priceClass: 'PriceClass_100' },
    })
    const pasted = project({ 'genato.config.json': JSON.stringify(corrected) })
    expect(await loadSettings(pasted)).toMatchObject({ stack: 'cards', packages: { bucket: 'my-packages' } })
  })

  it('in a TypeScript configuration, with an object literal to paste', async () => {
    const source = "export default { memory: 512, buckets: { images: process.version && 'my-images' } }"
    const error = await failure(loadSettings(project({ 'genato.config.ts': source })))
    expect(error.message).toBe(
      'genato.config.ts: memory is now generate.memory, buckets.images is now generate.bucket.',
    )
    expect(error.hint).toBe("Write:\n{ generate: { memory: 512, bucket: 'my-images' } }")
  })

  it('before any other mistake, which is kept', async () => {
    const { message, corrected } = await refusedJson({ memory: 'lots', unknown: 1 })
    expect(message).toBe('genato.config.json: memory is now generate.memory.')
    expect(corrected).toEqual({ unknown: 1, generate: { memory: 'lots' } })
  })

  it('but a value in the new place wins', async () => {
    const { corrected } = await refusedJson({ memory: 512, generate: { memory: 1024, timeout: 5 } })
    expect(corrected).toEqual({ generate: { memory: 1024, timeout: 5 } })
  })

  it('unless its new group is not an object, which comes first', async () => {
    expect(await refusedJson({ memory: 512, generate: false })).toMatchObject({
      message: 'genato.config.json: generate must be an object (got false).',
    })
  })
})

describe('a known setting in the wrong group is refused with its place and its value', () => {
  it.each([
    [
      { domain: { expireAfterDays: 7 } },
      'domain.expireAfterDays should be generate.expireAfterDays',
      { generate: { expireAfterDays: 7 } },
    ],
    [{ generate: { aliases: [] } }, 'generate.aliases should be domain.aliases', { domain: { aliases: [] } }],
    [
      { generate: { side: 9 } },
      'generate.side should be generate.limits.side',
      { generate: { limits: { side: 9 } } },
    ],
    [{ logs: { stack: 'cards' } }, 'logs.stack should be stack', { stack: 'cards' }],
    [{ retentionDays: 7 }, 'retentionDays should be logs.retentionDays', { logs: { retentionDays: 7 } }],
    [
      { generate: { logs: { retentionDays: 7 } } },
      'generate.logs should be logs',
      { logs: { retentionDays: 7 } },
    ],
  ])('%j', async (config, message, expected) => {
    const refused = await refusedJson(config)
    expect(refused.message).toBe(`genato.config.json: ${message}.`)
    expect(refused.corrected).toEqual(expected)
  })

  it('unless two groups have a setting of that name', async () => {
    expect(await refusedJson({ domain: { bucket: 'x' } })).toMatchObject({
      message:
        'genato.config.json: there is no setting domain.bucket. Did you mean generate.bucket or packages.bucket?',
      hint: 'The settings of domain are aliases, certificate, priceClass.',
    })
  })
})

it('defineConfig refuses flat settings when it is compiled', () => {
  expect([
    // @ts-expect-error memory is in the group generate.
    defineConfig({ memory: 512 }),
    // @ts-expect-error buckets were replaced by generate.bucket and packages.bucket.
    defineConfig({ buckets: { images: 'my-images' } }),
    // @ts-expect-error aliases are in the group domain.
    defineConfig({ aliases: [] }),
    // @ts-expect-error memory is in the group generate.
    defineConfig({ domain: { memory: 512 } }),
    defineConfig({ generate: { memory: 512, bucket: 'my-images' }, domain: { aliases: [] } }),
  ]).toHaveLength(5)
})
