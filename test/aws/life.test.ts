import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { describeAws, borrowMoto, type Moto } from '../support/moto/moto.js'
import { genato } from '../support/cli.js'
import { ACCOUNT, somebody } from '../support/aws.js'
import { generatorSource, GOOD_BODY, project } from '../support/project.js'
import { awsEnvironment, smallPackage, stackOn } from '../support/stack.js'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

describeAws('the life of a stack', () => {
  let moto: Moto
  let proxy: FaultProxy
  beforeAll(async () => {
    moto = await borrowMoto()
    proxy = await startFaultProxy(moto.endpoint)
  })
  afterAll(async () => {
    await proxy.close()
  })
  beforeEach(async () => {
    await moto.reset()
    proxy.clear()
  })

  it('is created, stays unchanged if nothing differs, and is deleted completely', async () => {
    const stack = await stackOn({ endpoint: proxy.endpoint })
    expect(await stack.status()).toMatchObject({ state: 'not deployed' })
    const first = await stack.deploy()
    expect(first).toMatchObject({ version: 1, finished: true })
    expect(await stack.status()).toMatchObject({ state: 'up to date', differing: [], unfinished: [] })

    proxy.clear()
    // Independent calls overlap, as on a real network.
    proxy.latency = 50
    const second = await stack.deploy()
    proxy.latency = 0
    expect(second).toMatchObject({ version: 1, finished: true, codeOnly: false })
    expect(proxy.writes()).toEqual([])
    expect(proxy.rounds()).toBeLessThanOrEqual(6)
    expect(proxy.calls.length).toBeLessThanOrEqual(45)

    await stack.cleanup()
    expect(await stack.status()).toMatchObject({ state: 'not deployed', notManaged: [] })
    await stack.deploy()
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })

  it('publishes, updates and invalidates only what changed', async () => {
    const stack = await stackOn({ endpoint: proxy.endpoint })
    await stack.deploy(smallPackage('one', 'gen1'))
    proxy.clear()
    expect(await stack.deploy(smallPackage('two', 'gen1'))).toMatchObject({ version: 2, codeOnly: true })
    expect(proxy.writes().map(({ operation }) => operation)).not.toContain('CreateInvalidation')
    proxy.clear()
    expect(await stack.deploy(smallPackage('three', 'gen2'))).toMatchObject({ version: 3, codeOnly: false })
    expect(proxy.writes().map(({ operation }) => operation)).toContain('CreateInvalidation')
    expect(await stack.status()).toMatchObject({ unfinished: ['1 invalidation under way'] })
  })

  it('reports older images only if other code serves them', async () => {
    const stack = await stackOn({ endpoint: proxy.endpoint })
    expect(await stack.deploy(smallPackage(), { dryRun: true })).toMatchObject({ codeOnly: false })
    await stack.deploy()
    const two = smallPackage('two', 'gen1')
    expect(await stack.deploy(two, { dryRun: true })).toMatchObject({ codeOnly: true })
    expect(await stack.deploy(smallPackage('two', 'gen2'), { dryRun: true })).toMatchObject({
      codeOnly: false,
    })
    // Changed settings alone publish a version too.
    const larger = await stackOn({ endpoint: proxy.endpoint, config: { generate: { memory: 2048 } } })
    expect(await larger.deploy()).toMatchObject({ version: 2, codeOnly: false })
  })

  it('warns about older images in a dry run and in status, before they are served', async () => {
    await moto.settings({ distribution_reads: 0, invalidation_reads: 0 })
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': generatorSource(GOOD_BODY),
    })
    const run = async (...args: string[]) => genato(args, cwd, awsEnvironment(proxy.endpoint))
    expect(await run('deploy')).toMatchObject({ code: 0 })
    const { key } = JSON.parse((await run('explain', '/card/x.svg', '--json')).stdout) as { key: string }
    const images = `genato-images-${ACCOUNT}`
    await somebody(moto.endpoint).s3.putObject({ Bucket: images, Key: key, Body: 'old' })
    const ofNone = await run('status')
    expect(ofNone).toMatchObject({ code: 0, stdout: expect.not.stringContaining('older images') })

    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY.replace('<title>', '<title>Dear ')))
    proxy.clear()
    expect((await run('deploy', '--dry-run')).stderr).toContain(
      '1 stored image was made by older code, and would still be served',
    )
    expect(await run('status')).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/^older images {2}1 made by the live code would still be served/m),
    })
    expect(proxy.writes()).toEqual([])

    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY, '2'))
    expect((await run('deploy', '--dry-run')).stderr).not.toContain('older code')
    expect((await run('status')).stdout).not.toContain('older images')

    // status describes AWS even if the local code can't run.
    writeFileSync(path.join(cwd, 'gen.ts'), `throw new Error('at load')\n${generatorSource(GOOD_BODY)}`)
    expect(await run('status')).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('package: this one is not deployed'),
      stderr: expect.stringContaining('at load'),
    })
  }, 60_000)

  it('works from the command line, with the real package', { timeout: 60_000 }, async () => {
    await moto.settings({ distribution_reads: 0, invalidation_reads: 0 })
    const cwd = project({ 'genato.config.json': '{ "generate": { "text": "One" } }' })
    const env = awsEnvironment(proxy.endpoint)
    const operations = () => proxy.writes().map(({ operation }) => operation)
    const first = await genato(['deploy'], cwd, env)
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^https:\/\/\S+\.cloudfront\.net\n/),
    })
    expect(operations()).not.toContain('CreateInvalidation')
    expect(await genato(['status'], cwd, env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('up to date'),
    })

    writeFileSync(path.join(cwd, 'genato.config.json'), '{ "generate": { "text": "Two" } }')
    expect(await genato(['status'], cwd, env)).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('package: this one is not deployed'),
    })
    proxy.clear()
    expect(await genato(['deploy', '--json'], cwd, env)).toMatchObject({ code: 0, stderr: '' })
    expect(operations()).toContain('CreateInvalidation')
    expect(await genato(['status'], cwd, env)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('1 invalidation under way'),
    })

    proxy.clear()
    expect(await genato(['deploy'], cwd, env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('11 unchanged in'),
      stderr: '',
    })
    expect(operations()).toEqual([])

    expect(await genato(['cleanup'], cwd, env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    })
    expect(operations()).toEqual([])
    expect(await genato(['cleanup', '--yes'], cwd, env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /\n {2}log groups \/aws\/lambda\/us-east-1\.genato-func in 13 regions\n[^]*Nothing is left of the stack genato\./,
      ),
    })
    expect(await genato(['status'], cwd, env)).toMatchObject({ code: 4 })
  })
})
