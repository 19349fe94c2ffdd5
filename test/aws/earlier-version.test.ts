import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { somebody, useAws } from '../support/aws.js'
import { genato } from '../support/cli.js'
import { describeAws } from '../support/moto/moto.js'
import { project } from '../support/project.js'
import { replay } from '../support/recorded.js'

/** Configurations of the deploys recorded with version 0.1.0 of November 2026, before settings had groups. */
const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/0'
const CONFIGS = {
  private: {},
  public: {
    generate: { access: 'public', bucket: 'my-images', expireAfterDays: false },
    packages: { bucket: 'my-packages' },
    logs: { retentionDays: 7 },
    domain: { aliases: ['Img.example.com'], certificate: CERTIFICATE, priceClass: 'PriceClass_100' },
  },
  custom: {
    stack: 'cards',
    generate: { generator: './generator.ts', runtime: 'nodejs22.x', memory: 512 },
  },
}

/** The writes of a deploy that only updates a function's code. */
const OF_THE_PACKAGE = new Set([
  'PutObject',
  'UpdateFunctionCode',
  'TagResource',
  'PublishVersion',
  'UpdateDistribution',
  'AddPermission',
])

/** The key prefix under which that version stored the built-in generator's images. */
const KEYS = {
  '/640x480,white,png': 'generated/37ed884228c5/640x480/white/png',
  '/1200x630,navy,webp,text=Hello':
    'generated/37ed884228c5/1200x630/navy/webp/text-185f8db32271fe25f561a6fc938b2e26',
  '/64,teal,svg,text=G': 'generated/37ed884228c5/64x64/teal/svg/text-333e0a1e27815d0ceee55c473fe3dc93',
  '/640x480@2x,navy': 'generated/37ed884228c5/1280x960/navy/png',
  '/300x200,fff,jpg,q=70': 'generated/37ed884228c5/300x200/white/jpg/q-70',
  '/10x10,transparent,avif': 'generated/37ed884228c5/10x10/transparent/avif',
  '/8x8,red,gif,text=': 'generated/37ed884228c5/8x8/red/gif/text-e3b0c44298fc1c149afbf4c8996fb924',
  '/200,333,text=%C3%A9%2C%20ok,fg=fff':
    'generated/37ed884228c5/200x200/333333/png/text-f16f7f4ba480000359ec31e0d91be52a',
}

/** The configurations of the later recordings, `0.1.0-flat-…`. */
const FLAT_CONFIGS = {
  private: {},
  public: { ...CONFIGS.public, generate: { ...CONFIGS.public.generate, files: 'public/' } },
  custom: {
    ...CONFIGS.custom,
    generate: { ...CONFIGS.custom.generate, timeout: 20, files: false },
    permissionsBoundary: 'arn:aws:iam::123456789012:policy/limits',
  },
}

describeAws('a stack that version 0.1.0 deployed', () => {
  const aws = useAws()
  const env = () => ({
    AWS_ENDPOINT_URL: aws.proxy.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  })

  test.each(Object.entries(CONFIGS))(
    'is up to date after one deploy: %s',
    async (name, config) => {
      await aws.moto.settings({ distribution_reads: 0, invalidation_reads: 0 })
      const { distribution } = await replay(aws.moto.endpoint, `0.1.0-${name}`)
      const { cloudfront, lambda, s3 } = somebody(aws.moto.endpoint)
      const fn = 'stack' in config ? `${config.stack}-func` : 'genato-func'
      const images =
        'packages' in config ? config.generate.bucket : `${fn.replace('-func', '')}-images-123456789012`
      const Key = 'generated/37ed884228c5/640x480/white/png'
      await s3.putObject({ Bucket: images, Key, Body: 'stored', ContentType: 'image/png' })
      const before = (await lambda.getFunction({ FunctionName: fn })).Tags
      const cwd = project()
      if ('stack' in config) {
        await genato(['init', '--generator'], cwd)
        rmSync(path.join(cwd, 'genato.config.ts'))
      }
      writeFileSync(path.join(cwd, 'genato.config.json'), JSON.stringify(config))

      // Deploy asks no question.
      const first = await genato(['deploy'], cwd, env())
      expect(first, first.stderr).toMatchObject({ code: 0 })
      const { DistributionList: list } = await cloudfront.listDistributions({})
      expect(list?.Items?.map(({ Id }) => Id)).toEqual([distribution])
      const after = (await lambda.getFunction({ FunctionName: fn })).Tags
      expect(after?.['genato:generation']).toBe(before?.['genato:generation'])
      // CloudFront's cached copies stay valid too.
      expect(aws.proxy.calls.map(({ operation }) => operation)).not.toContain('CreateInvalidation')
      expect(await (await s3.getObject({ Bucket: images, Key })).Body?.transformToString()).toBe('stored')

      aws.proxy.clear()
      const second = await genato(['deploy'], cwd, env())
      expect(second, second.stderr).toMatchObject({ code: 0 })
      expect(aws.proxy.writes().map(({ operation }) => operation)).toEqual([])
      const status = await genato(['status'], cwd, env())
      expect(status, status.stdout).toMatchObject({ code: 0 })

      const removed = await genato(['cleanup', '--yes'], cwd, env())
      expect(removed, removed.stderr).toMatchObject({ code: 0 })
    },
    120_000,
  )

  test.each(Object.entries(FLAT_CONFIGS))(
    'needs no write if the package is the same: %s',
    async (name, config) => {
      await aws.moto.settings({ distribution_reads: 0, invalidation_reads: 0 })
      const cwd = project()
      if ('stack' in config) {
        await genato(['init', '--generator'], cwd)
        rmSync(path.join(cwd, 'genato.config.ts'))
      }
      writeFileSync(path.join(cwd, 'genato.config.json'), JSON.stringify(config))
      const built = await genato(['package', '--json'], cwd)
      const { contentDigest } = JSON.parse(built.stdout.trim().split('\n').at(-1) ?? '{}') as {
        contentDigest: string
      }

      await replay(aws.moto.endpoint, `0.1.0-flat-${name}`, contentDigest)
      const same = await genato(['deploy'], cwd, env())
      expect(same, same.stderr).toMatchObject({ code: 0 })
      expect(aws.proxy.writes().map(({ operation }) => operation)).toEqual([])
      const status = await genato(['status'], cwd, env())
      expect(status, status.stdout).toMatchObject({ code: 0 })
    },
    120_000,
  )

  test('gets a changed package by the writes for its code and no others', async () => {
    await aws.moto.settings({ distribution_reads: 0, invalidation_reads: 0 })
    await replay(aws.moto.endpoint, '0.1.0-flat-private')
    const ran = await genato(['deploy'], project(), env())
    expect(ran, ran.stderr).toMatchObject({ code: 0 })
    const writes = aws.proxy.writes().map(({ operation }) => operation)
    expect(writes.filter((operation) => !OF_THE_PACKAGE.has(operation))).toEqual([])
    expect(writes).toContain('UpdateFunctionCode')
  }, 60_000)

  test('keeps the key of every image', async () => {
    const cwd = project()
    for (const [url, key] of Object.entries(KEYS)) {
      const { stdout } = await genato(['explain', url, '--json'], cwd)
      const line = stdout.trim().split('\n').at(-1) ?? '{}'
      expect([url, (JSON.parse(line) as { key: string }).key]).toEqual([url, key])
    }
  }, 60_000)
})
