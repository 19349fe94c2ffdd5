import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as cf from '@aws-sdk/client-cloudfront'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as iam from '@aws-sdk/client-iam'
import * as lambda from '@aws-sdk/client-lambda'
import * as s3 from '@aws-sdk/client-s3'
import * as sts from '@aws-sdk/client-sts'
import { zipSync } from 'fflate'
import { startFaultProxy, type FaultProxy } from '../fault-proxy.js'
import { describeAws, borrowMoto, type Moto } from './moto.js'

const ACCOUNT = '123456789012'
const BUCKET = 'a-bucket-of-ours'
const ours = { Bucket: BUCKET }
const ENCRYPTED: Omit<s3.PutBucketEncryptionCommandInput, 'Bucket'> = {
  ServerSideEncryptionConfiguration: {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  },
}
const EXPIRING: Omit<s3.PutBucketLifecycleConfigurationCommandInput, 'Bucket'> = {
  LifecycleConfiguration: {
    Rules: [{ ID: 'a', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }],
  },
}
const CODE = zipSync({ 'index.mjs': Buffer.from('one') })
const ROLE = `arn:aws:iam::${ACCOUNT}:role/edge`
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:render`
const GROUP = { logGroupName: '/aws/lambda/us-east-1.render' }
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ],
})

let moto: Moto
let proxy: FaultProxy
let user: { accessKeyId: string; secretAccessKey: string }

function clients(credentials = user) {
  const options = { region: 'us-east-1', endpoint: proxy.endpoint, credentials, maxAttempts: 1 }
  return {
    cf: new cf.CloudFront(options),
    iam: new iam.IAM(options),
    lambda: new lambda.Lambda(options),
    logs: new logs.CloudWatchLogs(options),
    s3: new s3.S3(options),
    sts: new sts.STS(options),
  }
}

type Clients = ReturnType<typeof clients>
type Statement = {
  Effect?: 'Deny'
  Action: string | string[]
  Resource?: string | string[]
  Condition?: object
}

const anyone = () => clients({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' })

/** Replaces the user's permissions by these statements. */
async function allow(...statements: Statement[]): Promise<void> {
  const Statement = statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one }))
  await moto.enforceIam(false)
  await anyone().iam.putUserPolicy({
    UserName: 'deployer',
    PolicyName: 'inline',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
  })
  await moto.enforceIam(true)
}

async function outcome(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'done'
  } catch (error) {
    const { name, $metadata } = error as cf.CloudFrontServiceException
    return `${name} ${$metadata?.httpStatusCode}`
  }
}

function config(functionArn?: string): cf.DistributionConfig {
  const Items = [{ EventType: 'origin-request', LambdaFunctionARN: functionArn } as const]
  return {
    CallerReference: String(Math.random()),
    Comment: '',
    Enabled: false,
    Origins: { Quantity: 1, Items: [{ Id: 'o', DomainName: 'example.com' }] },
    DefaultCacheBehavior: {
      TargetOriginId: 'o',
      ViewerProtocolPolicy: 'allow-all',
      CachePolicyId: 'c',
      ...(functionArn === undefined ? {} : { LambdaFunctionAssociations: { Quantity: 1, Items } }),
    },
  }
}

describeAws('IAM enforcement', () => {
  beforeAll(async () => {
    moto = await borrowMoto()
    // Other tests call through the proxy, so signatures must survive it.
    proxy = await startFaultProxy(moto.endpoint)
  })
  afterAll(async () => {
    await proxy.close()
  })
  beforeEach(async () => {
    await moto.reset()
    const { iam, lambda, s3, logs } = anyone()
    await iam.createUser({ UserName: 'deployer' })
    const { AccessKey } = await iam.createAccessKey({ UserName: 'deployer' })
    user = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
    await iam.createRole({ RoleName: 'edge', AssumeRolePolicyDocument: TRUST })
    await s3.createBucket({ Bucket: BUCKET })
    await s3.putBucketEncryption({ ...ours, ...ENCRYPTED })
    await s3.putBucketLifecycleConfiguration({ ...ours, ...EXPIRING })
    await s3.putObject({ Bucket: BUCKET, Key: 'code/a b.zip', Body: CODE })
    await lambda.createFunction({
      FunctionName: 'render',
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Publish: true,
      Code: { ZipFile: CODE },
    })
    await logs.createLogGroup(GROUP)
  })

  const bucketArn = `arn:aws:s3:::${BUCKET}`
  const rows: [string, string, string, string, (aws: Clients) => Promise<unknown>][] = [
    [
      'cloudfront:ListDistributions',
      '*',
      'AccessDenied 403',
      'cloudfront',
      (aws) => aws.cf.listDistributions(),
    ],
    [
      'cloudfront:CreateOriginAccessControl',
      `arn:aws:cloudfront::${ACCOUNT}:origin-access-control/*`,
      'AccessDenied 403',
      'cloudfront',
      (aws) =>
        aws.cf.createOriginAccessControl({
          OriginAccessControlConfig: {
            Name: 'a',
            SigningProtocol: 'sigv4',
            SigningBehavior: 'always',
            OriginAccessControlOriginType: 's3',
          },
        }),
    ],
    [
      'cloudfront:CreateDistribution',
      '*',
      'AccessDenied 403',
      'cloudfront',
      (aws) => aws.cf.createDistribution({ DistributionConfig: config() }),
    ],
    [
      'lambda:GetFunction',
      FUNCTION,
      'AccessDeniedException 403',
      'lambda',
      (aws) => aws.lambda.getFunction({ FunctionName: 'render' }),
    ],
    [
      'lambda:GetFunctionConfiguration',
      `${FUNCTION}:1`,
      'AccessDeniedException 403',
      'lambda',
      (aws) => aws.lambda.getFunctionConfiguration({ FunctionName: 'render', Qualifier: '1' }),
    ],
    [
      'lambda:PublishVersion',
      FUNCTION,
      'AccessDeniedException 403',
      'lambda',
      (aws) => aws.lambda.publishVersion({ FunctionName: 'render' }),
    ],
    [
      'lambda:ListVersionsByFunction',
      FUNCTION,
      'AccessDeniedException 403',
      'lambda',
      (aws) => aws.lambda.listVersionsByFunction({ FunctionName: 'render' }),
    ],
    [
      'lambda:GetAccountSettings',
      '*',
      'AccessDeniedException 403',
      'lambda',
      (aws) => aws.lambda.getAccountSettings(),
    ],
    [
      'lambda:TagResource',
      FUNCTION,
      'AccessDeniedException 403',
      'lambda',
      (aws) => aws.lambda.tagResource({ Resource: FUNCTION, Tags: { a: 'b' } }),
    ],
    [
      'lambda:UpdateFunctionCode',
      FUNCTION,
      'AccessDeniedException 403',
      'lambda',
      (aws) => aws.lambda.updateFunctionCode({ FunctionName: 'render', ZipFile: CODE }),
    ],
    ['iam:GetRole', ROLE, 'AccessDenied 403', 'iam', (aws) => aws.iam.getRole({ RoleName: 'edge' })],
    [
      'iam:CreateRole',
      `arn:aws:iam::${ACCOUNT}:role/new-*`,
      'AccessDenied 403',
      'iam',
      (aws) => aws.iam.createRole({ RoleName: 'new-one', AssumeRolePolicyDocument: TRUST }),
    ],
    [
      'iam:PutRolePolicy',
      ROLE,
      'AccessDenied 403',
      'iam',
      (aws) =>
        aws.iam.putRolePolicy({
          RoleName: 'edge',
          PolicyName: 'p',
          PolicyDocument: TRUST.replace(/"Principal":\{.*?\},/, '"Resource":"*",'),
        }),
    ],
    ['s3:ListBucket', bucketArn, 'Unknown 403', 's3', (aws) => aws.s3.headBucket(ours)],
    [
      's3:CreateBucket',
      'arn:aws:s3:::new-*',
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.createBucket({ Bucket: 'new-bucket' }),
    ],
    [
      's3:PutEncryptionConfiguration',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.putBucketEncryption({ ...ours, ...ENCRYPTED }),
    ],
    [
      's3:GetEncryptionConfiguration',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.getBucketEncryption(ours),
    ],
    [
      's3:GetLifecycleConfiguration',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.getBucketLifecycleConfiguration(ours),
    ],
    [
      's3:PutBucketPublicAccessBlock',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) =>
        aws.s3.putPublicAccessBlock({ ...ours, PublicAccessBlockConfiguration: { BlockPublicAcls: true } }),
    ],
    [
      's3:PutBucketAcl',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.putBucketAcl({ ...ours, ACL: 'private' }),
    ],
    ['s3:ListBucket', bucketArn, 'AccessDenied 403', 's3', (aws) => aws.s3.listObjectsV2(ours)],
    [
      's3:GetBucketPublicAccessBlock',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.getPublicAccessBlock(ours),
    ],
    [
      's3:PutBucketOwnershipControls',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) =>
        aws.s3.putBucketOwnershipControls({
          ...ours,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        }),
    ],
    [
      's3:PutLifecycleConfiguration',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.putBucketLifecycleConfiguration({ ...ours, ...EXPIRING }),
    ],
    [
      's3:PutBucketTagging',
      bucketArn,
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.putBucketTagging({ ...ours, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }),
    ],
    [
      's3:PutObject',
      `${bucketArn}/code/*`,
      'AccessDenied 403',
      's3',
      (aws) => aws.s3.putObject({ ...ours, Key: 'code/ü?+ b.zip', Body: CODE }),
    ],
    [
      's3:GetObject',
      `${bucketArn}/*`,
      'Unknown 403',
      's3',
      (aws) => aws.s3.headObject({ ...ours, Key: 'code/a b.zip' }),
    ],
    ['s3:ListBucketVersions', bucketArn, 'AccessDenied 403', 's3', (aws) => aws.s3.listObjectVersions(ours)],
    [
      'logs:FilterLogEvents',
      `arn:aws:logs:*:${ACCOUNT}:log-group:/aws/lambda/us-east-1.render:*`,
      'AccessDeniedException 400',
      'logs',
      (aws) => aws.logs.filterLogEvents({ ...GROUP, filterPattern: 'é' }),
    ],
    [
      'logs:DescribeLogGroups',
      `arn:aws:logs:*:${ACCOUNT}:log-group:*`,
      'AccessDeniedException 400',
      'logs',
      (aws) => aws.logs.describeLogGroups(),
    ],
    [
      'logs:DeleteLogGroup',
      `arn:aws:logs:*:${ACCOUNT}:log-group:/aws/lambda/us-east-1.render:*`,
      'AccessDeniedException 400',
      'logs',
      (aws) => aws.logs.deleteLogGroup(GROUP),
    ],
  ]

  test.each(rows)('%s at %s', async (action, resource, denial, service, send) => {
    await allow({ Action: `${service}:Nothing` })
    expect(await outcome(send(clients()))).toBe(denial)
    await allow({
      Action: action,
      Resource: resource === '*' ? 'arn:aws:other' : resource.replace(/\w/, 'x'),
    })
    expect(await outcome(send(clients()))).toBe(denial)
    await allow({ Action: '*' }, { Effect: 'Deny', Action: action })
    expect(await outcome(send(clients()))).toBe(denial)
    await allow({ Action: action, Resource: resource })
    expect(await outcome(send(clients()))).toBe('done')
  })

  test('rejects an unknown key, and a key with a wrong secret', async () => {
    await allow({ Action: '*' })
    const [stranger, forger] = [anyone(), clients({ ...user, secretAccessKey: 'wrong' })]
    const asked = async ({ cf, iam, lambda, logs, s3, sts }: Clients) => ({
      cloudfront: await outcome(cf.listDistributions()),
      iam: await outcome(iam.getRole({ RoleName: 'edge' })),
      lambda: await outcome(lambda.listFunctions()),
      logs: await outcome(logs.describeLogGroups()),
      s3: await outcome(s3.listBuckets()),
      sts: await outcome(sts.getCallerIdentity()),
    })
    expect(await asked(stranger)).toMatchObject({
      cloudfront: 'InvalidClientTokenId 403',
      iam: 'InvalidClientTokenId 403',
      lambda: 'UnrecognizedClientException 403',
      logs: 'UnrecognizedClientException 403',
      s3: 'InvalidAccessKeyId 403',
      sts: 'InvalidClientTokenId 403',
    })
    expect(await asked(forger)).toMatchObject({
      cloudfront: 'SignatureDoesNotMatch 403',
      iam: 'SignatureDoesNotMatch 403',
      lambda: 'InvalidSignatureException 403',
      logs: 'InvalidSignatureException 403',
      s3: 'SignatureDoesNotMatch 403',
      sts: 'SignatureDoesNotMatch 403',
    })
    await allow({ Action: 's3:Nothing' })
    expect(await clients().sts.getCallerIdentity({})).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/deployer`,
    })
  })

  test('creating a function needs permission for its role, its tags and its code', async () => {
    const create = async () =>
      clients().lambda.createFunction({
        FunctionName: 'new',
        Role: ROLE,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Tags: { a: 'b' },
        Code: { S3Bucket: BUCKET, S3Key: 'code/a b.zip' },
      })
    const all: Statement[] = [
      {
        Action: ['lambda:CreateFunction', 'lambda:TagResource'],
        Resource: FUNCTION.replace('render', 'new'),
      },
      {
        Action: 'iam:PassRole',
        Resource: ROLE,
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
      { Action: 's3:GetObject', Resource: `${bucketArn}/code/*` },
    ]
    for (const one of all) {
      await allow(...all.filter((other) => other !== one))
      expect(await outcome(create())).toBe('AccessDeniedException 403')
    }
    await allow(...all)
    expect(await outcome(create())).toBe('done')
  })

  test('associating a function needs permission to replicate it', async () => {
    const create = async () =>
      clients().cf.createDistributionWithTags({
        DistributionConfigWithTags: {
          DistributionConfig: config(`${FUNCTION}:1`),
          Tags: { Items: [{ Key: 'a', Value: 'b' }] },
        },
      })
    const distribution = `arn:aws:cloudfront::${ACCOUNT}:distribution/*`
    const all: [string, Statement][] = [
      ['AccessDenied 403', { Action: 'cloudfront:CreateDistribution', Resource: '*' }],
      ['AccessDenied 403', { Action: 'cloudfront:TagResource', Resource: distribution }],
      ['InvalidLambdaFunctionAssociation 400', { Action: 'lambda:GetFunction', Resource: `${FUNCTION}:*` }],
      [
        'InvalidLambdaFunctionAssociation 400',
        { Action: 'lambda:EnableReplication*', Resource: `${FUNCTION}:*` },
      ],
      ['AccessDenied 403', { Action: 'iam:CreateServiceLinkedRole' }],
    ]
    for (const [denial, one] of all) {
      await allow(...all.map(([, other]) => other).filter((other) => other !== one))
      expect(await outcome(create()), String(one.Action)).toBe(denial)
    }
    await allow(...all.map(([, one]) => one))
    expect(await outcome(create())).toBe('done')
  })

  test('a missing object is a 404 only to callers who may list', async () => {
    const head = async () => outcome(clients().s3.headObject({ ...ours, Key: 'missing' }))
    await allow({ Action: 's3:GetObject', Resource: `${bucketArn}/*` })
    expect(await head()).toBe('Unknown 403')
    await allow(
      { Action: 's3:GetObject', Resource: `${bucketArn}/*` },
      { Action: 's3:ListBucket', Resource: bucketArn },
    )
    expect(await head()).toBe('NotFound 404')
  })

  test('DeleteObjects reports each denied key', async () => {
    await allow({ Action: 's3:DeleteObject', Resource: `${bucketArn}/other` })
    const { Errors } = await clients().s3.deleteObjects({
      ...ours,
      Delete: { Objects: [{ Key: 'code/a b.zip' }] },
    })
    expect(Errors).toMatchObject([{ Key: 'code/a b.zip', Code: 'AccessDenied' }])
    await allow({ Action: 's3:DeleteObject', Resource: `${bucketArn}/code/*` })
    const { Deleted } = await clients().s3.deleteObjects({
      ...ours,
      Delete: { Objects: [{ Key: 'code/a b.zip' }] },
    })
    expect(Deleted).toHaveLength(1)
  })
})
