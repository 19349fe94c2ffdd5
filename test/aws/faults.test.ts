import { beforeEach, expect, test, vi } from 'vitest'
import { ALL_THERE, everything, IMAGES, NOTHING_LEFT, refusal, somebody, useAws } from '../support/aws.js'
import type { Fault } from '../support/fault-proxy.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

const ASSUMED = 'The role defined for the function cannot be assumed by Lambda.'
const UPDATING =
  'The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda'
const ABORTED = 'A conflicting conditional operation is currently in progress against this resource.'

const error = (status: number, code: string, message = code): Fault => ({
  kind: 'error',
  status,
  code,
  message,
})

// The SDK's pauses before a retry are random up to a limit. Here they are zero.
beforeEach(() => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0)
  return () => random.mockRestore()
})

describeAws('temporary faults', () => {
  const aws = useAws()

  /** Fails every operation of every service once. */
  const everyOperation = (play: Fault) => {
    const met = new Set<string>()
    aws.proxy.fault({
      times: Infinity,
      when: ({ service, operation }) => {
        const key = `${service}:${operation}`
        // A response to HEAD has only its status.
        if (met.has(key) || operation.startsWith('Head')) return false
        return met.add(key).size > 0
      },
      play,
    })
    return met
  }

  test.each<[string, Fault]>([
    ['throttling', error(400, 'Throttling', 'Rate exceeded')],
    ['503 Slow Down', error(503, 'SlowDown', 'Please reduce your request rate.')],
    ['500', error(500, 'InternalError', 'We encountered an internal error.')],
    ['a reset before it is carried out', { kind: 'reset' }],
    ['a reset after it was carried out', { kind: 'reset-after' }],
  ])('deploy, update and cleanup succeed despite %s at each operation once', async (_, play) => {
    const met = everyOperation(play)
    const stack = await stackOn({
      endpoint: aws.proxy.endpoint,
      config: { logs: { retentionDays: 14 } },
    })
    const there = somebody(aws.moto.endpoint)
    expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
    expect(await everything(there)).toEqual(ALL_THERE)
    expect(await stack.deploy(smallPackage('two', 'gen2'))).toMatchObject({ version: 2, finished: true })
    expect(await stack.status()).toMatchObject({ state: 'under way', differing: [] })
    await there.s3.putObject({ Bucket: IMAGES, Key: 'generated/gen2/a.svg', Body: 'a' })
    expect(await stack.purge()).toMatchObject({ objects: 1, invalidated: true })
    await stack.cleanup()
    expect(await everything(there)).toEqual(NOTHING_LEFT)
    for (const operation of [
      ['lambda:CreateFunction', 'lambda:PublishVersion', 'lambda:UpdateFunctionCode', 'lambda:AddPermission'],
      ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRole', 's3:CreateBucket', 's3:PutObject'],
      ['cloudfront:CreateDistributionWithTags', 'cloudfront:CreateOriginAccessControl'],
      ['cloudfront:UpdateDistribution', 'cloudfront:CreateInvalidation', 'cloudfront:DeleteDistribution'],
      ['s3:DeleteObjects', 's3:DeleteBucket', 'logs:CreateLogGroup', 'logs:DeleteLogGroup'],
    ].flat())
      expect(met).toContain(operation)
  })

  test('a deploy succeeds if each creation goes unanswered once', async () => {
    const operations = [
      'CreateBucket',
      'CreateRole',
      'CreateOriginAccessControl',
      'CreateFunction',
      'PublishVersion',
      'CreateDistributionWithTags',
    ]
    const used = operations.map((operation) => aws.proxy.fault({ operation, play: { kind: 'hang' } }))
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, client: { silence: 1_500 } })
    expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
    expect(used.map((times) => times())).toEqual(operations.map(() => 1))
    expect(await everything(somebody(aws.moto.endpoint))).toEqual(ALL_THERE)
  })

  test.each<[string, { service: string; operation: string; times: number; play: Fault }, number]>([
    [
      'a role that Lambda cannot assume yet',
      {
        service: 'lambda',
        operation: 'CreateFunction',
        times: 6,
        play: error(400, 'InvalidParameterValueException', ASSUMED),
      },
      20_000,
    ],
    [
      'a role that CloudFront does not see as assumable yet',
      {
        service: 'cloudfront',
        operation: 'CreateDistributionWithTags',
        times: 3,
        play: error(
          400,
          'InvalidLambdaFunctionAssociation',
          'The function execution role must be assumable with edgelambda.amazonaws.com as well as lambda.amazonaws.com principals.',
        ),
      },
      8_000,
    ],
    [
      'an update of the code in progress',
      {
        service: 'lambda',
        operation: 'UpdateFunctionCode',
        times: 3,
        play: error(409, 'ResourceConflictException', UPDATING),
      },
      8_000,
    ],
    [
      'an update in progress when publishing',
      {
        service: 'lambda',
        operation: 'PublishVersion',
        times: 3,
        play: error(409, 'ResourceConflictException', UPDATING),
      },
      4_000,
    ],
    [
      'another change of the bucket',
      {
        service: 's3',
        operation: 'PutBucketTagging',
        times: 2,
        play: error(409, 'OperationAborted', ABORTED),
      },
      2_500,
    ],
    [
      "a deleted bucket's name that is not free yet",
      {
        service: 's3',
        operation: 'CreateBucket',
        times: 4,
        play: error(409, 'OperationAborted', ABORTED),
      },
      8_000,
    ],
    [
      'another change of the bucket policy',
      {
        service: 's3',
        operation: 'PutBucketPolicy',
        times: 2,
        play: error(409, 'OperationAborted', ABORTED),
      },
      2_500,
    ],
    [
      'another change of the role',
      {
        service: 'iam',
        operation: 'PutRolePolicy',
        times: 2,
        play: error(409, 'ConcurrentModification', 'The request was rejected because of another.'),
      },
      2_500,
    ],
    [
      'too many invalidations in progress',
      {
        service: 'cloudfront',
        operation: 'CreateInvalidation',
        times: 2,
        play: error(400, 'TooManyInvalidationsInProgress'),
      },
      12_000,
    ],
  ])('deploy waits for %s', async (_, rule, slept) => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const used = aws.proxy.fault(rule)
    expect(await stack.deploy()).toMatchObject({ version: 1 })
    expect(await stack.deploy(smallPackage('two', 'gen2'))).toMatchObject({ version: 2, finished: true })
    expect(used()).toBe(rule.times)
    expect(stack.clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(slept)
    expect(await stack.status()).toMatchObject({ differing: [] })
    expect(await everything(somebody(aws.moto.endpoint))).toEqual(ALL_THERE)
  })
})

