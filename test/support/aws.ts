import { CloudFront, type DistributionConfig } from '@aws-sdk/client-cloudfront'
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import { S3 } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { Several } from '../../src/aws/together.js'
import { GenatoError } from '../../src/lib/errors.js'
import { startFaultProxy, type FaultProxy } from './fault-proxy.js'
import { borrowMoto, type Moto } from './moto/moto.js'

export const ACCOUNT = '123456789012'
export const IMAGES = `genato-images-${ACCOUNT}`
export const PACKAGES = `genato-lambda-${ACCOUNT}`
export const FUNCTION_ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:genato-func`

export interface Aws {
  moto: Moto
  proxy: FaultProxy
}

/** Moto behind a proxy, for all tests of a file. Emptied before each test. Call it in `describeAws`. */
export function useAws(): Aws {
  const aws = {} as Aws
  beforeAll(async () => {
    aws.moto = await borrowMoto()
    aws.proxy = await startFaultProxy(aws.moto.endpoint)
  })
  afterAll(async () => {
    await aws.proxy.close()
  })
  beforeEach(async () => {
    await aws.moto.reset()
    aws.proxy.clear()
  })
  return aws
}

/** Another user of the same account, or of the account with this number. Bypasses the proxy. */
export function somebody(endpoint: string, { account = ACCOUNT, region = 'us-east-1' } = {}) {
  const options = {
    region,
    endpoint,
    credentials: { accessKeyId: 'somebody', secretAccessKey: 'else' },
    forcePathStyle: true,
  }
  const all = {
    cloudfront: new CloudFront(options),
    iam: new IAM(options),
    lambda: new Lambda(options),
    logs: new CloudWatchLogs(options),
    s3: new S3(options),
  }
  for (const { middlewareStack } of Object.values(all))
    (middlewareStack as CloudFront['middlewareStack']).add(
      (next) => async (args) => {
        ;(args.request as { headers: Record<string, string> }).headers['x-moto-account-id'] = account
        return next(args)
      },
      { step: 'build' },
    )
  return all
}

export type Somebody = ReturnType<typeof somebody>

/** Changes a distribution as a user does in the console. */
export async function changeDistribution(
  { cloudfront }: Somebody,
  Id: string,
  change: (config: DistributionConfig) => Partial<DistributionConfig>,
): Promise<void> {
  const { DistributionConfig: config, ETag } = await cloudfront.getDistributionConfig({ Id })
  if (!config) throw new Error(`no distribution ${Id}`)
  await cloudfront.updateDistribution({
    Id,
    IfMatch: ETag,
    DistributionConfig: { ...config, ...change(config) },
  })
}

/** The names of everything in the account. */
export async function everything({ cloudfront, iam, lambda, s3 }: Somebody) {
  const [distributions, controls, roles, functions, buckets] = await Promise.all([
    cloudfront.listDistributions({}),
    cloudfront.listOriginAccessControls({}),
    iam.listRoles({}),
    lambda.listFunctions({}),
    s3.listBuckets({}),
  ])
  return {
    distributions: (distributions.DistributionList?.Items ?? []).length,
    controls: (controls.OriginAccessControlList?.Items ?? []).map(({ Name }) => Name),
    roles: (roles.Roles ?? []).map(({ RoleName }) => RoleName),
    functions: (functions.Functions ?? []).map(({ FunctionName }) => FunctionName),
    buckets: (buckets.Buckets ?? []).map(({ Name = '' }) => Name).sort(),
  }
}

export const NOTHING_LEFT = { distributions: 0, controls: [], roles: [], functions: [], buckets: [] }
export const ALL_THERE = {
  distributions: 1,
  controls: ['genato-images'],
  roles: ['GenatoRole'],
  functions: ['genato-func'],
  buckets: [IMAGES, PACKAGES],
}

export interface Refusal {
  code: string
  message: string
  hint: string | undefined
  exitCode: number
}

/** The errors of a failed run, one by one if there were several. */
export async function refusals(run: Promise<unknown>): Promise<Refusal[]> {
  try {
    await run
  } catch (error) {
    return (error instanceof Several ? error.errors : [error]).map((one) => {
      if (!(one instanceof GenatoError)) throw one
      const { code, message, hint, exitCode } = one
      return { code, message, hint, exitCode }
    })
  }
  throw new Error('it did not fail')
}

/** The only error of a failed run. */
export async function refusal(run: Promise<unknown>): Promise<Refusal> {
  const [one, ...others] = await refusals(run)
  if (!one || others.length > 0) throw new Error(`several failed: ${JSON.stringify([one, ...others])}`)
  return one
}
