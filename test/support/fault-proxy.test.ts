import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as cloudfront from '@aws-sdk/client-cloudfront'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as iam from '@aws-sdk/client-iam'
import * as lambda from '@aws-sdk/client-lambda'
import * as s3 from '@aws-sdk/client-s3'
import * as sts from '@aws-sdk/client-sts'
import { startFaultProxy, type Fault, type FaultProxy } from './fault-proxy.js'
import { describeAws, borrowMoto, type Moto } from './moto/moto.js'

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

let moto: Moto
let proxy: FaultProxy

function options(region = 'us-east-1') {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }
  return { region, endpoint: proxy.endpoint, credentials, maxAttempts: 1 }
}

describeAws('the fault proxy', () => {
  beforeAll(async () => {
    moto = await borrowMoto()
    proxy = await startFaultProxy(moto.endpoint)
  })
  afterAll(async () => {
    await proxy.close()
  })
  beforeEach(() => proxy.clear())

  const F = { FunctionName: 'f' }
  const B = { Bucket: 'a-bucket' }
  const R = { RoleName: 'r' }
  const P = { PolicyName: 'p', PolicyArn: 'arn:aws:iam::aws:policy/P' }
  const G = { logGroupName: '/aws/lambda/g', logStreamName: 's' }
  const D = { Id: 'E1', DistributionId: 'E1', IfMatch: 'x' }
  const T = { Resource: 'arn:aws:cloudfront::1:distribution/E1' }
  const TAGS = { Tags: { Items: [{ Key: 'a', Value: 'b' }] } }
  const DOCUMENT = { PolicyDocument: '{}', AssumeRolePolicyDocument: TRUST }
  const CONFIG: cloudfront.DistributionConfig = {
    CallerReference: 'x',
    Comment: '',
    Enabled: true,
    Origins: { Quantity: 1, Items: [{ Id: 'o', DomainName: 'example.com' }] },
    DefaultCacheBehavior: { TargetOriginId: 'o', ViewerProtocolPolicy: 'allow-all', CachePolicyId: 'c' },
  }
  const BATCH = { CallerReference: 'x', Paths: { Quantity: 1, Items: ['/*'] } }
  const OAC = {
    Name: 'n',
    SigningProtocol: 'sigv4',
    SigningBehavior: 'always',
    OriginAccessControlOriginType: 's3',
  } as const
  const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:f'
  const rows: [string, string | undefined, () => Promise<unknown>][] = []
  const each = (
    client: () => { send(command: never): Promise<unknown> },
    commands: [object, string | undefined][],
  ) => {
    for (const [command, resource] of commands) {
      const name = command.constructor.name.replace(/Command$/, '')
      rows.push([name, resource, async () => client().send(command as never)])
    }
  }
  each(
    () => new s3.S3Client(options()),
    [
      [new s3.CreateBucketCommand(B), 'a-bucket'],
      [new s3.HeadBucketCommand(B), 'a-bucket'],
      [new s3.GetPublicAccessBlockCommand(B), 'a-bucket'],
      [new s3.PutPublicAccessBlockCommand({ ...B, PublicAccessBlockConfiguration: {} }), 'a-bucket'],
      [new s3.GetBucketOwnershipControlsCommand(B), 'a-bucket'],
      [
        new s3.PutBucketOwnershipControlsCommand({
          ...B,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        }),
        'a-bucket',
      ],
      [new s3.GetBucketEncryptionCommand(B), 'a-bucket'],
      [
        new s3.PutBucketEncryptionCommand({ ...B, ServerSideEncryptionConfiguration: { Rules: [] } }),
        'a-bucket',
      ],
      [new s3.GetBucketTaggingCommand(B), 'a-bucket'],
      [new s3.PutBucketTaggingCommand({ ...B, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }), 'a-bucket'],
      [new s3.DeleteBucketTaggingCommand(B), 'a-bucket'],
      [new s3.GetBucketLifecycleConfigurationCommand(B), 'a-bucket'],
      [
        new s3.PutBucketLifecycleConfigurationCommand({ ...B, LifecycleConfiguration: { Rules: [] } }),
        'a-bucket',
      ],
      [new s3.GetBucketPolicyCommand(B), 'a-bucket'],
      [new s3.PutBucketPolicyCommand({ ...B, Policy: '{}' }), 'a-bucket'],
      [new s3.DeleteBucketPolicyCommand(B), 'a-bucket'],
      [new s3.GetBucketVersioningCommand(B), 'a-bucket'],
      [
        new s3.PutObjectCommand({ ...B, Key: 'a/b c.png', Body: Buffer.alloc(3_000_000) }),
        'a-bucket/a/b c.png',
      ],
      [new s3.HeadObjectCommand({ ...B, Key: 'k' }), 'a-bucket/k'],
      [new s3.ListObjectsV2Command(B), 'a-bucket'],
      [new s3.ListObjectVersionsCommand(B), 'a-bucket'],
      [new s3.DeleteObjectsCommand({ ...B, Delete: { Objects: [{ Key: 'k' }] } }), 'a-bucket'],
      [new s3.DeleteBucketCommand(B), 'a-bucket'],
    ],
  )
  each(
    () => new lambda.LambdaClient(options()),
    [
      [new lambda.CreateFunctionCommand({ ...F, Role: 'r', Code: { ZipFile: Buffer.from('PK') } }), 'f'],
      [new lambda.GetFunctionCommand(F), 'f'],
      [new lambda.GetFunctionConfigurationCommand({ ...F, Qualifier: '1' }), 'f'],
      [new lambda.UpdateFunctionCodeCommand({ ...F, ZipFile: Buffer.from('PK') }), 'f'],
      [new lambda.UpdateFunctionConfigurationCommand(F), 'f'],
      [new lambda.PublishVersionCommand(F), 'f'],
      [new lambda.ListVersionsByFunctionCommand(F), 'f'],
      [new lambda.AddPermissionCommand({ ...F, StatementId: 's', Action: 'a', Principal: 'p' }), 'f'],
      [new lambda.GetPolicyCommand({ ...F, Qualifier: '1' }), 'f'],
      [new lambda.RemovePermissionCommand({ ...F, StatementId: 's' }), 'f'],
      [new lambda.ListTagsCommand({ Resource: ARN }), ARN],
      [new lambda.TagResourceCommand({ Resource: ARN, Tags: {} }), ARN],
      [new lambda.ListFunctionsCommand({ MasterRegion: 'us-east-1', FunctionVersion: 'ALL' }), undefined],
      [new lambda.GetAccountSettingsCommand(), undefined],
      [new lambda.DeleteFunctionCommand({ ...F, Qualifier: '1' }), 'f'],
    ],
  )
  each(
    () => new cloudfront.CloudFrontClient(options()),
    [
      [
        new cloudfront.CreateDistributionWithTagsCommand({
          DistributionConfigWithTags: { DistributionConfig: CONFIG, ...TAGS },
        }),
        undefined,
      ],
      [new cloudfront.CreateDistributionCommand({ DistributionConfig: CONFIG }), undefined],
      [new cloudfront.GetDistributionCommand(D), 'E1'],
      [new cloudfront.GetDistributionConfigCommand(D), 'E1'],
      [new cloudfront.UpdateDistributionCommand({ ...D, DistributionConfig: CONFIG }), 'E1'],
      [new cloudfront.ListDistributionsCommand({ Marker: 'x', MaxItems: 1 }), undefined],
      [new cloudfront.DeleteDistributionCommand(D), 'E1'],
      [new cloudfront.ListTagsForResourceCommand(T), T.Resource],
      [new cloudfront.TagResourceCommand({ ...T, ...TAGS }), T.Resource],
      [new cloudfront.UntagResourceCommand({ ...T, TagKeys: { Items: ['a'] } }), T.Resource],
      [new cloudfront.CreateInvalidationCommand({ ...D, InvalidationBatch: BATCH }), 'E1'],
      [new cloudfront.GetInvalidationCommand(D), 'E1'],
      [new cloudfront.ListInvalidationsCommand(D), 'E1'],
      [new cloudfront.CreateOriginAccessControlCommand({ OriginAccessControlConfig: OAC }), undefined],
      [new cloudfront.GetOriginAccessControlCommand(D), 'E1'],
      [new cloudfront.UpdateOriginAccessControlCommand({ ...D, OriginAccessControlConfig: OAC }), 'E1'],
      [new cloudfront.ListOriginAccessControlsCommand(), undefined],
      [new cloudfront.DeleteOriginAccessControlCommand(D), 'E1'],
    ],
  )
  each(
    () => new iam.IAMClient(options()),
    [
      [new iam.CreateRoleCommand({ ...R, ...DOCUMENT }), 'r'],
      [new iam.GetRoleCommand(R), 'r'],
      [new iam.UpdateAssumeRolePolicyCommand({ ...R, ...DOCUMENT }), 'r'],
      [new iam.AttachRolePolicyCommand({ ...R, ...P }), 'r'],
      [new iam.ListAttachedRolePoliciesCommand(R), 'r'],
      [new iam.DetachRolePolicyCommand({ ...R, ...P }), 'r'],
      [new iam.PutRolePolicyCommand({ ...R, ...P, ...DOCUMENT }), 'r'],
      [new iam.GetRolePolicyCommand({ ...R, ...P }), 'r'],
      [new iam.ListRolePoliciesCommand(R), 'r'],
      [new iam.DeleteRolePolicyCommand({ ...R, ...P }), 'r'],
      [new iam.TagRoleCommand({ ...R, Tags: [] }), 'r'],
      [new iam.ListRoleTagsCommand(R), 'r'],
      [new iam.DeleteRoleCommand(R), 'r'],
    ],
  )
  each(() => new sts.STSClient(options()), [[new sts.GetCallerIdentityCommand(), undefined]])
  each(
    () => new logs.CloudWatchLogsClient(options('eu-west-1')),
    [
      [new logs.CreateLogGroupCommand(G), '/aws/lambda/g'],
      [new logs.CreateLogStreamCommand(G), '/aws/lambda/g'],
      [
        new logs.PutLogEventsCommand({ ...G, logEvents: [{ timestamp: Date.now(), message: 'm' }] }),
        '/aws/lambda/g',
      ],
      [new logs.FilterLogEventsCommand({ logGroupName: G.logGroupName }), '/aws/lambda/g'],
      [new logs.DescribeLogGroupsCommand(), undefined],
      [new logs.DescribeLogStreamsCommand({ logGroupName: G.logGroupName }), '/aws/lambda/g'],
      [new logs.PutRetentionPolicyCommand({ ...G, retentionInDays: 7 }), '/aws/lambda/g'],
      [new logs.DeleteLogGroupCommand(G), '/aws/lambda/g'],
    ],
  )

  test.each(rows)('recognizes %s', async (operation, resource, send) => {
    const error = await send().catch((error: unknown) => error)
    expect(error).toHaveProperty('$metadata')
    expect((error as iam.GetRoleResponse & { $metadata: object }).$metadata).not.toHaveProperty(
      'httpStatusCode',
      500,
    )
    const write = !/^(Get|List|Head|Describe|Filter)/.test(operation)
    expect(proxy.calls).toMatchObject([{ operation, write }])
    expect(proxy.calls[0]?.resource).toBe(resource)
    expect(proxy.calls[0]?.region).toBe(proxy.calls[0]?.service === 'logs' ? 'eu-west-1' : 'us-east-1')
  })

  const roles = () => new iam.IAM(options())
  const make = async (RoleName: string) => roles().createRole({ RoleName, AssumeRolePolicyDocument: TRUST })
  const exists = async (RoleName: string) =>
    roles()
      .getRole({ RoleName })
      .then(
        () => true,
        () => false,
      )

  /** @returns the error's name and status, or `done`. */
  async function outcome(promise: Promise<unknown>): Promise<string> {
    return promise.then(
      () => 'done',
      (error: unknown) => {
        const { name, code, $metadata } = error as iam.IAMServiceException & { code?: string }
        return `${code ?? name} ${$metadata?.httpStatusCode ?? ''}`.trim()
      },
    )
  }

  const ended: string[] = []
  const faults: [string, Fault, string, boolean][] = [
    ['respond', { kind: 'respond', status: 503, body: '' }, 'Unknown 503', false],
    ['error', { kind: 'error', code: 'Throttling', message: 'slow', status: 400 }, 'Throttling 400', false],
    ['reset', { kind: 'reset' }, 'ECONNRESET', false],
    ['reset-after', { kind: 'reset-after' }, 'ECONNRESET', true],
    ['run', { kind: 'run', run: (call) => void ended.push(call.operation) }, 'done', true],
    [
      'kill before',
      { kind: 'kill', moment: 'before', run: () => void ended.push('before') },
      'ECONNRESET',
      false,
    ],
    [
      'kill after',
      { kind: 'kill', moment: 'after', run: () => void ended.push('after') },
      'ECONNRESET',
      true,
    ],
  ]
  test.each(faults)('plays %s', async (name, play, expected, carriedOut) => {
    proxy.fault({ service: 'iam', operation: 'CreateRole', play })
    const RoleName = name.replace(' ', '-')
    expect(await outcome(make(RoleName))).toBe(expected)
    expect(await exists(RoleName)).toBe(carriedOut)
    expect(await outcome(make('other'))).toBe('done')
    await roles().deleteRole({ RoleName: 'other' })
  })

  test("runs a fault's function", () => expect(ended).toEqual(['CreateRole', 'before', 'after']))

  test('hangs until the caller gives up', async () => {
    proxy.fault({ play: { kind: 'hang' } })
    const asked = roles().getRole(R, { abortSignal: AbortSignal.timeout(200) })
    expect(await outcome(asked)).toBe('AbortError')
    expect(proxy.calls).toMatchObject([{ operation: 'GetRole' }])
    expect(proxy.calls[0]).not.toHaveProperty('endedAt')
  })

  test('plays a fault for the chosen calls only', async () => {
    const used = proxy.fault({
      when: (call) => call.resource === 'mine',
      skip: 1,
      times: 2,
      play: { kind: 'error', code: 'ServiceFailure', message: '', status: 500 },
    })
    const outcomes: string[] = []
    for (const RoleName of ['other', 'mine', 'other', 'mine', 'mine', 'mine']) {
      outcomes.push(await outcome(roles().getRole({ RoleName })))
    }
    const [none, failed] = ['NoSuchEntityException 404', 'ServiceFailureException 500']
    expect(outcomes).toEqual([none, none, none, failed, failed, none])
    expect(used()).toBe(2)
  })

  test("renders an error in each service's format", async () => {
    const denied = { kind: 'error', code: 'SomeError', message: 'a < b & c', status: 409 } as const
    proxy.fault({ times: Infinity, play: denied })
    const asked = [
      new s3.S3(options()).getBucketPolicy(B),
      new lambda.Lambda(options()).getFunction(F),
      new cloudfront.CloudFront(options()).listDistributions(),
      roles().getRole(R),
      new sts.STS(options()).getCallerIdentity({}),
      new logs.CloudWatchLogs(options()).describeLogGroups(),
    ]
    for (const one of await Promise.allSettled(asked)) {
      expect((one as PromiseRejectedResult).reason).toMatchObject({
        name: 'SomeError',
        message: denied.message,
        $metadata: { httpStatusCode: 409 },
      })
    }
  })

  test('delays each response by the latency, and simultaneous ones in parallel', async () => {
    const client = roles()
    await client.listRoles()
    proxy.clear()
    proxy.latency = 200
    const begun = performance.now()
    await Promise.all(Array.from({ length: 10 }, async () => client.listRoles()))
    const together = performance.now() - begun
    expect(proxy.rounds()).toBe(1)
    expect(together).toBeGreaterThan(200)
    expect(together).toBeLessThan(600)
    await client.listRoles()
    await client.listRoles()
    expect(proxy.rounds()).toBe(3)
    expect(proxy.calls).toHaveLength(12)
    expect(proxy.writes()).toEqual([])
    expect(
      proxy.calls.every(({ startedAt, endedAt, status }) => endedAt! - startedAt >= 199 && status === 200),
    ).toBe(true)
  })
})