describeAws('permanent faults', () => {
  const aws = useAws()

  test.each<[string, Fault, string, RegExp]>([
    ['throttling', error(400, 'Throttling'), 'THROTTLED', /also after several tries of iam CreateRole/],
    ['500', error(500, 'ServiceFailure'), 'AWS_FAILED', /iam CreateRole.*500 ServiceFailure/],
    ['resets', { kind: 'reset' }, 'AWS_UNREACHABLE', /iam CreateRole.*(hang up|ECONNRESET)/],
    ['silence', { kind: 'hang' }, 'AWS_UNREACHABLE', /iam CreateRole.*timed? ?out/i],
    ['a quota', error(409, 'LimitExceeded', 'Cannot exceed quota'), 'QUOTA_EXCEEDED', /Cannot exceed quota/],
    [
      'an unknown error',
      error(418, 'Teapot', 'short'),
      'AWS_REFUSED',
      /refused iam CreateRole: Teapot: short/,
    ],
  ])(
    '%s that stays: deploy creates the rest, reports the error, and the next run continues',
    async (_, play, code, message) => {
      const client = { attempts: 2, ...(play.kind === 'hang' ? { silence: 1_500 } : {}) }
      const stack = await stackOn({ endpoint: aws.proxy.endpoint, client })
      aws.proxy.fault({ operation: 'CreateRole', times: 2, play })
      const told = await refusal(stack.deploy())
      expect(told).toMatchObject({ code, exitCode: 1 })
      expect(told.message).toMatch(message)
      expect(told.hint).toMatch(/run the same command again/i)
      aws.proxy.clear()
      expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
      expect(await everything(somebody(aws.moto.endpoint))).toEqual(ALL_THERE)
    },
  )

  test.each<[string, object, string, Fault, string, RegExp, RegExp]>([
    [
      'a role that can never be assumed',
      {},
      'CreateFunction',
      error(400, 'InvalidParameterValueException', ASSUMED),
      'ROLE_UNUSABLE',
      /can't assume the role arn:aws:iam::123456789012:role\/GenatoRole/,
      /in a few minutes/,
    ],
    [
      "the account's block of public access",
      { generate: { access: 'public' } },
      'PutBucketPolicy',
      error(403, 'AccessDenied', 'Access Denied'),
      'PUBLIC_BLOCKED',
      /genato-images-123456789012 can't be made public: the account's/,
      /Leave generate.access at 'private'/,
    ],
    [
      "another distribution's domain",
      {
        domain: {
          aliases: ['img.example.com'],
          certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
        },
      },
      'CreateDistributionWithTags',
      error(409, 'CNAMEAlreadyExists', 'One or more of the CNAMEs you provided are already associated.'),
      'DOMAIN_TAKEN',
      /img\.example\.com: One or more of the CNAMEs/,
      /Remove it there first/,
    ],
    [
      'a certificate that does not fit',
      {
        domain: {
          aliases: ['img.example.com'],
          certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
        },
      },
      'CreateDistributionWithTags',
      error(400, 'InvalidViewerCertificate', "The certificate doesn't cover the alternate domain name."),
      'BAD_CERTIFICATE',
      /does not accept the certificate: The certificate doesn't cover/,
      /us-east-1 and cover every domain/,
    ],
    [
      'a function that Lambda@Edge does not run',
      {},
      'CreateDistributionWithTags',
      error(
        400,
        'InvalidLambdaFunctionAssociation',
        'The function memory size is larger than the maximum allowed for functions that are triggered by a CloudFront event.',
      ),
      'FUNCTION_REFUSED',
      /memory size is larger than the maximum/,
      /change generate\.memory, generate\.timeout or generate\.runtime/,
    ],
    [
      'too many distributions',
      {},
      'CreateDistributionWithTags',
      error(400, 'TooManyDistributions', 'Processing your request will cause you to exceed the maximum.'),
      'QUOTA_EXCEEDED',
      /cloudfront CreateDistributionWithTags.*TooManyDistributions/,
      /Service Quotas/,
    ],
    [
      'a package that is too large',
      {},
      'CreateFunction',
      error(400, 'InvalidParameterValueException', 'Unzipped size must be smaller than 262144000 bytes'),
      'AWS_REFUSED',
      /lambda CreateFunction: InvalidParameterValueException: Unzipped size/,
      /run the same command again/,
    ],
  ])('the error explains %s', async (_, config, operation, play, code, message, hint) => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config })
    aws.proxy.fault({ operation, times: Infinity, play })
    const told = await refusal(stack.deploy())
    expect(told).toMatchObject({ code, exitCode: 1 })
    expect(told.message).toMatch(message)
    expect(told.hint).toMatch(hint)
    aws.proxy.clear()
    expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
  })

  test.each(['another account', '403', '409'])(
    'the error explains a bucket name that is taken: %s',
    async (how) => {
      if (how === 'another account')
        await somebody(aws.moto.endpoint, { account: '999999999999' }).s3.createBucket({ Bucket: IMAGES })
      else if (how === '403')
        for (const [operation, play] of [
          ['HeadBucket', { kind: 'respond', status: 403, body: '' }],
          [undefined, error(403, 'AccessDenied', 'Access Denied')],
        ] as const)
          aws.proxy.fault({
            ...(operation ? { operation } : {}),
            when: ({ resource }) => resource === IMAGES,
            times: Infinity,
            play,
          })
      else
        aws.proxy.fault({
          operation: 'CreateBucket',
          when: ({ resource }) => resource === IMAGES,
          play: error(409, 'BucketAlreadyExists', 'The requested bucket name is not available.'),
        })
      const stack = await stackOn({ endpoint: aws.proxy.endpoint })
      const told = await refusal(stack.deploy())
      expect(told).toMatchObject({ code: 'BUCKET_TAKEN', exitCode: 1 })
      expect(told.message).toContain(`The bucket ${IMAGES} belongs to another account`)
      expect(told.hint).toContain('Set generate.bucket or packages.bucket in the configuration')
    },
  )
})
