import { expect, test } from 'vitest'
import {
  ALL_THERE,
  everything,
  IMAGES,
  NOTHING_LEFT,
  PACKAGES,
  refusal,
  refusals,
  somebody,
  useAws,
  type Somebody,
} from '../support/aws.js'
import type { Fault } from '../support/fault-proxy.js'
import { describeAws } from '../support/moto/moto.js'
import { stackOn } from '../support/stack.js'

const error = (status: number, code: string, message = code): Fault => ({
  kind: 'error',
  status,
  code,
  message,
})
const SKEWED = 'The difference between the request time and the current time is too large.'
const EXPIRED =
  'Signature expired: 20261121T090000Z is now earlier than 20261121T094500Z (20261121T100000Z - 15 min.)'

describeAws('credentials, clock and region', () => {
  const aws = useAws()

  test.each<[string, Fault, string, RegExp, RegExp]>([
    [
      'expired credentials',
      error(403, 'ExpiredToken', 'The security token included in the request is expired'),
      'CREDENTIALS_EXPIRED',
      /^The AWS credentials have expired\.$/,
      /aws sso login/,
    ],
    [
      'unknown credentials',
      error(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'),
      'BAD_CREDENTIALS',
      /AWS does not know these credentials/,
      /aws sts get-caller-identity.*GovCloud and China/,
    ],
    [
      'a wrong secret',
      error(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match.'),
      'BAD_CREDENTIALS',
      /does not accept the signature/,
      /secret key/,
    ],
    ['a skewed clock', error(403, 'RequestTimeTooSkewed', SKEWED), 'CLOCK_SKEWED', /clock/, /network time/],
    [
      'an expired signature',
      error(403, 'SignatureDoesNotMatch', EXPIRED),
      'CLOCK_SKEWED',
      /clock/,
      /network/,
    ],
  ])('%s: the error says what to do, and nothing is written', async (_, play, code, message, hint) => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    aws.proxy.fault({ service: 'sts', times: Infinity, play })
    const told = await refusal(stack.deploy())
    expect(told).toMatchObject({ code, exitCode: 1 })
    expect(told.message).toMatch(message)
    expect(told.hint).toMatch(hint)
    expect(aws.proxy.writes()).toEqual([])
  })

  test('credentials that expire during a run end it with CREDENTIALS_EXPIRED', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const play = error(400, 'ExpiredToken', 'The provided token has expired.')
    aws.proxy.fault({
      operation: 'HeadBucket',
      times: Infinity,
      play: { kind: 'respond', status: 400, body: '' },
    })
    aws.proxy.fault({ service: 's3', times: Infinity, play })
    const told = await refusals(stack.deploy())
    expect(new Set(told.map(({ code }) => code))).toEqual(new Set(['CREDENTIALS_EXPIRED']))
  })

  test('without credentials, the error names three ways to provide some', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    delete process.env['AWS_ACCESS_KEY_ID']
    delete process.env['AWS_SECRET_ACCESS_KEY']
    const told = await refusal(stack.deploy())
    expect(told).toMatchObject({ code: 'NO_CREDENTIALS', exitCode: 1 })
    expect(told.hint).toMatch(/--profile.*AWS_ACCESS_KEY_ID.*a role of the machine/)
    expect(aws.proxy.calls).toEqual([])
  })

  test('credentials of another partition are refused', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const identity = '<Arn>arn:aws-cn:iam::1:user/u</Arn><UserId>u</UserId><Account>1</Account>'
    aws.proxy.fault({
      service: 'sts',
      play: {
        kind: 'respond',
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: `<GetCallerIdentityResponse><GetCallerIdentityResult>${identity}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
      },
    })
    const told = await refusal(stack.deploy())
    expect(told).toMatchObject({ code: 'OTHER_PARTITION' })
    expect(told.message).toContain('aws-cn')
  })

  test('the SDK corrects for a clock that is an hour late', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const used = aws.proxy.fault({
      service: 'sts',
      play: {
        kind: 'respond',
        status: 403,
        headers: { 'content-type': 'text/xml', date: new Date(Date.now() + 3_600_000).toUTCString() },
        body: `<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code><Message>${SKEWED}</Message></Error></ErrorResponse>`,
      },
    })
    expect(await stack.deploy()).toMatchObject({ finished: true })
    expect(used()).toBe(1)
  })

  test('another region in the profile changes nothing: only logs and lists of replicas leave us-east-1', async () => {
    const before = process.env['AWS_REGION']
    process.env['AWS_REGION'] = 'eu-west-1'
    try {
      const stack = await stackOn({ endpoint: aws.proxy.endpoint, config: { logs: { retentionDays: 7 } } })
      await stack.deploy()
      await stack.status()
      await stack.cleanup()
      const elsewhere = aws.proxy.calls.filter(({ region }) => region !== 'us-east-1')
      expect(new Set(elsewhere.map(({ service }) => service))).toEqual(new Set(['logs']))
      expect(new Set(elsewhere.map(({ region }) => region)).size).toBe(12)
      expect(await everything(somebody(aws.moto.endpoint))).toEqual(NOTHING_LEFT)
    } finally {
      if (before === undefined) delete process.env['AWS_REGION']
      else process.env['AWS_REGION'] = before
    }
  })

  test.each([
    [10, 1],
    [1000, 0],
  ])('a quota of %s simultaneous executions prints %s warnings', async (concurrent_executions, warnings) => {
    await aws.moto.settings({ concurrent_executions })
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    await stack.deploy()
    const warned = stack.said.filter((one) => one.startsWith('warn '))
    expect(warned).toHaveLength(warnings)
    for (const one of warned) expect(one).toMatch(/may run 10 functions at once.*Service Quotas/)
  })
})

describeAws('large accounts and full buckets', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)

  /** Works in batches, because moto answers one request at a time. */
  async function each<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<void> {
    for (let from = 0; from < items.length; from += 50)
      await Promise.all(items.slice(from, from + 50).map(run))
  }

  async function distributions({ cloudfront }: Somebody, count: number): Promise<void> {
    await each(Array.from({ length: count }), async () =>
      cloudfront.createDistribution({
        DistributionConfig: {
          CallerReference: String(Math.random()),
          Comment: "somebody else's",
          Enabled: true,
          Origins: {
            Quantity: 1,
            Items: [
              {
                Id: 'o',
                DomainName: 'else.s3.us-east-1.amazonaws.com',
                S3OriginConfig: { OriginAccessIdentity: '' },
              },
            ],
          },
          DefaultCacheBehavior: {
            TargetOriginId: 'o',
            ViewerProtocolPolicy: 'allow-all',
            CachePolicyId: 'c',
          },
        },
      }),
    )
  }

  test('a first deploy leaves 250 other distributions alone, and later runs find theirs in 3 pages', async () => {
    await distributions(other(), 250)
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const { distribution } = await stack.deploy()
    aws.proxy.calls.length = 0
    expect((await stack.deploy()).distribution.id).toBe(distribution.id)
    expect(aws.proxy.calls.filter(({ operation }) => operation === 'ListDistributions')).toHaveLength(3)
    // It reads the tags of this distribution only.
    const asked = aws.proxy.calls.filter(({ operation }) => operation === 'ListTagsForResource')
    expect(new Set(asked.map(({ resource }) => resource))).toEqual(new Set([distribution.arn]))
    expect(aws.proxy.writes()).toEqual([])
    await stack.cleanup()
    expect(
      aws.proxy
        .writes()
        .filter(({ service }) => service === 'cloudfront')
        .map(({ operation }) => operation),
    ).toEqual(['UpdateDistribution', 'DeleteDistribution', 'DeleteOriginAccessControl'])
  }, 60_000)

  test('cleanup removes 1,500 versions and delete markers', async () => {
    const { s3 } = other()
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    await s3.putBucketVersioning({ Bucket: IMAGES, VersioningConfiguration: { Status: 'Enabled' } })
    const keys = Array.from({ length: 500 }, (_, n) => `generated/gen1/${n}.svg`)
    for (const Body of ['one', 'two'])
      await each(keys, async (Key) => s3.putObject({ Bucket: IMAGES, Key, Body }))
    await s3.deleteObjects({ Bucket: IMAGES, Delete: { Objects: keys.map((Key) => ({ Key })) } })
    aws.proxy.calls.length = 0
    await stack.cleanup()
    expect(
      aws.proxy.calls.filter(
        ({ operation, resource }) => operation === 'DeleteObjects' && resource === IMAGES,
      ),
    ).toHaveLength(2)
    expect(await everything(other())).toEqual(NOTHING_LEFT)
  }, 60_000)

  test('objects that cannot be deleted stay, and the error names them', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    await other().s3.putObject({ Bucket: IMAGES, Key: 'generated/gen1/a.svg', Body: 'a' })
    const locked = '<Key>generated/gen1/a.svg</Key><Code>AccessDenied</Code><Message>locked</Message>'
    aws.proxy.fault({
      operation: 'DeleteObjects',
      when: ({ resource }) => resource === IMAGES,
      play: {
        kind: 'respond',
        status: 200,
        headers: { 'content-type': 'application/xml' },
        body: `<DeleteResult><Error>${locked}</Error></DeleteResult>`,
      },
    })
    const told = await refusal(stack.cleanup())
    expect(told).toMatchObject({ code: 'ACCESS_DENIED' })
    expect(told.message).toContain(
      `1 of the objects in ${IMAGES}, such as generated/gen1/a.svg: AccessDenied: locked`,
    )
    expect(told.hint).toContain('s3:DeleteObjectVersion')
    expect(await everything(other())).toEqual({ ...NOTHING_LEFT, buckets: [IMAGES] })
  })

  test.each([
    ['', { buckets: [IMAGES] }],
    [' with --keep-images', { buckets: [IMAGES] }],
    [' with --delete-files', {}],
  ])('users’ own files in the images bucket, after cleanup%s', async (option, left) => {
    const { s3 } = other()
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    for (const Key of ['generated/gen1/a.svg', 'logo.png', 'generated.txt'])
      await s3.putObject({ Bucket: IMAGES, Key, Body: 'x' })
    const run = stack.cleanup({ keepImages: option.includes('keep'), deleteFiles: option.includes('delete') })
    if (option === '') {
      const told = await refusal(run)
      expect(told).toMatchObject({ code: 'FILES_LEFT', exitCode: 1 })
      expect(told.message).toBe(`The bucket ${IMAGES} stays: it has 2 files that genato did not make.`)
      expect(told.hint).toContain('--delete-files')
    } else await run
    expect(await everything(other())).toEqual({ ...NOTHING_LEFT, ...left })
    if (option.includes('delete')) return
    const keys = (await s3.listObjectsV2({ Bucket: IMAGES })).Contents?.map(({ Key }) => Key)
    expect(keys).toEqual(
      [...(option === '' ? [] : ['generated/gen1/a.svg']), 'generated.txt', 'logo.png'].sort(),
    )
    await expect(s3.getBucketPolicy({ Bucket: IMAGES })).rejects.toThrow(/policy/i)
    // The next deploy uses the kept bucket again.
    await stack.deploy()
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })

  test('purge deletes the images below a prefix in every generation, counts them, and invalidates once', async () => {
    const { s3 } = other()
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    expect(await refusal(stack.purge())).toMatchObject({ code: 'NOT_DEPLOYED' })
    await stack.deploy()
    const keys = ['generated/gen1/a/1.svg', 'generated/gen0/a/2.svg', 'generated/gen1/b/3.svg', 'a/file.svg']
    for (const Key of keys) await s3.putObject({ Bucket: IMAGES, Key, Body: 'four' })
    aws.proxy.clear()
    expect(await stack.purge('/nothing')).toEqual({ objects: 0, bytes: 0, invalidated: false })
    expect(aws.proxy.writes()).toEqual([])
    expect(await stack.purge('/a')).toEqual({ objects: 2, bytes: 8, invalidated: true })
    expect(aws.proxy.writes().map(({ operation }) => operation)).toEqual([
      'TagResource',
      // One call for each generation.
      'DeleteObjects',
      'DeleteObjects',
      'CreateInvalidation',
      'TagResource',
    ])
    expect(await stack.purge()).toEqual({ objects: 1, bytes: 4, invalidated: true })
    expect((await s3.listObjectsV2({ Bucket: IMAGES })).Contents?.map(({ Key }) => Key)).toEqual([
      'a/file.svg',
    ])
  })

  test("access: 'public' from the first deploy to cleanup, and to private", async () => {
    const { s3 } = other()
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config: { generate: { access: 'public' } } })
    await stack.deploy()
    const sids = async () =>
      (
        JSON.parse((await s3.getBucketPolicy({ Bucket: IMAGES })).Policy!) as { Statement: { Sid: string }[] }
      ).Statement.map(({ Sid }) => Sid)
    expect(await sids()).toEqual(['GenatoPublicRead'])
    expect(await everything(other())).toEqual({ ...ALL_THERE, controls: [] })
    expect(await stack.status()).toMatchObject({ state: 'up to date', differing: [] })
    aws.proxy.clear()
    await stack.deploy()
    expect(aws.proxy.writes()).toEqual([])

    const closed = await stackOn({ endpoint: aws.proxy.endpoint })
    expect((await closed.status()).differing).toEqual(
      expect.arrayContaining(['images bucket: public access block']),
    )
    await closed.deploy()
    expect(await sids()).toEqual(['GenatoDistributionRead'])
    expect(await closed.status()).toMatchObject({ differing: [] })
    await stack.deploy()
    expect(await stack.status()).toMatchObject({ differing: [] })
    await stack.cleanup()
    expect(await everything(other())).toEqual(NOTHING_LEFT)
  })

  test('logs get the configured retention in every region, otherwise keep theirs, and cleanup deletes them', async () => {
    const group = '/aws/lambda/us-east-1.genato-func'
    const inFrankfurt = somebody(aws.moto.endpoint, { region: 'eu-central-1' }).logs
    const days = async () =>
      (await inFrankfurt.describeLogGroups({ logGroupNamePrefix: '/aws' })).logGroups?.map(
        ({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays],
      )
    await inFrankfurt.createLogGroup({ logGroupName: group })
    await inFrankfurt.createLogGroup({ logGroupName: `${group}tion` })
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    expect(await days()).toEqual([
      [group, undefined],
      [`${group}tion`, undefined],
    ])
    const short = await stackOn({ endpoint: aws.proxy.endpoint, config: { logs: { retentionDays: 14 } } })
    await short.deploy()
    expect(await days()).toEqual([
      [group, 14],
      [`${group}tion`, undefined],
    ])
    aws.proxy.calls.length = 0
    await short.deploy()
    expect(aws.proxy.writes()).toEqual([])
    await short.cleanup()
    expect(await days()).toEqual([[`${group}tion`, undefined]])
  })

  test('new log groups get 30 days, and so does one that a killed run created', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const play: Fault = { kind: 'error', code: 'AccessDeniedException', message: 'no', status: 400 }
    const here = ({ region }: { region: string }) => region === 'eu-west-1'
    aws.proxy.fault({ operation: 'PutRetentionPolicy', when: here, play })
    await stack.deploy()
    expect(stack.said).toContain(
      'done create log groups /aws/lambda/us-east-1.genato-func: 13 regions, kept 30 days: only in 12',
    )
    expect(stack.said.filter((one) => one.startsWith('warn '))).toEqual([
      expect.stringContaining('warn Logs in eu-west-1 are kept as they were'),
    ])
    aws.proxy.clear()
    await stack.deploy()
    expect(aws.proxy.writes()).toMatchObject([{ operation: 'PutRetentionPolicy', region: 'eu-west-1' }])
    aws.proxy.clear()
    await stack.deploy()
    expect(aws.proxy.writes()).toEqual([])
    const days = await Promise.all(
      ['eu-west-1', 'us-east-1'].map(async (region) => {
        const { logGroups } = await somebody(aws.moto.endpoint, { region }).logs.describeLogGroups({})
        return logGroups?.map(({ retentionInDays }) => retentionInDays)
      }),
    )
    expect(days).toEqual([[30], [30]])
  })

  test('a region that forbids access to its logs is reported, and does not stop a run', async () => {
    const play = error(400, 'AccessDeniedException', 'explicit deny in a service control policy')
    aws.proxy.fault({ service: 'logs', when: ({ region }) => region === 'sa-east-1', times: Infinity, play })
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config: { logs: { retentionDays: 14 } } })
    await stack.deploy()
    await stack.cleanup()
    const warned = stack.said.filter((one) => one.startsWith('warn '))
    expect(warned).toEqual([
      expect.stringContaining('Logs in sa-east-1 are kept as they were: '),
      expect.stringContaining("Log groups in sa-east-1 can't be read"),
    ])
    expect(await everything(other())).toEqual(NOTHING_LEFT)
  })

  test('users’ own files in the packages bucket keep cleanup from deleting it', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    await other().s3.putObject({ Bucket: PACKAGES, Key: 'other.zip', Body: 'x' })
    const told = await refusal(stack.cleanup())
    expect(told.message).toContain(`The bucket ${PACKAGES} stays: it has 1 file`)
    expect(await everything(other())).toEqual({ ...NOTHING_LEFT, buckets: [PACKAGES] })
    await stack.cleanup({ deleteFiles: true })
    expect(await everything(other())).toEqual(NOTHING_LEFT)
  })
})
