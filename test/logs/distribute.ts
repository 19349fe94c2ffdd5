import { CloudFront } from '@aws-sdk/client-cloudfront'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'

/** Makes a distribution that runs the stack's function. @returns its id. */
export async function distribute(endpoint: string): Promise<string> {
  const options = {
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
  }
  const [cloudfront, iam, lambda] = [new CloudFront(options), new IAM(options), new Lambda(options)]
  const statement = {
    Effect: 'Allow',
    Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
    Action: 'sts:AssumeRole',
  }
  const { Role } = await iam.createRole({
    RoleName: 'edge',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  })
  const { FunctionArn, Version } = await lambda.createFunction({
    FunctionName: 'genato-func',
    Role: Role?.Arn,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Publish: true,
    Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from('') }) },
  })
  const origin = { Id: 'o', DomainName: 'b.s3.us-east-1.amazonaws.com' }
  const { Distribution } = await cloudfront.createDistribution({
    DistributionConfig: {
      CallerReference: 'one',
      Comment: '',
      Enabled: true,
      Origins: { Quantity: 1, Items: [{ ...origin, S3OriginConfig: { OriginAccessIdentity: '' } }] },
      DefaultCacheBehavior: {
        TargetOriginId: origin.Id,
        ViewerProtocolPolicy: 'redirect-to-https',
        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        LambdaFunctionAssociations: {
          Quantity: 1,
          Items: [{ EventType: 'origin-request', LambdaFunctionARN: `${FunctionArn}:${Version}` }],
        },
      },
    },
  })
  for (const client of [cloudfront, iam, lambda]) client.destroy()
  return Distribution?.Id ?? ''
}
