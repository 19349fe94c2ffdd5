import { expect, test } from 'vitest'
import { liveVersion } from '../../src/resources/distribution-functions.js'
import {
  ALL_THERE,
  changeDistribution,
  everything,
  FUNCTION_ARN,
  IMAGES,
  NOTHING_LEFT,
  PACKAGES,
  refusal,
  refusals,
  somebody,
  useAws,
} from '../support/aws.js'
import type { Fault } from '../support/fault-proxy.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn, type StackOptions } from '../support/stack.js'

const denied = (action: string): Fault => ({
  kind: 'error',
  code: 'AccessDenied',
  message: `User: arn:aws:iam::123456789012:user/u is not authorized to perform: ${action}`,
  status: 403,
})

describeAws('concurrent changes', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)
  const stackHere = async (options: Omit<StackOptions, 'endpoint'> = {}) =>
    stackOn({ endpoint: aws.proxy.endpoint, ...options })
  const read = async (Id: string) =>
    (await other().cloudfront.getDistributionConfig({ Id })).DistributionConfig!

  test.each(['deploy', 'cleanup'] as const)(
    'a change of the distribution during a %s is kept, and the run makes its own',
    async (what) => {
      const stack = await stackHere()
      const { distribution } = await stack.deploy()
      const used = aws.proxy.fault({
        operation: 'UpdateDistribution',
        times: 2,
        play: {
          kind: 'run',
          run: async () =>
            changeDistribution(other(), distribution.id, ({ Comment = '' }) => ({ Comment: `${Comment}!` })),
        },
      })
      if (what === 'cleanup') {
        // The run is stopped after that, so that the test can inspect the distribution.
        aws.proxy.fault({ operation: 'DeleteDistribution', play: denied('cloudfront:DeleteDistribution') })
        expect(await refusal(stack.cleanup())).toMatchObject({ code: 'ACCESS_DENIED' })
        expect(await read(distribution.id)).toMatchObject({ Comment: 'genato: genato!!', Enabled: false })
      } else {
        expect(await stack.deploy(smallPackage('two'))).toMatchObject({ version: 2 })
        const config = await read(distribution.id)
        expect(config.Comment).toBe('genato: genato!!')
        expect(liveVersion(config, FUNCTION_ARN)).toBe(2)
      }
      expect(used()).toBe(2)
    },
  )

  test('two simultaneous first deploys create one stack, and never go back a version', async () => {
    const [one, two] = [await stackHere(), await stackHere()]
    const settled = await Promise.allSettled([
      one.deploy(smallPackage('one')),
      two.deploy(smallPackage('two')),
    ])
    for (const run of settled)
      if (run.status === 'rejected') expect(run.reason).toMatchObject({ code: 'OVERTAKEN' })
    expect(settled.some(({ status }) => status === 'fulfilled')).toBe(true)
    expect(await everything(other())).toEqual(ALL_THERE)
    const before = (await one.status()).version!.number
    const { version } = await one.deploy(smallPackage('three'))
    expect(version).toBeGreaterThan(before)
    expect(await one.status()).toMatchObject({ differing: [], version: { number: version } })
  })

  test('during two simultaneous updates, the live version only rises, and another deploy finishes the rest', async () => {
    const [one, two] = [await stackHere(), await stackHere()]
    const { distribution } = await one.deploy(smallPackage('zero'))
    const lives: number[] = []
    aws.proxy.fault({
      operation: 'UpdateDistribution',
      times: Infinity,
      play: {
        kind: 'run',
        run: async () => void lives.push(liveVersion(await read(distribution.id), FUNCTION_ARN) ?? 0),
      },
    })
    for (let round = 1; round <= 3; round++) {
      const settled = await Promise.allSettled([
        one.deploy(smallPackage(`one ${round}`)),
        two.deploy(smallPackage(`two ${round}`)),
      ])
      for (const run of settled)
        if (run.status === 'rejected') expect(run.reason).toMatchObject({ code: 'OVERTAKEN', exitCode: 1 })
      lives.push(liveVersion(await read(distribution.id), FUNCTION_ARN) ?? 0)
    }
    expect(lives).toEqual([...lives].sort((a, b) => a - b))
    await one.deploy(smallPackage('last'))
    expect(await one.status()).toMatchObject({ differing: [] })
    expect(await everything(other())).toEqual(ALL_THERE)
  })

  test('a newer version that goes live during a deploy is not replaced by an older one', async () => {
    const stack = await stackHere()
    const { distribution } = await stack.deploy()
    aws.proxy.fault({
      operation: 'UpdateDistribution',
      play: {
        kind: 'run',
        run: async () => {
          await (await stackOn({ endpoint: aws.moto.endpoint })).deploy(smallPackage('theirs'))
        },
      },
    })
    const told = await refusal(stack.deploy(smallPackage('ours')))
    expect(told).toMatchObject({ code: 'OVERTAKEN', exitCode: 1 })
    expect(told.message).toContain(`Another deploy changed distribution ${distribution.id}`)
    expect(told.hint).toContain('run deploy again with the code that should be live')
    expect(liveVersion(await read(distribution.id), FUNCTION_ARN)).toBe(3)
  })

  test("code that another deploy uploads just before this one publishes isn't published by this one", async () => {
    const stack = await stackHere()
    await stack.deploy()
    const { lambda, s3 } = other()
    const theirs = await smallPackage('theirs').zip()
    await s3.putObject({ Bucket: PACKAGES, Key: 'theirs.zip', Body: theirs.zip })
    aws.proxy.fault({
      operation: 'PublishVersion',
      play: {
        kind: 'run',
        run: async () => {
          const code = { FunctionName: 'genato-func', S3Bucket: PACKAGES, S3Key: 'theirs.zip' }
          await lambda.updateFunctionCode(code)
        },
      },
    })
    expect(await refusal(stack.deploy(smallPackage('ours')))).toMatchObject({ code: 'OVERTAKEN' })
    expect(await stack.deploy(smallPackage('ours'))).toMatchObject({ version: 2, finished: true })
    expect(await stack.status()).toMatchObject({ differing: [] })
  })

  test('a deploy restores the stack while a cleanup waits, and the cleanup stops', async () => {
    await aws.moto.settings({ distribution_reads: 3 })
    const stack = await stackHere()
    await stack.deploy()
    aws.proxy.fault({
      operation: 'GetDistribution',
      when: () => aws.proxy.writes().at(-1)?.operation === 'UpdateDistribution',
      play: {
        kind: 'run',
        run: async () => void (await (await stackOn({ endpoint: aws.moto.endpoint })).deploy()),
      },
    })
    aws.proxy.calls.length = 0
    const told = await refusal(stack.cleanup())
    expect(told).toMatchObject({ code: 'ENABLED_AGAIN' })
    expect(told.hint).toContain('If you ran deploy in the meantime, this is expected.')
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })
})

