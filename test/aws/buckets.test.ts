import { expect, test } from 'vitest'
import type { Config } from '../../src/config/types.js'
import { untilGone } from '../../src/stacks/gone.js'
import { bucketObjects } from '../../src/objects/live-bucket.js'
import {
  ACCOUNT,
  everything,
  IMAGES,
  NOTHING_LEFT,
  PACKAGES,
  refusal,
  refusals,
  somebody,
  useAws,
} from '../support/aws.js'
import type { Fault } from '../support/fault-proxy.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

const ABORTED =
  'A conflicting conditional operation is currently in progress against this resource. Please try again.'
const NAMED = { images: 'photos-of-the-zoo', packages: 'packages-of-the-zoo' }
const aborted: Fault = { kind: 'error', code: 'OperationAborted', message: ABORTED, status: 409 }
const unknown: Fault = {
  kind: 'error',
  code: 'NoSuchBucket',
  message: 'The specified bucket does not exist',
  status: 404,
}

describeAws('buckets', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)
  const stackHere = async (config: Config = {}) => stackOn({ endpoint: aws.proxy.endpoint, config })
  const slept = (stack: { clock: { slept: number[] } }) => stack.clock.slept.reduce((sum, ms) => sum + ms, 0)
  const operations = () => aws.proxy.writes().map(({ operation }) => operation)
  const rulesOf = async (Bucket: string) =>
    (await other().s3.getBucketLifecycleConfiguration({ Bucket })).Rules ?? []

  test('a first deploy succeeds even if S3 and Lambda do not see the new buckets at first', async () => {
    await aws.moto.settings({ new_bucket_misses: 4 })
    const stack = await stackHere()
    expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
    for (const operation of [
      'PutBucketTagging',
      'PutBucketLifecycleConfiguration',
      'PutObject',
      'PutBucketPolicy',
      'CreateFunction',
    ])
      expect(
        aws.proxy.calls.filter((call) => call.operation === operation).length,
        operation,
      ).toBeGreaterThan(4)
    await aws.moto.settings({ new_bucket_misses: 0 })
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })

  test('a new bucket that stays unknown fails after a minute, an existing one at once', async () => {
    const stack = await stackHere()
    aws.proxy.fault({ operation: 'PutBucketTagging', times: Infinity, play: unknown })
    const told = await refusals(stack.deploy())
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining('NoSuchBucket'),
      expect.stringContaining('NoSuchBucket'),
    ])
    expect(slept(stack)).toBeGreaterThan(50_000)
    aws.proxy.clear()
    const later = await stackHere()
    await later.deploy()
    aws.proxy.clear()
    aws.proxy.fault({ operation: 'PutBucketLifecycleConfiguration', times: Infinity, play: unknown })
    await refusal((await stackHere({ generate: { expireAfterDays: 3 } })).deploy())
    expect(
      aws.proxy.calls.filter(({ operation }) => operation === 'PutBucketLifecycleConfiguration'),
    ).toHaveLength(1)
  })

  test('a bucket about which S3 contradicts itself is read again, with pauses and a limit', async () => {
    const stack = await stackHere()
    await stack.deploy()
    const play = { operation: 'GetBucketTagging', play: unknown }
    aws.proxy.fault({ ...play, times: 5 })
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
    expect(stack.clock.slept.length).toBeGreaterThanOrEqual(3)
    aws.proxy.fault({ ...play, times: Infinity })
    const [told] = await refusals(stack.status())
    expect(told).toMatchObject({ code: 'BUCKET_UNCLEAR' })
    expect(aws.proxy.calls.length).toBeLessThan(600)
  })

  test('cleanup waits until S3 and IAM stop returning deleted resources', async () => {
    const stack = await stackHere()
    await stack.deploy()
    await aws.moto.settings({ deleted_bucket_reads: 3, deleted_role_reads: 3 })
    await stack.cleanup()
    const gone = await stack.session(async (session, target) =>
      untilGone(session, target, { keepImages: false }),
    )
    expect(gone).toEqual({ imagesKept: false })
    expect(stack.said).toContainEqual(
      expect.stringMatching(/^done waiting for AWS to show that all of it is gone/),
    )
    expect(await everything(other())).toEqual(NOTHING_LEFT)
  })

  test('cleanup lists the resources that are still visible after a minute', async () => {
    const stack = await stackHere()
    await stack.deploy()
    await aws.moto.settings({ deleted_bucket_reads: 1000, deleted_role_reads: 1000 })
    await stack.cleanup()
    const told = await refusal(
      stack.session(async (session, target) => untilGone(session, target, { keepImages: false })),
    )
    expect(told).toMatchObject({ code: 'LEFT', exitCode: 3 })
    expect(told.message).toBe('Some resources are left: the role, the packages bucket, the images bucket.')
  })

  test.each(['InternalError', 'SlowDown', 'ServiceUnavailable'])(
    'keys that DeleteObjects refuses with %s are retried, without those that were deleted',
    async (refused_deletions_code) => {
      const stack = await stackHere()
      await stack.deploy()
      for (const name of ['a', 'b', 'c'])
        await other().s3.putObject({ Bucket: IMAGES, Key: `generated/gen1/${name}`, Body: 'x' })
      await aws.moto.settings({ refused_deletions: 4, refused_deletions_code })
      aws.proxy.clear()
      expect(await stack.purge()).toMatchObject({ objects: 3 })
      expect(operations().filter((one) => one === 'DeleteObjects')).toHaveLength(3)
      expect((await other().s3.listObjectsV2({ Bucket: IMAGES })).KeyCount).toBe(0)
      expect(slept(stack)).toBeGreaterThanOrEqual(1_250)
    },
  )

  test.each([
    ['InternalError', 'S3_FAILED', /overloaded/],
    ['AccessDenied', 'ACCESS_DENIED', /Allow s3:DeleteObject/],
    ['MalformedXML', 'NOT_DELETED', /once that is solved/],
  ])('keys that stay refused with %s end in %s', async (refused_deletions_code, code, hint) => {
    const stack = await stackHere()
    await stack.deploy()
    await other().s3.putObject({ Bucket: IMAGES, Key: 'generated/gen1/a', Body: 'x' })
    await aws.moto.settings({ refused_deletions: 1000, refused_deletions_code })
    const told = await refusal(stack.purge())
    expect(told.code).toBe(code)
    expect(told.message).toBe(
      `S3 did not delete 1 of the objects in ${IMAGES}, such as generated/gen1/a: ${refused_deletions_code}: Please try again.`,
    )
    expect(told.hint).toMatch(hint)
  })

  test.each([
    ['CreateBucket', `the deletion of an earlier bucket ${IMAGES}`, /may take an hour/],
    [
      'PutBucketLifecycleConfiguration',
      `an earlier change of bucket ${IMAGES}`,
      /Something else is changing/,
    ],
  ])(
    '%s that S3 aborts is retried for 5 minutes, and the output names the reason',
    async (operation, finishing, hint) => {
      const when = ({ resource }: { resource?: string }) => resource === IMAGES
      aws.proxy.fault({ operation, times: 12, when, play: aborted })
      const stack = await stackHere()
      expect(await stack.deploy()).toMatchObject({ finished: true })
      expect(slept(stack)).toBeGreaterThan(60_000)
      expect(stack.said).toContainEqual(expect.stringContaining(`done waiting for S3 to finish ${finishing}`))
      await stack.cleanup()
      aws.proxy.fault({ operation, times: Infinity, when, play: aborted })
      const told = await refusal(stack.deploy())
      expect(told).toMatchObject({
        code: 'BUCKET_BUSY',
        message: `S3 has not finished ${finishing} within 5 minutes (OperationAborted).`,
      })
      expect(told.hint).toMatch(hint)
    },
  )

  const KMS = {
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }],
    },
  }

  test('packages and images need no key in buckets with a KMS default, and deploy warns about other files', async () => {
    const { s3 } = other()
    const stack = await stackHere()
    for (const Bucket of [IMAGES, PACKAGES]) {
      await s3.createBucket({ Bucket })
      await s3.putBucketEncryption({ Bucket, ...KMS })
    }
    expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
    expect(stack.said.filter((line) => /^warn .*KMS/.test(line))).toEqual([
      expect.stringContaining(
        `The bucket ${IMAGES} encrypts new objects with a KMS key by default (aws:kms)`,
      ),
    ])
    await stack.session(async (session) =>
      bucketObjects(session, IMAGES).put('generated/gen1/a.svg', {
        body: Buffer.from('x'),
        contentType: 'image/svg+xml',
      }),
    )
    await s3.putObject({ Bucket: IMAGES, Key: 'file.svg', Body: 'x' })
    const encryption = async (Bucket: string, Key: string) =>
      (await s3.headObject({ Bucket, Key })).ServerSideEncryption
    expect(await encryption(IMAGES, 'generated/gen1/a.svg')).toBe('AES256')
    expect(await encryption(IMAGES, 'file.svg')).toBe('aws:kms')
    expect(await stack.deploy(smallPackage('two'))).toMatchObject({ version: 2 })
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })

  test('a bucket policy that demands KMS is refused before anything is written, with the name of the bucket', async () => {
    const { s3 } = other()
    const stack = await stackHere()
    await stack.deploy()
    const policy = JSON.parse((await s3.getBucketPolicy({ Bucket: IMAGES })).Policy!) as {
      Statement: object[]
    }
    const demand = {
      Sid: 'OnlyKms',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${IMAGES}/*`,
      Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
    }
    await s3.putBucketPolicy({
      Bucket: IMAGES,
      Policy: JSON.stringify({ ...policy, Statement: [...policy.Statement, demand] }),
    })
    aws.proxy.clear()
    const told = await refusal(stack.deploy(smallPackage('two')))
    expect(told.code).toBe('ENCRYPTION_DENIED')
    expect(told.message).toContain(
      `The policy of ${IMAGES} denies what genato stores there (statement OnlyKms)`,
    )
    expect(aws.proxy.writes()).toEqual([])
  })

  test("access: 'public' removes the statements for log delivery that older deploys wrote", async () => {
    const { s3 } = other()
    const stack = await stackHere({ generate: { access: 'public' } })
    await stack.deploy()
    const policy = JSON.parse((await s3.getBucketPolicy({ Bucket: IMAGES })).Policy!) as {
      Statement: object[]
    }
    const delivery = {
      Sid: 'GenatoLogDelivery',
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${IMAGES}/AWSLogs/${ACCOUNT}/*`,
      Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
    }
    await s3.putBucketPolicy({
      Bucket: IMAGES,
      Policy: JSON.stringify({ ...policy, Statement: [...policy.Statement, delivery] }),
    })
    expect((await stack.status()).differing).toEqual(['images bucket: policy'])
    await stack.deploy()
    expect((await s3.getBucketPolicy({ Bucket: IMAGES })).Policy).not.toContain('delivery.logs')
  })

  test('an empty bucket with a configured name is not used without --adopt', async () => {
    const { s3 } = other()
    await s3.createBucket({ Bucket: NAMED.images })
    const stack = await stackHere({
      generate: { bucket: NAMED.images },
      packages: { bucket: NAMED.packages },
    })
    const told = await refusal(stack.deploy())
    expect(told).toMatchObject({
      code: 'NOT_OURS',
      message: `There is a bucket ${NAMED.images} already, empty and without a tag.`,
    })
    expect(told.hint).toContain('an interrupted deploy left it, run genato deploy --adopt')
    expect(aws.proxy.writes()).toEqual([])
    await stack.cleanup()
    expect(aws.proxy.writes()).toEqual([])
    expect(await stack.deploy(smallPackage(), { adopt: true })).toMatchObject({ finished: true })
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })

  test('missing buckets with configured names are created without --adopt', async () => {
    const stack = await stackHere({
      generate: { bucket: NAMED.images },
      packages: { bucket: NAMED.packages },
    })
    expect(await stack.deploy()).toMatchObject({ finished: true })
    await stack.cleanup()
    expect(await everything(other())).toEqual(NOTHING_LEFT)
  })

  test.each(['Enabled', 'Suspended'] as const)(
    "older versions of genato's objects expire if versioning is %s",
    async (Status) => {
      const { s3 } = other()
      const stack = await stackHere()
      await stack.deploy()
      for (const Bucket of [IMAGES, PACKAGES])
        await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status } })
      expect((await stack.status()).differing).toEqual([
        'images bucket: lifecycle',
        'packages bucket: lifecycle',
      ])
      await stack.deploy()
      expect(await rulesOf(IMAGES)).toContainEqual(
        expect.objectContaining({
          Filter: { Prefix: 'generated/' },
          Expiration: { Days: 90 },
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        }),
      )
      expect(await rulesOf(PACKAGES)).toContainEqual(
        expect.objectContaining({
          Filter: { Prefix: 'genato-func/' },
          Expiration: { ExpiredObjectDeleteMarker: true },
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        }),
      )
      aws.proxy.clear()
      await stack.deploy()
      expect(aws.proxy.writes()).toEqual([])
      const forever = await stackHere({ generate: { expireAfterDays: false } })
      await forever.deploy()
      expect(await rulesOf(IMAGES)).toContainEqual(
        expect.objectContaining({ Expiration: { ExpiredObjectDeleteMarker: true } }),
      )
      expect(await forever.status()).toMatchObject({ state: 'up to date' })
    },
  )

  test("one deploy adds the account condition to an earlier version's role policy", async () => {
    const { iam } = other()
    const stack = await stackHere()
    await stack.deploy()
    const where = { RoleName: 'GenatoRole', PolicyName: 'genato-images' }
    const policy = JSON.parse(decodeURIComponent((await iam.getRolePolicy(where)).PolicyDocument!)) as {
      Statement: { Condition?: object }[]
    }
    for (const one of policy.Statement) {
      expect(one.Condition).toEqual({ StringEquals: { 'aws:ResourceAccount': ACCOUNT } })
      delete one.Condition
    }
    await iam.putRolePolicy({ ...where, PolicyDocument: JSON.stringify(policy) })
    expect((await stack.status()).differing).toEqual(['role: policy genato-images'])
    aws.proxy.clear()
    await stack.deploy()
    expect(operations()).toEqual(['PutRolePolicy'])
    aws.proxy.clear()
    await stack.deploy()
    expect(operations()).toEqual([])
  })

  test('cleanup and its dry run report the number of objects', async () => {
    const stack = await stackHere()
    await stack.deploy()
    for (const name of ['a', 'b', 'c'])
      await other().s3.putObject({ Bucket: IMAGES, Key: `generated/gen1/${name}`, Body: 'x' })
    await stack.cleanup({ dryRun: true })
    expect(stack.said).toContain(`planned would delete objects in ${IMAGES}: 3`)
    expect(stack.said).toContain(`planned would delete packages in ${PACKAGES}: 1`)
    await stack.cleanup()
    expect(stack.said).toContain(`done delete objects in ${IMAGES}: 3`)
    expect(stack.said).toContain(`done delete packages in ${PACKAGES}: 1`)
  })
})
