import { beforeEach, expect, test } from 'vitest'
import { CACHE_POLICY } from '../../templates/distribution.js'
import type { Config } from '../../src/config/types.js'
import { planAdoption } from '../../src/stacks/adopt.js'
import { deploy } from '../../src/stacks/deploy.js'
import {
  ACCOUNT,
  changeDistribution,
  everything,
  FUNCTION_ARN,
  NOTHING_LEFT,
  PACKAGES,
  refusal,
  refusals,
  somebody,
  useAws,
} from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { SCRIPTED_BUCKET as BUCKET, scriptedStack } from '../support/scripted-stack.js'
import { smallPackage, stackOn } from '../support/stack.js'

describeAws('adopting what the old script left', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)
  const asked: string[] = []
  beforeEach(() => void asked.splice(0))

  const oldStack = async (domain?: string) => scriptedStack(other(), domain)

  /** `genato deploy --adopt`, after it was confirmed. */
  async function adopt(config: Config = {}) {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config })
    return stack.session(async (session, target) => {
      const adoption = await planAdoption(session, target)
      const planned = aws.proxy.writes().length
      const deployed = await deploy(
        session,
        adoption.stack,
        { edge: smallPackage() },
        {
          adopt: true,
          wait: true,
          confirmFiles: async (question) => void asked.push(question),
        },
      )
      return { adoption, deployed, planned }
    })
  }

  test('without --adopt, deploy refuses and changes nothing', async () => {
    await oldStack()
    const before = await everything(other())
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const told = await refusals(stack.deploy())
    expect(told.map(({ code }) => code).sort()).toEqual(['NOT_OURS', 'NOT_OURS', 'OTHER_BUCKET'])
    expect(told[0]!.hint).toContain('genato deploy --adopt')
    expect(aws.proxy.writes()).toEqual([])
    expect(await refusal(stack.cleanup())).toMatchObject({ code: 'OTHER_BUCKET', exitCode: 2 })
    expect(await everything(other())).toEqual(before)
  })

  test.each([`${BUCKET}.s3.amazonaws.com`, `${BUCKET}.s3.us-east-1.amazonaws.com`])(
    'deploy --adopt announces the changes, adopts everything, and makes the bucket private: origin %s',
    async (domain) => {
      const { cloudfront, s3 } = other()
      const id = await oldStack(domain)
      const { adoption, deployed, planned } = await adopt()
      expect(planned).toBe(0)
      expect(adoption.adopts).toEqual([
        `bucket ${BUCKET}`,
        'function genato-func',
        'role GenatoRole',
        `distribution ${id}`,
      ])
      expect(adoption.keep).toEqual({ generate: { bucket: BUCKET } })
      expect(adoption.text).toContain(`The bucket ${BUCKET} is public now. It becomes private once`)
      expect(adoption.text).toContain('{"generate":{"bucket":"hello-images"}}')
      expect(deployed).toMatchObject({ version: 2, finished: true, distribution: { id } })

      const { DistributionConfig: now } = await cloudfront.getDistributionConfig({ Id: id })
      expect(now).toMatchObject({
        Comment: 'images',
        CallerReference: '1700000000000',
        Origins: { Quantity: 1, Items: [{ DomainName: `${BUCKET}.s3.us-east-1.amazonaws.com` }] },
        DefaultCacheBehavior: {
          CachePolicyId: CACHE_POLICY,
          ViewerProtocolPolicy: 'https-only',
          LambdaFunctionAssociations: { Items: [{ LambdaFunctionARN: `${FUNCTION_ARN}:2` }] },
        },
      })
      expect(now!.DefaultCacheBehavior).not.toHaveProperty('ForwardedValues')
      expect(now!.Origins!.Items![0]!.OriginAccessControlId).toMatch(/\w/)
      const policy = JSON.parse((await s3.getBucketPolicy({ Bucket: BUCKET })).Policy!) as {
        Statement: { Sid: string }[]
      }
      expect(policy.Statement.map(({ Sid }) => Sid)).toEqual(['GenatoDistributionRead'])
      const block = (await s3.getPublicAccessBlock({ Bucket: BUCKET })).PublicAccessBlockConfiguration
      expect(Object.values(block ?? {})).toEqual([true, true, true, true])
      // Other code generated the images that are still cached.
      expect(aws.proxy.writes().map(({ operation }) => operation)).toContain('CreateInvalidation')

      const stack = await stackOn({ endpoint: aws.proxy.endpoint, config: adoption.keep })
      aws.proxy.clear()
      await stack.deploy()
      expect(aws.proxy.writes()).toEqual([])
      expect(await stack.status()).toMatchObject({ differing: [], notManaged: [] })
      // If nobody wrote down the bucket's name as advised, the error names the bucket.
      const forgot = await stackOn({ endpoint: aws.proxy.endpoint })
      expect(await refusal(forgot.deploy())).toMatchObject({ code: 'OTHER_BUCKET', exitCode: 2 })
      expect(await refusal(stack.cleanup())).toMatchObject({ code: 'FILES_LEFT' })
      await stack.cleanup({ deleteFiles: true })
      expect(await everything(other())).toEqual(NOTHING_LEFT)
    },
  )

  test("access: 'public' keeps it public", async () => {
    await oldStack()
    const { adoption } = await adopt({ generate: { access: 'public' } })
    expect(adoption.text).not.toContain('It becomes private')
    const { Policy } = await other().s3.getBucketPolicy({ Bucket: BUCKET })
    const sids = (JSON.parse(Policy!) as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid)
    expect(sids).toContain('PublicRead')
  })

  test('an interrupted adoption is finished by the next run', async () => {
    const id = await oldStack()
    for (const operation of [
      'PutBucketTagging',
      'UpdateFunctionCode',
      'UpdateDistribution',
      'PutBucketPolicy',
    ]) {
      aws.proxy.fault({
        operation,
        when: ({ resource }) => resource !== PACKAGES,
        play: {
          kind: 'error',
          status: 403,
          code: operation.includes('Function') ? 'AccessDeniedException' : 'AccessDenied',
          message: 'no',
        },
      })
      expect(await refusal(adopt())).toMatchObject({
        code: expect.stringMatching(/ACCESS_DENIED|PUBLIC_STATEMENTS/) as string,
      })
    }
    const { deployed } = await adopt()
    expect(deployed).toMatchObject({ finished: true, distribution: { id } })
    const { Policy } = await other().s3.getBucketPolicy({ Bucket: BUCKET })
    expect(Policy).not.toContain('PublicRead')
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config: { generate: { bucket: BUCKET } } })
    expect(await stack.status()).toMatchObject({ differing: [] })
  })

  test('a role that other functions use too is refused, and nothing is changed', async () => {
    await oldStack()
    const { zip } = await smallPackage('old').zip()
    await other().lambda.createFunction({
      FunctionName: 'something-else',
      Role: `arn:aws:iam::${ACCOUNT}:role/GenatoRole`,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: zip },
    })
    const told = await refusal(adopt())
    expect(told).toMatchObject({ code: 'ROLE_SHARED' })
    expect(told.message).toContain('used by other functions too: something-else')
    expect(aws.proxy.writes()).toEqual([])
  })

  test.each(['another function', 'an origin path'])(
    'a distribution with %s is refused, and nothing is changed',
    async (what) => {
      const id = await scriptedStack(other())
      const { zip } = await smallPackage('old').zip()
      const fn = await other().lambda.createFunction({
        FunctionName: 'something-else',
        Role: `arn:aws:iam::${ACCOUNT}:role/GenatoRole`,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: zip },
        Publish: true,
      })
      // Lambda needs a moment before the function is active.
      await other().lambda.getFunction({ FunctionName: 'something-else' })
      await other().lambda.getFunction({ FunctionName: 'something-else', Qualifier: '1' })
      const elsewhere = `${FUNCTION_ARN.replace('genato-func', 'something-else')}:${fn.Version}`
      await changeDistribution(other(), id, ({ Origins, DefaultCacheBehavior }) =>
        what === 'an origin path'
          ? { Origins: { ...Origins!, Items: [{ ...Origins!.Items![0]!, OriginPath: '/site' }] } }
          : {
              DefaultCacheBehavior: {
                ...DefaultCacheBehavior!,
                LambdaFunctionAssociations: {
                  Quantity: 1,
                  Items: [{ EventType: 'origin-request', LambdaFunctionARN: elsewhere }],
                },
              },
            },
      )
      const code = what === 'an origin path' ? 'ORIGIN_PATH' : 'FUNCTION_TAKEN'
      expect(await refusal(adopt({ generate: { bucket: BUCKET } }))).toMatchObject({ code })
      expect(aws.proxy.writes()).toEqual([])
    },
  )

  test("resources with another stack's tag are not adopted", async () => {
    const id = await oldStack()
    const Resource = `arn:aws:cloudfront::${ACCOUNT}:distribution/${id}`
    await other().cloudfront.tagResource({
      Resource,
      Tags: { Items: [{ Key: 'genato:stack', Value: 'else' }] },
    })
    const told = await refusal(adopt())
    expect(told).toMatchObject({ code: 'NOT_OURS' })
    expect(told.message).toContain('belongs to the stack else')
    expect(aws.proxy.writes()).toEqual([])
  })

  test('an account with nothing to adopt is reported as such', async () => {
    const { adoption } = await adopt()
    expect(adoption).toMatchObject({ adopts: [], keep: {}, text: 'There is nothing to adopt.' })
  })
})