describeAws('interrupted runs', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)
  const stackHere = async (options: Omit<StackOptions, 'endpoint'> = {}) =>
    stackOn({ endpoint: aws.proxy.endpoint, ...options })

  test.each([
    'DeleteDistribution',
    'DeleteOriginAccessControl',
    'DeleteFunction',
    'DeleteRole',
    'DeleteBucket',
  ])(
    'a cleanup that fails at %s does everything else, and a deploy or another cleanup can follow',
    async (operation) => {
      const stack = await stackHere()
      const { distribution } = await stack.deploy()
      const deny = () => aws.proxy.fault({ operation, times: 2, play: denied(`aws:${operation}`) })
      deny()
      const told = await refusals(stack.cleanup())
      expect(told.map(({ code }) => code)).toEqual(
        operation === 'DeleteBucket' ? ['ACCESS_DENIED', 'ACCESS_DENIED'] : ['ACCESS_DENIED'],
      )
      expect(told[0]!.message).toMatch(new RegExp(`:${operation} is not allowed|:${operation} on `))
      const left = await everything(other())
      const kept = {
        DeleteDistribution: ALL_THERE,
        DeleteOriginAccessControl: { controls: ['genato-images'] },
        DeleteFunction: { functions: ['genato-func'] },
        DeleteRole: { roles: ['GenatoRole'] },
        DeleteBucket: { buckets: [IMAGES, PACKAGES] },
      }[operation]
      expect(left).toEqual({ ...NOTHING_LEFT, ...kept })
      aws.proxy.clear()

      const again = await stack.deploy()
      expect(again.distribution.id === distribution.id).toBe(operation === 'DeleteDistribution')
      expect(await stack.status()).toMatchObject({ state: 'up to date', differing: [] })
      expect(await everything(other())).toEqual(ALL_THERE)

      deny()
      await refusals(stack.cleanup())
      aws.proxy.clear()
      await stack.cleanup()
      expect(await everything(other())).toEqual(NOTHING_LEFT)
    },
  )

  test('a cleanup whose replicas stay too long deletes the rest, exits with code 3, and a later one finishes', async () => {
    await aws.moto.settings({ replica_refusals: 5 })
    const stack = await stackHere()
    await stack.deploy()
    const told = await refusal(stack.cleanup({ timeout: 25_000 }))
    expect(told).toMatchObject({ code: 'REPLICAS_LEFT', exitCode: 3 })
    expect(told.message).toContain('has not yet removed all replicas of genato-func')
    expect(told.hint).toContain('Run genato cleanup again')
    expect(await everything(other())).toEqual({ ...NOTHING_LEFT, functions: ['genato-func'] })
    await stack.cleanup()
    expect(await everything(other())).toEqual(NOTHING_LEFT)
    expect(stack.said).toContainEqual(expect.stringMatching(/^done waiting for the replicas of function/))
  })

  test('a deploy uses the function again while cleanup waits for its replicas', async () => {
    await aws.moto.settings({ replica_refusals: 9 })
    const stack = await stackHere()
    await stack.deploy()
    await refusal(stack.cleanup({ timeout: 0 }))
    expect(await stack.status()).toMatchObject({ state: 'under way' })
    expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })

  test('a cleanup whose rollout takes too long exits with code 3, and a later one finishes', async () => {
    await aws.moto.settings({ distribution_reads: 1_000 })
    const stack = await stackHere()
    await stack.deploy(smallPackage(), { wait: false })
    const told = await refusal(stack.cleanup({ timeout: 60_000 }))
    expect(told).toMatchObject({ code: 'ROLLOUT_LATE', exitCode: 3 })
    await aws.moto.settings({ distribution_reads: 1 })
    await changeDistribution(other(), (await stack.status()).distribution!.id, () => ({ Comment: 'touched' }))
    await stack.cleanup()
    expect(await everything(other())).toEqual(NOTHING_LEFT)
  })

  test('each new distribution after a cleanup gets the next caller reference', async () => {
    const stack = await stackHere()
    for (const n of [1, 2, 3]) {
      const { distribution } = await stack.deploy()
      expect(distribution.config.CallerReference).toBe(`genato/123456789012/genato/${n}`)
      await stack.cleanup()
    }
  })

  test.each(['deploy', 'purge'] as const)('the next %s makes up for a missing invalidation', async (what) => {
    const stack = await stackHere()
    await stack.deploy(smallPackage('one', 'gen1'))
    aws.proxy.fault({ operation: 'CreateInvalidation', play: denied('cloudfront:CreateInvalidation') })
    const told = await refusal(stack.deploy(smallPackage('two', 'gen2')))
    expect(told).toMatchObject({ code: 'ACCESS_DENIED' })
    expect(told.message).toContain('cloudfront:CreateInvalidation')
    expect(await stack.status()).toMatchObject({
      state: 'under way',
      unfinished: ['the cache of CloudFront must be invalidated: run deploy'],
    })
    aws.proxy.clear()
    if (what === 'deploy') await stack.deploy(smallPackage('two', 'gen2'))
    else expect(await stack.purge()).toEqual({ objects: 0, bytes: 0, invalidated: true })
    expect(aws.proxy.writes().map(({ operation }) => operation)).toContain('CreateInvalidation')
    expect(await stack.status()).toMatchObject({ unfinished: ['1 invalidation under way'] })
  })

  test('a deploy without waiting leaves the rest to the next one', async () => {
    await aws.moto.settings({ distribution_reads: 5 })
    const stack = await stackHere()
    await stack.deploy(smallPackage('one', 'gen1'))
    await stack.deploy(smallPackage('two', 'gen1'))
    const second = await stack.deploy(smallPackage('three', 'gen2'), { wait: false })
    expect(second).toMatchObject({ version: 3, finished: false })
    expect(await stack.status()).toMatchObject({
      state: 'under way',
      unfinished: [
        'the distribution is being rolled out',
        'the cache of CloudFront must be invalidated: run deploy',
      ],
    })
    expect(await stack.deploy(smallPackage('three', 'gen2'))).toMatchObject({ version: 3, finished: true })
    expect(await stack.status()).toMatchObject({ unfinished: ['1 invalidation under way'] })
    const versions = await other().lambda.listVersionsByFunction({ FunctionName: 'genato-func' })
    expect(versions.Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '2', '3'])
  })

  test('deploy waits for a Pending function, and fails for a failed one', async () => {
    const stack = await stackHere()
    await stack.deploy()
    const answer = (Configuration: object): Fault => ({
      kind: 'respond',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ Configuration, Tags: { 'genato:stack': 'genato' } }),
    })
    const known = { FunctionArn: FUNCTION_ARN, FunctionName: 'genato-func' }
    const pending = answer({ ...known, State: 'Pending', StateReason: 'being made' })
    const used = aws.proxy.fault({ operation: 'GetFunction', times: 4, play: pending })
    expect(await stack.deploy()).toMatchObject({ version: 1 })
    expect(used()).toBe(4)
    expect(stack.said).toContainEqual(
      expect.stringMatching(/^done waiting for function genato-func to be active/),
    )
    const failed = answer({ ...known, State: 'Failed', StateReason: 'The role was deleted.' })
    aws.proxy.fault({ operation: 'GetFunction', times: 2, play: failed })
    const told = await refusal(stack.deploy())
    expect(told).toMatchObject({ code: 'FUNCTION_FAILED', exitCode: 1 })
    expect(told.message).toContain('could not make the function genato-func active: The role was deleted.')
  })

  test('deploy waits for an update that Lambda still reports in progress after it has finished', async () => {
    const stack = await stackHere()
    await stack.deploy()
    const updating = {
      FunctionArn: FUNCTION_ARN,
      State: 'Active',
      LastUpdateStatus: 'InProgress',
      CodeSha256: 'x',
    }
    const used = aws.proxy.fault({
      operation: 'GetFunction',
      skip: 1,
      times: 3,
      play: {
        kind: 'respond',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ Configuration: updating, Tags: {} }),
      },
    })
    expect(await stack.deploy(smallPackage('two'))).toMatchObject({ version: 2, finished: true })
    expect(used()).toBe(3)
  })
})
