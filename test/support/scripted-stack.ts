import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { executionRoleTrust } from '../../templates/execution-role.js'
import { ACCOUNT, type Somebody } from './aws.js'
import { smallPackage } from './stack.js'

export const SCRIPTED_BUCKET = 'hello-images'
const BUCKET = SCRIPTED_BUCKET
const PUBLIC = {
  Sid: 'PublicRead',
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${BUCKET}/*`,
}

/**
 * Creates what the script before genato left, with changes made in the console: a public bucket, and a
 * distribution that reads it like anybody else. @returns the distribution's id.
 */
export async function scriptedStack(
  { cloudfront, iam, lambda, s3 }: Somebody,
  domain = `${BUCKET}.s3.amazonaws.com`,
): Promise<string> {
  await s3.createBucket({ Bucket: BUCKET })
  await s3.deletePublicAccessBlock({ Bucket: BUCKET })
  await s3.putBucketPolicy({
    Bucket: BUCKET,
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: [PUBLIC] }),
  })
  await s3.putObject({ Bucket: BUCKET, Key: 'old/200x100.png', Body: 'old' })
  await iam.createRole({
    RoleName: 'GenatoRole',
    AssumeRolePolicyDocument: JSON.stringify(executionRoleTrust()),
  })
  const s3All = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] }
  await iam.putRolePolicy({
    RoleName: 'GenatoRole',
    PolicyName: 'old',
    PolicyDocument: JSON.stringify(s3All),
  })
  const { zip } = await smallPackage('old').zip()
  const fn = await lambda.createFunction({
    FunctionName: 'genato-func',
    Role: `arn:aws:iam::${ACCOUNT}:role/GenatoRole`,
    Runtime: 'nodejs20.x',
    Handler: 'lambda.handler',
    MemorySize: 512,
    Timeout: 10,
    Code: { ZipFile: zip },
    Publish: true,
  })
  const config: DistributionConfig = {
    CallerReference: '1700000000000',
    Comment: 'images',
    Enabled: true,
    Origins: {
      Quantity: 1,
      Items: [{ Id: `S3-${BUCKET}`, DomainName: domain, S3OriginConfig: { OriginAccessIdentity: '' } }],
    },
    DefaultCacheBehavior: {
      TargetOriginId: `S3-${BUCKET}`,
      ViewerProtocolPolicy: 'allow-all',
      ForwardedValues: { QueryString: false, Cookies: { Forward: 'none' } },
      MinTTL: 0,
      DefaultTTL: 86_400,
      MaxTTL: 31_536_000,
      LambdaFunctionAssociations: {
        Quantity: 1,
        Items: [{ EventType: 'origin-request', LambdaFunctionARN: `${fn.FunctionArn}:${fn.Version}` }],
      },
    },
  }
  const made = await cloudfront.createDistribution({ DistributionConfig: config })
  return made.Distribution!.Id!
}
