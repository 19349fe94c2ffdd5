import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as cf from '@aws-sdk/client-cloudfront'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as iam from '@aws-sdk/client-iam'
import * as lambda from '@aws-sdk/client-lambda'
import * as s3 from '@aws-sdk/client-s3'
import { zipSync } from 'fflate'
import { describeAws, startMoto, type OwnMoto } from './moto.js'

const ACCOUNT = '123456789012'
const BUCKET = 'a-bucket-of-ours'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/edge`
const TRUST = trusting('lambda.amazonaws.com', 'edgelambda.amazonaws.com')
const LOGGING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*' }],
}

let moto: OwnMoto

function trusting(...Service: string[]) {
  const statement = { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }
  return { Version: '2012-10-17', Statement: [statement] }
}

/** The clients of a region and an account. */
function clients(region = 'us-east-1', account = ACCOUNT) {
  const options = {
    region,
    endpoint: moto.endpoint,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  }
  const all = {
    cf: new cf.CloudFront(options),
    iam: new iam.IAM(options),
    lambda: new lambda.Lambda(options),
    logs: new logs.CloudWatchLogs(options),
    s3: new s3.S3(options),
  }
  for (const client of Object.values(all)) {
    const stack = client.middlewareStack as cf.CloudFront['middlewareStack']
    stack.add(
      (next) => async (args) => {
        ;(args.request as { headers: Record<string, string> }).headers['x-moto-account-id'] = account
        return next(args)
      },
      { step: 'build' },
    )
  }
  return all
}

let aws: ReturnType<typeof clients>

/** @returns the error's name, status and text. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    const { name, message, $metadata } = error as cf.CloudFrontServiceException
    return `${name} ${$metadata?.httpStatusCode}: ${message}`
  }
  return 'nothing'
}

describeAws('moto', () => {
  beforeAll(async () => {
    moto = await startMoto()
    aws = clients()
  })
  afterAll(async () => moto.close())
  beforeEach(async () => moto.reset())

  const config = (change: Partial<cf.DistributionConfig> = {}): cf.DistributionConfig => ({
    CallerReference: 'one',
    Comment: 'ours',
    Enabled: true,
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: 'bucket',
          DomainName: `${BUCKET}.s3.us-east-1.amazonaws.com`,
          S3OriginConfig: { OriginAccessIdentity: '' },
        },
      ],
    },
    DefaultCacheBehavior: behavior(),
    ...change,
  })
  const behavior = (...functions: string[]): cf.DefaultCacheBehavior => ({
    TargetOriginId: 'bucket',
    ViewerProtocolPolicy: 'redirect-to-https',
    CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
    LambdaFunctionAssociations: {
      Quantity: functions.length,
      Items: functions.map((arn) => ({ EventType: 'origin-request', LambdaFunctionARN: arn })),
    },
  })
  const associated = (...functions: string[]) => config({ DefaultCacheBehavior: behavior(...functions) })
  const create = async (DistributionConfig = config()) => {
    const tags = { Items: [{ Key: 'owner', Value: 'genato' }] }
    const made = await aws.cf.createDistributionWithTags({
      DistributionConfigWithTags: { DistributionConfig, Tags: tags },
    })
    return { Id: made.Distribution!.Id!, Status: made.Distribution!.Status, IfMatch: made.ETag! }
  }
  const read = async (Id: string) => (await aws.cf.getDistribution({ Id })).Distribution!
  /** Changes a distribution without waiting. */
  const change = async (Id: string, change: Partial<cf.DistributionConfig>) => {
    const { DistributionConfig, ETag } = await aws.cf.getDistributionConfig({ Id })
    return aws.cf.updateDistribution({
      Id,
      IfMatch: ETag,
      DistributionConfig: { ...DistributionConfig!, ...change },
    })
  }
  const zip = (text: string) => zipSync({ 'index.mjs': Buffer.from(text) }, { mtime: '2020-01-01' })
  const createRole = async (trust: object = TRUST, RoleName = 'edge') =>
    aws.iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) })
  const createFunction = async (
    change: Partial<lambda.CreateFunctionCommandInput> = {},
    region = 'us-east-1',
  ) =>
    clients(region).lambda.createFunction({
      FunctionName: 'render',
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Timeout: 30,
      MemorySize: 1024,
      Publish: true,
      Code: { ZipFile: zip('one') },
      ...change,
    })
  const arn = (version: string | number, region = 'us-east-1') =>
    `arn:aws:lambda:${region}:${ACCOUNT}:function:render:${version}`

  test('CloudFront keeps a configuration completely, and adds defaults', async () => {
    await createRole()
    await createFunction()
    const oac = await aws.cf.createOriginAccessControl({ OriginAccessControlConfig: accessControl('a') })
    const { Id } = await create(associated(arn(1)))
    const before = await aws.cf.getDistributionConfig({ Id })
    const origin = before.DistributionConfig!.Origins!.Items![0]!
    expect(before.DistributionConfig).toMatchObject({
      Aliases: { Quantity: 0 },
      HttpVersion: 'http2',
      Restrictions: { GeoRestriction: { RestrictionType: 'none' } },
      ViewerCertificate: { CloudFrontDefaultCertificate: true },
    })
    expect(origin).toMatchObject({ OriginPath: '', ConnectionAttempts: 3, OriginShield: { Enabled: false } })
    const wanted: cf.DistributionConfig = {
      ...before.DistributionConfig!,
      Origins: {
        Quantity: 1,
        Items: [
          {
            ...origin,
            OriginAccessControlId: oac.OriginAccessControl!.Id,
            OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-1' },
            CustomHeaders: { Quantity: 1, Items: [{ HeaderName: 'x-a', HeaderValue: 'b' }] },
          },
        ],
      },
      DefaultCacheBehavior: {
        ...before.DistributionConfig!.DefaultCacheBehavior!,
        Compress: true,
        OriginRequestPolicyId: 'orp',
        ResponseHeadersPolicyId: 'rhp',
        FunctionAssociations: {
          Quantity: 1,
          Items: [{ EventType: 'viewer-request', FunctionARN: `arn:aws:cloudfront::${ACCOUNT}:function/x` }],
        },
        AllowedMethods: {
          Quantity: 3,
          Items: ['GET', 'HEAD', 'OPTIONS'],
          CachedMethods: { Quantity: 2, Items: ['GET', 'HEAD'] },
        },
      },
      CacheBehaviors: {
        Quantity: 1,
        Items: [{ ...before.DistributionConfig!.DefaultCacheBehavior!, PathPattern: '/static/*' }],
      },
      CustomErrorResponses: { Quantity: 1, Items: [{ ErrorCode: 404, ErrorCachingMinTTL: 1 }] },
      Aliases: { Quantity: 1, Items: ['images.example.com'] },
      ViewerCertificate: {
        ACMCertificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/a`,
        SSLSupportMethod: 'sni-only',
        MinimumProtocolVersion: 'TLSv1.2_2021',
      },
      PriceClass: 'PriceClass_100',
      HttpVersion: 'http2and3',
      IsIPV6Enabled: false,
    }
    await aws.cf.updateDistribution({ Id, IfMatch: before.ETag, DistributionConfig: wanted })
    expect((await aws.cf.getDistributionConfig({ Id })).DistributionConfig).toEqual(wanted)
    expect((await read(Id)).DistributionConfig).toEqual(wanted)
  })

  test('CloudFront lists summaries page by page', async () => {
    const ids: string[] = []
    for (let i = 0; i < 3; i += 1) ids.push((await create(config({ CallerReference: String(i) }))).Id)
    const found: cf.DistributionSummary[] = []
    for await (const page of cf.paginateListDistributions({ client: aws.cf, pageSize: 2 }, {})) {
      found.push(...page.DistributionList!.Items!)
    }
    expect(found.map(({ Id }) => Id)).toEqual(ids)
    const got = await aws.cf.getDistribution({ Id: ids[0] })
    expect(found[0]).toMatchObject({
      ARN: `arn:aws:cloudfront::${ACCOUNT}:distribution/${ids[0]}`,
      Comment: 'ours',
      Enabled: true,
      ETag: got.ETag,
      Status: 'InProgress',
      DomainName: got.Distribution!.DomainName,
      Origins: got.Distribution!.DistributionConfig!.Origins,
      DefaultCacheBehavior: got.Distribution!.DistributionConfig!.DefaultCacheBehavior,
      Aliases: { Quantity: 0 },
    })
    const Resource = found[0]!.ARN
    await aws.cf.tagResource({ Resource, Tags: { Items: [{ Key: 'b', Value: 'c' }] } })
    await aws.cf.untagResource({ Resource, TagKeys: { Items: ['owner'] } })
    const { Tags } = await aws.cf.listTagsForResource({ Resource })
    expect(Tags!.Items).toEqual([{ Key: 'b', Value: 'c' }])
    const missing = aws.cf.listTagsForResource({ Resource: Resource!.slice(0, -1) })
    expect(await refusal(missing)).toMatch('NoSuchResource 404')
  })

  test('CloudFront gives each change an ETag, and refuses a stale or missing one', async () => {
    const { Id, IfMatch } = await create()
    const DistributionConfig = (await aws.cf.getDistributionConfig({ Id })).DistributionConfig!
    const { ETag } = await change(Id, { Comment: 'other' })
    expect(ETag).not.toBe(IfMatch)
    const update = async (change: object) =>
      refusal(aws.cf.updateDistribution({ Id, DistributionConfig, ...change }))
    expect(await update({ IfMatch })).toMatch('PreconditionFailed 412')
    expect(await update({})).toMatch('InvalidIfMatchVersion 400')
    expect(await refusal(aws.cf.deleteDistribution({ Id, IfMatch }))).toMatch('PreconditionFailed 412')
    expect(await refusal(aws.cf.deleteDistribution({ Id }))).toMatch('InvalidIfMatchVersion 400')
    expect(await refusal(change(Id, { CallerReference: 'two' }))).toMatch('IllegalUpdate 400')
  })

  test('CloudFront reports a distribution as deployed after the configured number of reads', async () => {
    const statuses = async (Id: string, count: number) => {
      const seen: (string | undefined)[] = []
      for (let i = 0; i < count; i += 1) seen.push((await read(Id)).Status)
      return seen
    }
    const { Id, Status } = await create()
    expect(Status).toBe('InProgress')
    await aws.cf.listDistributions()
    await aws.cf.getDistributionConfig({ Id })
    expect(await statuses(Id, 3)).toEqual(['InProgress', 'Deployed', 'Deployed'])
    await moto.settings({ distribution_reads: 2 })
    expect((await change(Id, {})).Distribution!.Status).toBe('InProgress')
    expect(await statuses(Id, 3)).toEqual(['InProgress', 'InProgress', 'Deployed'])
    await moto.settings({ distribution_reads: 0 })
    expect((await change(Id, {})).Distribution!.Status).toBe('Deployed')
  })

  test('CloudFront deletes only a disabled, deployed distribution, and remembers its caller reference', async () => {
    const { Id } = await create()
    const remove = async () =>
      aws.cf.deleteDistribution({ Id, IfMatch: (await aws.cf.getDistribution({ Id })).ETag })
    await read(Id)
    expect(await refusal(remove())).toMatch('DistributionNotDisabled 409')
    const { ETag } = await change(Id, { Enabled: false })
    expect(await refusal(aws.cf.deleteDistribution({ Id, IfMatch: ETag }))).toMatch(
      'DistributionNotDisabled 409',
    )
    await remove()
    expect(await refusal(read(Id))).toMatch('NoSuchDistribution 404')
    expect(await refusal(create())).toBe(
      'DistributionAlreadyExists 409: The caller reference that you are using to create a distribution is ' +
        `associated with another distribution. Already exists: ${Id}`,
    )
  })

  test('CloudFront accepts one of several simultaneous creations, and one of several updates', async () => {
    const made = await Promise.allSettled(Array.from({ length: 8 }, async () => create()))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const Id = (await aws.cf.listDistributions()).DistributionList!.Items![0]!.Id!
    const { DistributionConfig, ETag } = await aws.cf.getDistributionConfig({ Id })
    const update = { Id, IfMatch: ETag, DistributionConfig }
    const updated = await Promise.allSettled(
      Array.from({ length: 8 }, async () => aws.cf.updateDistribution(update)),
    )
    expect(updated.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('CloudFront refuses lists with a wrong quantity, and an alias of another distribution', async () => {
    const wrong = config({ Aliases: { Quantity: 2, Items: ['a.example.com'] } })
    expect(await refusal(create(wrong))).toMatch('InconsistentQuantities 400')
    const alias = {
      Aliases: { Quantity: 1, Items: ['a.example.com'] },
      ViewerCertificate: { ACMCertificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/a` },
    }
    expect(await refusal(create(config({ Aliases: alias.Aliases })))).toMatch('InvalidViewerCertificate 400')
    await create(config(alias))
    expect(await refusal(create(config({ ...alias, CallerReference: 'b' })))).toMatch(
      'CNAMEAlreadyExists 409',
    )
  })

  test('CloudFront checks a function that is associated', async () => {
    await createRole()
    await createFunction()
    await createFunction({}, 'eu-west-1')
    const variants: [string, Partial<lambda.CreateFunctionCommandInput>, string][] = [
      ['env', { Environment: { Variables: { A: 'b' } } }, 'cannot have environment variables'],
      ['slow', { Timeout: 31 }, 'timeout is larger than the maximum allowed'],
      ['ruby', { Runtime: 'ruby3.3' }, 'has a runtime that is not supported by Lambda@Edge'],
    ]
    for (const [FunctionName, change] of variants) await createFunction({ FunctionName, ...change })
    const cases: [string, string][] = [
      [arn('$LATEST'), 'must reference a specific function version'],
      [arn(1).replace(/:1$/, ''), 'must reference a specific function version'],
      [arn(1, 'eu-west-1'), "must be in region 'us-east-1'"],
      [arn(2), 'cannot be found'],
      ...variants.map(([name, , text]): [string, string] => [arn(1).replace('render', name), text]),
    ]
    for (const [name, text] of cases) {
      const said = await refusal(create(associated(name)))
      expect(said, name).toMatch('InvalidLambdaFunctionAssociation 400')
      expect(said, name).toContain(text)
    }
    const onlyLambda = JSON.stringify(trusting('lambda.amazonaws.com'))
    await aws.iam.updateAssumeRolePolicy({ RoleName: 'edge', PolicyDocument: onlyLambda })
    expect(await refusal(create(associated(arn(1))))).toContain(
      'must be assumable with edgelambda.amazonaws.com',
    )
  })

  test('CloudFront completes an invalidation, and recognizes its reference', async () => {
    const { Id: DistributionId } = await create()
    const invalidate = async (...paths: string[]) =>
      aws.cf.createInvalidation({
        DistributionId,
        InvalidationBatch: { CallerReference: 'a', Paths: { Quantity: paths.length, Items: paths } },
      })
    const first = (await invalidate('/*')).Invalidation!
    expect(first.Status).toBe('InProgress')
    expect((await invalidate('/*')).Invalidation!.Id).toBe(first.Id)
    expect(await refusal(invalidate('/a'))).toMatch('InvalidationBatchAlreadyExists 400')
    const status = async () =>
      (await aws.cf.getInvalidation({ DistributionId, Id: first.Id })).Invalidation!.Status
    expect([await status(), await status()]).toEqual(['InProgress', 'Completed'])
    expect((await aws.cf.listInvalidations({ DistributionId })).InvalidationList!.Items).toMatchObject([
      { Id: first.Id, Status: 'Completed' },
    ])
  })

  const accessControl = (Name: string): cf.OriginAccessControlConfig => ({
    Name,
    SigningProtocol: 'sigv4',
    SigningBehavior: 'always',
    OriginAccessControlOriginType: 's3',
  })

  test("CloudFront's origin access controls have unique names and ETags, and stay while they are used", async () => {
    const make = async (name: string) =>
      aws.cf.createOriginAccessControl({ OriginAccessControlConfig: accessControl(name) })
    const made = await make('a')
    await make('b')
    const Id = made.OriginAccessControl!.Id!
    expect(await refusal(make('a'))).toMatch('OriginAccessControlAlreadyExists 409')
    const names: unknown[] = []
    for await (const page of cf.paginateListOriginAccessControls({ client: aws.cf, pageSize: 1 }, {})) {
      names.push(...page.OriginAccessControlList!.Items!.map((one) => one.Name))
    }
    expect(names).toEqual(['a', 'b'])
    const update = async (IfMatch?: string) =>
      aws.cf.updateOriginAccessControl({
        Id,
        IfMatch,
        OriginAccessControlConfig: { ...accessControl('a'), Description: 'new' },
      })
    const { ETag } = await update(made.ETag)
    expect(await refusal(update(made.ETag))).toMatch('PreconditionFailed 412')
    expect(await refusal(update())).toMatch('InvalidIfMatchVersion 400')
    const got = await aws.cf.getOriginAccessControl({ Id })
    expect(got.OriginAccessControl!.OriginAccessControlConfig!.Description).toBe('new')
    const remove = async (IfMatch?: string) => refusal(aws.cf.deleteOriginAccessControl({ Id, IfMatch }))
    expect(await remove(made.ETag)).toMatch('PreconditionFailed 412')
    const user = config()
    user.Origins!.Items![0]!.OriginAccessControlId = Id
    await create(user)
    expect(await remove(ETag)).toMatch('OriginAccessControlInUse 409')
    user.CallerReference = 'two'
    user.Origins!.Items![0]!.OriginAccessControlId = 'ENONE'
    expect(await refusal(create(user))).toMatch('InvalidOriginAccessControl 400')
  })

  test('Lambda publishes only changes, and no version number twice', async () => {
    await createRole()
    const publish = async (input: Partial<lambda.PublishVersionCommandInput> = {}) =>
      aws.lambda.publishVersion({ FunctionName: 'render', ...input })
    const latest = await createFunction({ Publish: false })
    expect((await publish()).FunctionArn).toBe(arn(1))
    expect((await publish()).Version).toBe('1')
    await aws.lambda.updateFunctionCode({ FunctionName: 'render', ZipFile: zip('one') })
    await aws.lambda.updateFunctionConfiguration({ FunctionName: 'render', Timeout: 30 })
    expect((await publish()).Version).toBe('1')
    const updated = await aws.lambda.updateFunctionConfiguration({ FunctionName: 'render', MemorySize: 2048 })
    expect(updated.RevisionId).not.toBe(latest.RevisionId)
    expect(await refusal(publish({ RevisionId: latest.RevisionId }))).toMatch(
      'PreconditionFailedException 412',
    )
    expect(await refusal(publish({ CodeSha256: 'a' }))).toBe(
      `InvalidParameterValueException 400: CodeSHA256 (a) is different from current CodeSHA256 in $LATEST ` +
        `(${latest.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    )
    const stale = { FunctionName: 'render', ZipFile: zip('x'), RevisionId: latest.RevisionId }
    expect(await refusal(aws.lambda.updateFunctionCode(stale))).toMatch('PreconditionFailedException 412')
    expect((await publish({ RevisionId: updated.RevisionId, CodeSha256: latest.CodeSha256 })).Version).toBe(
      '2',
    )
    const code = await aws.lambda.updateFunctionCode({
      FunctionName: 'render',
      ZipFile: zip('two'),
      Publish: true,
    })
    expect(code.Version).toBe('3')
    await aws.lambda.deleteFunction({ FunctionName: 'render', Qualifier: '3' })
    await aws.lambda.updateFunctionCode({ FunctionName: 'render', ZipFile: zip('three') })
    expect((await publish()).Version).toBe('4')
    const { Versions } = await aws.lambda.listVersionsByFunction({ FunctionName: 'render' })
    expect(Versions!.map((one) => [one.Version, one.MemorySize, one.CodeSha256])).toEqual([
      ['$LATEST', 2048, sha(zip('three'))],
      ['1', 1024, sha(zip('one'))],
      ['2', 2048, sha(zip('one'))],
      ['4', 2048, sha(zip('three'))],
    ])
    expect(Versions![1]).toMatchObject({ Timeout: 30, Runtime: 'nodejs22.x', Role: ROLE })
    await aws.lambda.deleteFunction({ FunctionName: 'render' })
    await createFunction()
    expect((await publish()).Version).toBe('5')
    expect(await refusal(aws.lambda.listVersionsByFunction({ FunctionName: 'none' }))).toMatch('404')
  })

  const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')

  test('Lambda takes code only from a bucket in its region', async () => {
    await createRole()
    await aws.s3.createBucket({ Bucket: BUCKET })
    await aws.s3.putObject({ Bucket: BUCKET, Key: 'a.zip', Body: zip('s3') })
    const Code = { S3Bucket: BUCKET, S3Key: 'a.zip' }
    const made = await createFunction({ Code, Tags: { owner: 'genato' } })
    expect(made.CodeSha256).toBe(sha(zip('s3')))
    expect((await aws.lambda.getFunction({ FunctionName: 'render' })).Configuration!.State).toBe('Pending')
    const got = await aws.lambda.getFunction({ FunctionName: 'render' })
    expect(got).toMatchObject({ Tags: { owner: 'genato' }, Configuration: { State: 'Active' } })
    const Resource = got.Configuration!.FunctionArn
    await aws.lambda.tagResource({ Resource, Tags: { more: 'yes' } })
    expect((await aws.lambda.listTags({ Resource })).Tags).toEqual({ owner: 'genato', more: 'yes' })
    expect(await refusal(createFunction({ FunctionName: 'b', Code: { ...Code, S3Key: 'no' } }))).toMatch(
      /InvalidParameterValueException 400: .*NoSuchKey/,
    )
    expect(await refusal(createFunction({ FunctionName: 'b', Code }, 'eu-west-1'))).toContain(
      'PermanentRedirect',
    )
    await createRole(trusting('ec2.amazonaws.com'), 'untrusting')
    expect(
      await refusal(createFunction({ FunctionName: 'b', Role: ROLE.replace('edge', 'untrusting') })),
    ).toBe(
      'InvalidParameterValueException 400: The role defined for the function cannot be assumed by Lambda.',
    )
  })

  test("Lambda's permissions belong to one version", async () => {
    await createRole()
    await createFunction()
    const render = { FunctionName: 'render' }
    const add = async (Qualifier?: string) =>
      aws.lambda.addPermission({
        ...render,
        Qualifier,
        StatementId: 'edge',
        Action: 'lambda:GetFunction',
        Principal: 'replicator.lambda.amazonaws.com',
      })
    const policy = async (Qualifier?: string) =>
      JSON.parse((await aws.lambda.getPolicy({ ...render, Qualifier })).Policy!) as object
    await add('1')
    expect(await refusal(add('1'))).toMatch(
      'ResourceConflictException 409: The statement id (edge) provided already exists',
    )
    expect(await refusal(policy())).toMatch('ResourceNotFoundException 404')
    await add()
    expect(await policy('1')).toMatchObject({ Statement: [{ Sid: 'edge', Resource: arn(1) }] })
    expect(await policy()).toMatchObject({ Statement: [{ Resource: arn(1).replace(/:1$/, '') }] })
    await aws.lambda.removePermission({ ...render, StatementId: 'edge', Qualifier: '1' })
    expect(await refusal(policy('1'))).toMatch('ResourceNotFoundException 404')
    await policy()
  })

  test('Lambda refuses to delete a replicated function as often as configured', async () => {
    await moto.settings({ distribution_reads: 0, replica_refusals: 2 })
    await createRole()
    await createFunction()
    const { Id } = await create(associated(arn(1)))
    const remove = async (Qualifier?: string) =>
      refusal(aws.lambda.deleteFunction({ FunctionName: 'render', Qualifier }))
    const refused =
      `InvalidParameterValueException 400: Lambda was unable to delete ${arn(1)} because it is a replicated function. ` +
      'Please see our documentation for Deleting Lambda@Edge Functions and Replicas.'
    const replicas = async (region: string) => {
      const input = { MasterRegion: 'us-east-1', FunctionVersion: 'ALL' } as const
      return (await clients(region).lambda.listFunctions(input)).Functions!.map(({ MasterArn }) => MasterArn)
    }
    expect([await remove(), await remove('1')]).toEqual([refused, refused])
    expect(await replicas('eu-west-1')).toEqual([arn(1)])
    await change(Id, { DefaultCacheBehavior: behavior() })
    expect(await replicas('eu-west-1')).toEqual([arn(1)])
    expect([await remove(), await remove()]).toEqual([refused, refused])
    expect(await replicas('eu-west-1')).toEqual([])
    expect([await remove('1'), await remove()]).toEqual(['nothing', 'nothing'])
  })

  test("Lambda returns the account's limits", async () => {
    const concurrency = async () =>
      (await aws.lambda.getAccountSettings({})).AccountLimit!.ConcurrentExecutions
    expect(await concurrency()).toBe(1000)
    await moto.settings({ concurrent_executions: 10 })
    expect(await concurrency()).toBe(10)
    await moto.reset()
    expect(await concurrency()).toBe(1000)
  })

  test("S3 has a new bucket's defaults", async () => {
    const ours = { Bucket: BUCKET }
    await aws.s3.createBucket(ours)
    await aws.s3.createBucket(ours)
    expect((await aws.s3.getPublicAccessBlock(ours)).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    })
    expect((await aws.s3.getBucketOwnershipControls(ours)).OwnershipControls!.Rules).toEqual([
      { ObjectOwnership: 'BucketOwnerEnforced' },
    ])
    const { ServerSideEncryptionConfiguration } = await aws.s3.getBucketEncryption(ours)
    expect(ServerSideEncryptionConfiguration!.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ])
  })

  test("S3 refuses another account's bucket", async () => {
    const ours = { Bucket: BUCKET }
    await aws.s3.createBucket(ours)
    await aws.s3.putObject({ ...ours, Key: 'k', Body: 'x' })
    const stranger = clients('us-east-1', '999999999999').s3
    expect(await refusal(stranger.createBucket(ours))).toMatch('BucketAlreadyExists 409')
    expect(await refusal(stranger.headBucket(ours))).toMatch(' 403')
    expect(await refusal(stranger.getBucketTagging(ours))).toMatch('AccessDenied 403')
    expect(await refusal(stranger.headObject({ ...ours, Key: 'k' }))).toMatch(' 403')
    const expected = { ...ours, ExpectedBucketOwner: '999999999999' }
    expect(await refusal(aws.s3.headBucket(expected))).toMatch(' 403')
    expect(await refusal(aws.s3.putObject({ ...expected, Key: 'k' }))).toMatch('AccessDenied 403')
    await aws.s3.headBucket({ ...ours, ExpectedBucketOwner: ACCOUNT })
    expect(await refusal(aws.s3.headBucket({ Bucket: 'no-such-bucket' }))).toMatch('NotFound 404')
  })

  test('S3 checks bucket policies', async () => {
    const ours = { Bucket: BUCKET }
    const put = async (statement: object) => {
      const base = { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` }
      return aws.s3.putBucketPolicy({
        ...ours,
        Policy: JSON.stringify({ Statement: [{ ...base, ...statement }] }),
      })
    }
    await aws.s3.createBucket(ours)
    for (const Principal of ['*', { AWS: '*' }, { AWS: ['*'] }]) {
      expect(await refusal(put({ Principal }))).toMatch(/AccessDenied 403.*BlockPublicPolicy/)
    }
    expect(await refusal(put({ Principal: { AWS: ROLE } }))).toBe(
      'MalformedPolicy 400: Invalid principal in policy',
    )
    const other = { Principal: { AWS: ACCOUNT }, Resource: 'arn:aws:s3:::other/*' }
    expect(await refusal(put(other))).toBe('MalformedPolicy 400: Policy has invalid resource')
    await put({
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: { StringEquals: { 'AWS:SourceArn': `arn:aws:cloudfront::${ACCOUNT}:distribution/E` } },
    })
    await aws.s3.putObject({ ...ours, Key: 'k', Body: 'x' })
    await aws.s3.getObject({ ...ours, Key: 'k' })
    await aws.s3.putPublicAccessBlock({
      ...ours,
      PublicAccessBlockConfiguration: { BlockPublicPolicy: false },
    })
    await put({ Principal: '*' })
    await aws.s3.deleteBucketPolicy(ours)
    expect(await refusal(aws.s3.getBucketPolicy(ours))).toMatch('NoSuchBucketPolicy 404')
  })

  test('S3 keeps tags, rules and objects', async () => {
    const ours = { Bucket: BUCKET }
    await aws.s3.createBucket(ours)
    expect(await refusal(aws.s3.getBucketTagging(ours))).toMatch('NoSuchTagSet 404')
    await aws.s3.putBucketTagging({ ...ours, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } })
    expect((await aws.s3.getBucketTagging(ours)).TagSet).toEqual([{ Key: 'a', Value: 'b' }])
    await aws.s3.deleteBucketTagging(ours)
    expect(await refusal(aws.s3.getBucketLifecycleConfiguration(ours))).toMatch(
      'NoSuchLifecycleConfiguration 404',
    )
    const Rules: s3.LifecycleRule[] = [
      { ID: 'old', Status: 'Enabled', Filter: { Prefix: 'g/' }, Expiration: { Days: 30 } },
      {
        ID: 'parts',
        Status: 'Enabled',
        Filter: { Prefix: '' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ]
    await aws.s3.putBucketLifecycleConfiguration({ ...ours, LifecycleConfiguration: { Rules } })
    expect((await aws.s3.getBucketLifecycleConfiguration(ours)).Rules).toEqual(Rules)
    expect((await aws.s3.getBucketVersioning(ours)).Status).toBeUndefined()
    for (const Key of ['g/1', 'g/2', 'h']) {
      await aws.s3.putObject({
        ...ours,
        Key,
        Body: Key,
        ContentType: 'image/png',
        CacheControl: 'max-age=1',
        Metadata: { a: 'b' },
      })
    }
    expect(await aws.s3.headObject({ ...ours, Key: 'g/1' })).toMatchObject({
      ContentType: 'image/png',
      CacheControl: 'max-age=1',
      Metadata: { a: 'b' },
      ContentLength: 3,
    })
    expect(await refusal(aws.s3.headObject({ ...ours, Key: 'no' }))).toMatch('NotFound 404')
    expect((await aws.s3.listObjectsV2({ ...ours, Prefix: 'g/' })).KeyCount).toBe(2)
    expect(await refusal(aws.s3.deleteBucket(ours))).toMatch('BucketNotEmpty 409')
    const { Versions } = await aws.s3.listObjectVersions(ours)
    const Objects = Versions!.map(({ Key, VersionId }) => ({ Key, VersionId }))
    expect((await aws.s3.deleteObjects({ ...ours, Delete: { Objects } })).Deleted).toHaveLength(3)
    await aws.s3.deleteBucket(ours)
  })

  test('IAM keeps roles', async () => {
    const edge = { RoleName: 'edge' }
    const policy = {
      ...edge,
      PolicyName: 'inline',
      PolicyDocument: JSON.stringify(LOGGING),
    }
    await aws.iam.createRole({
      ...edge,
      AssumeRolePolicyDocument: JSON.stringify(TRUST),
      Tags: [{ Key: 'owner', Value: 'genato' }],
    })
    expect(await refusal(createRole())).toMatch('EntityAlreadyExistsException 409')
    const got = (await aws.iam.getRole(edge)).Role!
    expect(JSON.parse(decodeURIComponent(got.AssumeRolePolicyDocument!))).toEqual(TRUST)
    expect(got.Tags).toEqual([{ Key: 'owner', Value: 'genato' }])
    await aws.iam.tagRole({ ...edge, Tags: [{ Key: 'b', Value: 'c' }] })
    expect((await aws.iam.listRoleTags(edge)).Tags).toHaveLength(2)
    await aws.iam.putRolePolicy(policy)
    expect((await aws.iam.listRolePolicies(edge)).PolicyNames).toEqual(['inline'])
    const { PolicyDocument } = await aws.iam.getRolePolicy(policy)
    expect(decodeURIComponent(PolicyDocument!)).toBe(policy.PolicyDocument)
    expect(await refusal(aws.iam.deleteRole(edge))).toMatch('DeleteConflictException 409')
    await aws.iam.deleteRolePolicy(policy)
    const managed = { ...edge, PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' }
    await aws.iam.attachRolePolicy(managed)
    expect((await aws.iam.listAttachedRolePolicies(edge)).AttachedPolicies).toMatchObject([
      { PolicyArn: managed.PolicyArn },
    ])
    expect(await refusal(aws.iam.deleteRole(edge))).toMatch('DeleteConflictException 409')
    await aws.iam.detachRolePolicy(managed)
    await aws.iam.deleteRole(edge)
    expect(await refusal(aws.iam.getRole(edge))).toMatch('NoSuchEntityException 404')
  })

  test('log groups belong to a region, and events are filtered by text', async () => {
    const there = clients('eu-west-1').logs
    const group = { logGroupName: '/aws/lambda/us-east-1.render' }
    await there.createLogGroup(group)
    await there.createLogStream({ ...group, logStreamName: 's' })
    const timestamp = Date.now()
    const messages = ['{"level":"error","path":"/1x1"}', 'REPORT RequestId: 1', 'plain words here']
    const logEvents = messages.map((message, i) => ({ message, timestamp: timestamp + i }))
    await there.putLogEvents({ ...group, logStreamName: 's', logEvents })
    const found = async (filterPattern?: string) =>
      (await there.filterLogEvents({ ...group, filterPattern, startTime: timestamp })).events!.map(
        ({ message }) => messages.indexOf(message!),
      )
    const patterns = ['', 'REPORT', '"words here"', '"/1x1"', 'words -here', '?REPORT ?plain', '1']
    expect(await Promise.all(patterns.map(found))).toEqual([[0, 1, 2], [1], [2], [0], [], [1, 2], [0, 1]])
    const names = async (client: logs.CloudWatchLogs, logGroupNamePrefix: string) =>
      (await client.describeLogGroups({ logGroupNamePrefix })).logGroups!.map(
        ({ logGroupName }) => logGroupName,
      )
    expect(await names(there, '/aws/lambda/us')).toEqual([group.logGroupName])
    expect(await names(aws.logs, '/aws/lambda/us')).toEqual([])
    await there.putRetentionPolicy({ ...group, retentionInDays: 7 })
    expect((await there.describeLogGroups()).logGroups).toMatchObject([{ retentionInDays: 7 }])
    expect((await there.describeLogStreams(group)).logStreams).toMatchObject([{ logStreamName: 's' }])
    await there.deleteLogGroup(group)
    expect(await refusal(there.deleteLogGroup(group))).toMatch('ResourceNotFoundException 400')
  })
})
