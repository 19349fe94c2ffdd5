import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { expect, test } from 'vitest'
import type { Config } from '../../src/config/types.js'
import { executionRoleTrust } from '../../templates/execution-role.js'
import {
  ACCOUNT,
  ALL_THERE,
  changeDistribution,
  everything,
  FUNCTION_ARN,
  IMAGES,
  NOTHING_LEFT,
  PACKAGES,
  refusal,
  somebody,
  useAws,
  type Somebody,
} from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn, type StackRun } from '../support/stack.js'

const WRONG_TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})
const TRUST = JSON.stringify(executionRoleTrust())

type Behaviour = NonNullable<DistributionConfig['DefaultCacheBehavior']>

describeAws('resources that genato does not manage', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)
  const stackHere = async (config: Config = {}) => stackOn({ endpoint: aws.proxy.endpoint, config })

  /** Creates a function that isn't genato's and can be associated. */
  async function strangeFunction(name: string, tags = {}) {
    const { iam, lambda } = other()
    await iam.createRole({ RoleName: 'others', AssumeRolePolicyDocument: TRUST })
    const { zip } = await smallPackage('theirs').zip()
    const made = await lambda.createFunction({
      FunctionName: name,
      Role: `arn:aws:iam::${ACCOUNT}:role/others`,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: zip },
      Publish: true,
      Tags: tags,
    })
    return `${made.FunctionArn}:${made.Version}`
  }

  const strangers: [string, string, (there: Somebody) => Promise<unknown>, RegExp][] = [
    [
      'a role',
      'role GenatoRole',
      async ({ iam }) => iam.createRole({ RoleName: 'GenatoRole', AssumeRolePolicyDocument: WRONG_TRUST }),
      /There is a role GenatoRole already that genato did not make/,
    ],
    [
      'a role of another stack',
      'role GenatoRole',
      async ({ iam }) =>
        iam.createRole({
          RoleName: 'GenatoRole',
          AssumeRolePolicyDocument: WRONG_TRUST,
          Tags: [{ Key: 'genato:stack', Value: 'other' }],
        }),
      /The role GenatoRole belongs to the stack other/,
    ],
    [
      'a bucket with files',
      `bucket ${IMAGES}`,
      async ({ s3 }) => {
        await s3.createBucket({ Bucket: IMAGES })
        await s3.putObject({ Bucket: IMAGES, Key: 'theirs.txt', Body: 'x' })
      },
      /There is a bucket genato-images-\d+ already that genato did not make/,
    ],
    [
      'an empty bucket with a tag',
      `bucket ${PACKAGES}`,
      async ({ s3 }) => {
        await s3.createBucket({ Bucket: PACKAGES })
        await s3.putBucketTagging({ Bucket: PACKAGES, Tagging: { TagSet: [{ Key: 'team', Value: 'x' }] } })
      },
      /There is a bucket genato-lambda-\d+ already/,
    ],
    [
      'a function',
      'function genato-func',
      async () => strangeFunction('genato-func', { team: 'x' }),
      /There is a function genato-func already/,
    ],
    [
      'an access control',
      'access control',
      async ({ cloudfront }) =>
        cloudfront.createOriginAccessControl({
          OriginAccessControlConfig: {
            Name: 'genato-images',
            Description: 'theirs',
            SigningProtocol: 'sigv4',
            SigningBehavior: 'no-override',
            OriginAccessControlOriginType: 's3',
          },
        }),
      /There is an origin access control genato-images that genato did not make/,
    ],
    [
      'a distribution before the bucket',
      'distribution',
      async ({ cloudfront }) =>
        cloudfront.createDistribution({
          DistributionConfig: {
            CallerReference: 'theirs',
            Comment: 'theirs',
            Enabled: true,
            Origins: {
              Quantity: 1,
              Items: [
                {
                  Id: 'o',
                  DomainName: `${IMAGES}.s3.amazonaws.com`,
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
      /There is a distribution \w+ already that genato did not make/,
    ],
  ]

  test.each(strangers)(
    "%s with genato's name is neither changed nor deleted",
    async (_, what, make, message) => {
      await make(other())
      const before = await everything(other())
      const stack = await stackHere()
      const told = await refusal(stack.deploy())
      expect(told).toMatchObject({ code: 'NOT_OURS', exitCode: 1 })
      expect(told.message).toMatch(message)
      expect(told.hint).toMatch(/Use another --stack name/)
      expect(aws.proxy.writes()).toEqual([])
      const { notManaged: found } = await stack.status()
      expect(found).toEqual(what === 'access control' ? [] : [expect.stringContaining(what)])
      await stack.cleanup()
      expect(await everything(other())).toEqual(before)
      expect(aws.proxy.writes()).toEqual([])
    },
  )

  test('an empty bucket without tags is left over from an interrupted run, and is used', async () => {
    await other().s3.createBucket({ Bucket: IMAGES })
    const stack = await stackHere()
    expect(await stack.deploy()).toMatchObject({ finished: true })
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })

  test('two distributions for one bucket are refused, and so is a bucket that the configuration dropped', async () => {
    const stack = await stackHere()
    const { distribution } = await stack.deploy()
    const moved = await stackHere({ generate: { bucket: 'other-images-bucket' } })
    // If the configuration names the bucket, the switch is intended.
    await moved.deploy()
    const told = await refusal(stack.deploy())
    expect(told).toMatchObject({ code: 'OTHER_BUCKET', exitCode: 2 })
    expect(told.message).toContain(
      `Distribution ${distribution.id} serves from the bucket other-images-bucket`,
    )
    expect(told.hint).toContain("Set generate.bucket to 'other-images-bucket'")
    await strangers.at(-1)![2](other())
    expect(await refusal(stack.deploy())).toMatchObject({ code: 'TWO_DISTRIBUTIONS' })
  })

  test("users' own statements, tags, rules, behaviours, functions and policies are kept", async () => {
    const { cloudfront, iam, s3 } = other()
    const stack = await stackHere()
    const { distribution } = await stack.deploy()
    const Id = distribution.id
    // A viewer function, a behaviour, an error page and a comment.
    const theirs = await strangeFunction('theirs')
    await changeDistribution(other(), Id, ({ DefaultCacheBehavior, CustomErrorResponses }) => {
      const items = DefaultCacheBehavior!.LambdaFunctionAssociations!.Items!
      const { LambdaFunctionAssociations: _, ...behaviour } = DefaultCacheBehavior!
      return {
        Comment: 'ours now',
        DefaultRootObject: 'index.html',
        DefaultCacheBehavior: {
          ...DefaultCacheBehavior!,
          ViewerProtocolPolicy: 'redirect-to-https',
          LambdaFunctionAssociations: {
            Quantity: 2,
            Items: [...items, { EventType: 'origin-response', LambdaFunctionARN: theirs }],
          },
        },
        CacheBehaviors: { Quantity: 1, Items: [{ ...behaviour, PathPattern: '/api/*' }] },
        CustomErrorResponses: {
          Quantity: 1,
          Items: [
            {
              ...CustomErrorResponses!.Items![0]!,
              ErrorCode: 404,
              ResponsePagePath: '/404.svg',
              ResponseCode: '404',
              ErrorCachingMinTTL: 60,
            },
          ],
        },
      }
    })
    const policy = JSON.parse((await s3.getBucketPolicy({ Bucket: IMAGES })).Policy!) as {
      Statement: object[]
    }
    const backup = {
      Sid: 'Backup',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${IMAGES}/*`,
    }
    await s3.putBucketPolicy({
      Bucket: IMAGES,
      Policy: JSON.stringify({ ...policy, Statement: [backup, ...policy.Statement] }),
    })
    const tags = (await s3.getBucketTagging({ Bucket: IMAGES })).TagSet!
    await s3.putBucketTagging({ Bucket: IMAGES, Tagging: { TagSet: [...tags, { Key: 'team', Value: 'x' }] } })
    const rules = (await s3.getBucketLifecycleConfiguration({ Bucket: IMAGES })).Rules!
    const rule = {
      ID: 'theirs',
      Status: 'Enabled',
      Filter: { Prefix: 'tmp/' },
      Expiration: { Days: 3 },
    } as const
    await s3.putBucketLifecycleConfiguration({
      Bucket: IMAGES,
      LifecycleConfiguration: { Rules: [...rules, rule] },
    })
    await iam.putRolePolicy({
      RoleName: 'GenatoRole',
      PolicyName: 'more',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
      }),
    })
    await cloudfront.tagResource({
      Resource: distribution.arn,
      Tags: { Items: [{ Key: 'team', Value: 'x' }] },
    })

    aws.proxy.clear()
    await stack.deploy()
    expect(aws.proxy.writes()).toEqual([])
    const changed = await stackHere({
      generate: { memory: 2048, expireAfterDays: 7 },
      domain: { priceClass: 'PriceClass_100' },
    })
    expect((await changed.status()).differing).toEqual([
      'images bucket: lifecycle',
      'function: memory',
      'distribution: price class',
    ])
    await changed.deploy(smallPackage('two', 'gen2'))
    expect(await changed.status()).toMatchObject({ differing: [] })

    const { DistributionConfig: config } = await cloudfront.getDistributionConfig({ Id })
    expect(config).toMatchObject({
      Comment: 'ours now',
      PriceClass: 'PriceClass_100',
      DefaultRootObject: 'index.html',
      DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https' },
      CacheBehaviors: { Items: [{ PathPattern: '/api/*' }] },
      CustomErrorResponses: { Quantity: 1, Items: [{ ErrorCode: 404, ResponsePagePath: '/404.svg' }] },
    })
    expect(
      config!
        .DefaultCacheBehavior!.LambdaFunctionAssociations!.Items!.map(
          ({ LambdaFunctionARN }) => LambdaFunctionARN,
        )
        .sort(),
    ).toEqual([`${FUNCTION_ARN}:2`, theirs].sort())
    const statements = (
      JSON.parse((await s3.getBucketPolicy({ Bucket: IMAGES })).Policy!) as { Statement: { Sid: string }[] }
    ).Statement
    expect(statements.map(({ Sid }) => Sid)).toEqual(['Backup', 'GenatoDistributionRead'])
    expect(
      (await s3.getBucketLifecycleConfiguration({ Bucket: IMAGES })).Rules!.map(({ ID, Expiration }) => [
        ID,
        Expiration?.Days,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['theirs', 3],
        ['genato-generated-images', 7],
      ]),
    )
    expect((await s3.getBucketTagging({ Bucket: IMAGES })).TagSet).toContainEqual({ Key: 'team', Value: 'x' })
    expect((await cloudfront.listTagsForResource({ Resource: distribution.arn })).Tags!.Items).toContainEqual(
      { Key: 'team', Value: 'x' },
    )
    expect((await iam.listRolePolicies({ RoleName: 'GenatoRole' })).PolicyNames!.sort()).toEqual([
      'genato-images',
      'more',
    ])

    await changed.cleanup({ keepImages: true })
    expect(JSON.parse((await s3.getBucketPolicy({ Bucket: IMAGES })).Policy!)).toMatchObject({
      Statement: [{ Sid: 'Backup' }],
    })
    expect(await everything(other())).toEqual({
      ...NOTHING_LEFT,
      buckets: [IMAGES],
      roles: ['others'],
      functions: ['theirs'],
    })
  })

  test('another function on origin-request is not replaced', async () => {
    const stack = await stackHere()
    const { distribution } = await stack.deploy()
    const theirs = await strangeFunction('theirs')
    await changeDistribution(other(), distribution.id, ({ DefaultCacheBehavior }) => ({
      DefaultCacheBehavior: {
        ...(DefaultCacheBehavior as Behaviour),
        LambdaFunctionAssociations: {
          Quantity: 1,
          Items: [{ EventType: 'origin-request', LambdaFunctionARN: theirs }],
        },
      },
    }))
    const told = await refusal(stack.deploy(smallPackage('two')))
    expect(told).toMatchObject({ code: 'FUNCTION_TAKEN', exitCode: 1 })
    expect(told.message).toContain(`another function on origin-request: ${theirs}`)
    expect(told.hint).toContain('CloudFront console')
    expect((await stack.status()).differing).toEqual([`distribution: another function, ${theirs}`])
  })
})

describeAws('drift', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)

  const behaviour = async (id: string, change: Partial<Behaviour>) =>
    changeDistribution(other(), id, ({ DefaultCacheBehavior }) => ({
      DefaultCacheBehavior: { ...(DefaultCacheBehavior as Behaviour), ...change },
    }))

  const rows: [string, string, string[], (id: string, there: Somebody) => Promise<unknown>][] = [
    [
      'the trust of the role',
      'role: trust',
      ['UpdateAssumeRolePolicy'],
      async (_, { iam }) =>
        iam.updateAssumeRolePolicy({ RoleName: 'GenatoRole', PolicyDocument: WRONG_TRUST }),
    ],
    [
      'the inline policy',
      'role: policy genato-images',
      ['PutRolePolicy'],
      async (_, { iam }) => iam.deleteRolePolicy({ RoleName: 'GenatoRole', PolicyName: 'genato-images' }),
    ],
    [
      'the managed policy',
      'role: policy AWSLambdaBasicExecutionRole',
      ['AttachRolePolicy'],
      async (_, { iam }) =>
        iam.detachRolePolicy({
          RoleName: 'GenatoRole',
          PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
        }),
    ],
    [
      'the cache policy',
      'distribution: cache policy',
      ['UpdateDistribution'],
      async (id) => behaviour(id, { CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad' }),
    ],
    [
      'the association',
      'distribution: function',
      ['UpdateDistribution'],
      async (id) => behaviour(id, { LambdaFunctionAssociations: { Quantity: 0 } }),
    ],
    [
      'the enabled state of the distribution',
      'distribution: enabled',
      ['UpdateDistribution'],
      async (id, there) => changeDistribution(there, id, () => ({ Enabled: false })),
    ],
    [
      'the access control on the origin',
      'distribution: origin',
      ['UpdateDistribution'],
      async (id, there) =>
        changeDistribution(there, id, ({ Origins }) => ({
          Origins: { Quantity: 1, Items: [{ ...Origins!.Items![0]!, OriginAccessControlId: '' }] },
        })),
    ],
    [
      "the access control's signing",
      'access control: signing behavior',
      ['UpdateOriginAccessControl'],
      async (_, { cloudfront }) => {
        const { OriginAccessControlList } = await cloudfront.listOriginAccessControls({})
        const Id = OriginAccessControlList!.Items![0]!.Id!
        const { OriginAccessControl, ETag } = await cloudfront.getOriginAccessControl({ Id })
        const config = OriginAccessControl!.OriginAccessControlConfig!
        await cloudfront.updateOriginAccessControl({
          Id,
          IfMatch: ETag!,
          OriginAccessControlConfig: { ...config, SigningBehavior: 'never' },
        })
      },
    ],
    [
      'the bucket policy',
      'images bucket: policy',
      ['PutBucketPolicy'],
      async (_, { s3 }) => s3.deleteBucketPolicy({ Bucket: IMAGES }),
    ],
    [
      'the block of public access',
      'images bucket: public access block',
      ['PutPublicAccessBlock'],
      async (_, { s3 }) => s3.deletePublicAccessBlock({ Bucket: IMAGES }),
    ],
    [
      'object ownership',
      'images bucket: object ownership',
      ['PutBucketOwnershipControls'],
      async (_, { s3 }) =>
        s3.putBucketOwnershipControls({
          Bucket: IMAGES,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
        }),
    ],
    [
      'the lifecycle',
      'packages bucket: lifecycle',
      ['PutBucketLifecycleConfiguration'],
      async (_, { s3 }) => s3.deleteBucketLifecycle({ Bucket: PACKAGES }),
    ],
    [
      "the function's settings",
      'function: memory',
      ['UpdateFunctionConfiguration', 'PublishVersion', 'UpdateDistribution', 'AddPermission'],
      async (_, { lambda }) =>
        lambda.updateFunctionConfiguration({ FunctionName: 'genato-func', MemorySize: 128 }),
    ],
  ]

  test.each(rows)(
    'in %s: status reports it, and deploy repairs it and nothing else',
    async (_, differing, operations, change) => {
      const stack: StackRun = await stackOn({ endpoint: aws.proxy.endpoint })
      const { distribution } = await stack.deploy()
      await change(distribution.id, other())
      expect(await stack.status()).toMatchObject({ state: 'differs', differing: [differing] })
      aws.proxy.clear()
      await stack.deploy()
      // An unchanged function isn't published again.
      const published = operations.filter(
        (one) => operations.length === 1 || one === 'UpdateFunctionConfiguration',
      )
      expect(aws.proxy.writes().map(({ operation }) => operation)).toEqual(published)
      expect(await stack.status()).toMatchObject({ state: 'up to date', differing: [] })
      expect(await everything(other())).toEqual(ALL_THERE)
    },
  )

  test('in the code that somebody else uploaded is repaired', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    const { zip } = await smallPackage('theirs').zip()
    await aws.moto.settings({ function_reads: 0 })
    await other().lambda.updateFunctionCode({ FunctionName: 'genato-func', ZipFile: zip, Publish: true })
    expect(await stack.status()).toMatchObject({
      state: 'differs',
      differing: ['function: code'],
      unfinished: ['a newer version is published but not live: run deploy'],
    })
    expect(await stack.deploy()).toMatchObject({ version: 3, finished: true })
    expect(await stack.status()).toMatchObject({ differing: [] })
  })

  test('of everything but the distribution, deleted by hand, is repaired by one deploy', async () => {
    const { iam, lambda, s3 } = other()
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    await stack.session(async (session) => {
      const { removeRole } = await import('../../src/resources/role-removal.js')
      await removeRole(session, 'GenatoRole')
    })
    for (const Bucket of [IMAGES, PACKAGES]) {
      for (const { Key } of (await s3.listObjectsV2({ Bucket })).Contents ?? [])
        await s3.deleteObject({ Bucket, Key })
      await s3.deleteBucket({ Bucket })
    }
    expect((await stack.status()).differing).toEqual(
      expect.arrayContaining(['no images bucket', 'no packages bucket', 'no role']),
    )
    await stack.deploy()
    expect(await stack.status()).toMatchObject({ state: 'up to date', differing: [] })
    expect(await everything({ ...other(), iam, lambda })).toEqual(ALL_THERE)
  })
})
