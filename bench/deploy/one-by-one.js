// @ts-check
// The calls of baseline.sh from one process that waits for each response. Shows the time that remains without
// starting a program for each call.
//
// node one-by-one.js <stack> <package.zip>
import { readFile } from 'node:fs/promises'
import * as cf from '@aws-sdk/client-cloudfront'
import * as iam from '@aws-sdk/client-iam'
import * as lambda from '@aws-sdk/client-lambda'
import * as s3 from '@aws-sdk/client-s3'
import * as sts from '@aws-sdk/client-sts'

const [stack = '', zip = ''] = process.argv.slice(2)
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

const region = { region: 'us-east-1' }
const cloudfront = new cf.CloudFront(region)
const roles = new iam.IAM(region)
const functions = new lambda.Lambda(region)
const buckets = new s3.S3({ ...region, forcePathStyle: true })

const { Account: account = '' } = await new sts.STS(region).getCallerIdentity({})
const images = `${stack}-images-${account}`
const packages = `${stack}-lambda-${account}`
const FunctionName = `${stack}-func`
const RoleName = `${stack}-role`
const tag = { Key: 'genato:stack', Value: stack }

for (const Bucket of [images, packages]) {
  await buckets.createBucket({ Bucket })
  await buckets.putPublicAccessBlock({
    Bucket,
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  })
  await buckets.putBucketTagging({ Bucket, Tagging: { TagSet: [tag] } })
}
await buckets.putBucketLifecycleConfiguration({
  Bucket: images,
  LifecycleConfiguration: {
    Rules: [{ ID: 'images', Status: 'Enabled', Filter: { Prefix: 'generated/' }, Expiration: { Days: 90 } }],
  },
})

await unless(
  'EntityAlreadyExistsException',
  roles.createRole({
    RoleName,
    Tags: [tag],
    AssumeRolePolicyDocument: policy({
      Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    }),
  }),
)
await roles.attachRolePolicy({
  RoleName,
  PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
})
await roles.putRolePolicy({
  RoleName,
  PolicyName: 'images',
  PolicyDocument: policy(
    { Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::${images}/*` },
    { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${images}` },
  ),
})

const code = { S3Bucket: packages, S3Key: `${FunctionName}.zip` }
await buckets.putObject({ Bucket: packages, Key: code.S3Key, Body: await readFile(zip) })
const wait = { client: functions, maxWaitTime: 60 }
if (await unless('ResourceNotFoundException', functions.getFunction({ FunctionName }))) {
  await functions.updateFunctionCode({ FunctionName, ...code })
  await lambda.waitUntilFunctionUpdatedV2(wait, { FunctionName })
} else {
  await functions.createFunction({
    FunctionName,
    Role: `arn:aws:iam::${account}:role/${RoleName}`,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    MemorySize: 1769,
    Timeout: 30,
    Tags: { [tag.Key]: tag.Value },
    Code: code,
  })
  await lambda.waitUntilFunctionActiveV2(wait, { FunctionName })
  await functions.addPermission({
    FunctionName,
    StatementId: 'edge',
    Principal: 'edgelambda.amazonaws.com',
    Action: 'lambda:GetFunction',
  })
}
const { FunctionArn: version = '' } = await functions.publishVersion({ FunctionName })

const { DistributionList } = await cloudfront.listDistributions({})
const there = DistributionList?.Items?.find(({ Comment }) => Comment === stack)
const id = there?.Id ?? (await createDistribution())
if (there) await updateDistribution(id)
await buckets.putBucketPolicy({
  Bucket: images,
  Policy: policy({
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${images}/*`,
    Condition: { StringEquals: { 'AWS:SourceArn': `arn:aws:cloudfront::${account}:distribution/${id}` } },
  }),
})
await cf.waitUntilDistributionDeployed({ client: cloudfront, maxWaitTime: 3_600 }, { Id: id })
if (there)
  await cloudfront.createInvalidation({
    DistributionId: id,
    InvalidationBatch: { CallerReference: String(Date.now()), Paths: { Quantity: 1, Items: ['/*'] } },
  })
console.log(`deployed ${version} to ${id}`)

async function createDistribution() {
  const { OriginAccessControl } = await cloudfront.createOriginAccessControl({
    OriginAccessControlConfig: {
      Name: images,
      SigningProtocol: 'sigv4',
      SigningBehavior: 'always',
      OriginAccessControlOriginType: 's3',
    },
  })
  const origin = {
    Id: 'images',
    DomainName: `${images}.s3.us-east-1.amazonaws.com`,
    OriginAccessControlId: OriginAccessControl?.Id,
    S3OriginConfig: { OriginAccessIdentity: '' },
  }
  const { Distribution } = await cloudfront.createDistributionWithTags({
    DistributionConfigWithTags: {
      Tags: { Items: [tag] },
      DistributionConfig: {
        CallerReference: `${stack}-${account}`,
        Comment: stack,
        Enabled: true,
        Origins: { Quantity: 1, Items: [origin] },
        DefaultCacheBehavior: {
          TargetOriginId: origin.Id,
          ViewerProtocolPolicy: 'redirect-to-https',
          CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
          LambdaFunctionAssociations: {
            Quantity: 1,
            Items: [{ EventType: 'origin-request', LambdaFunctionARN: version, IncludeBody: false }],
          },
        },
      },
    },
  })
  return Distribution?.Id ?? ''
}

/** @param {string} id */
async function updateDistribution(id) {
  const { ETag, DistributionConfig } = await cloudfront.getDistributionConfig({ Id: id })
  if (!DistributionConfig) throw new Error(`${id} has no configuration.`)
  for (const one of DistributionConfig.DefaultCacheBehavior?.LambdaFunctionAssociations?.Items ?? [])
    one.LambdaFunctionARN = version
  await cloudfront.updateDistribution({ Id: id, IfMatch: ETag, DistributionConfig })
}

/** @param {object[]} statements that allow. */
function policy(...statements) {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Effect: 'Allow', ...one })),
  })
}

/**
 * @param {string} name of the one error that may occur.
 * @param {Promise<unknown>} call
 * @returns {Promise<boolean>} whether the call succeeded.
 */
async function unless(name, call) {
  try {
    await call
    return true
  } catch (error) {
    if (/** @type {Error} */ (error).name === name) return false
    throw error
  }
}
