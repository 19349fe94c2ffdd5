import { expect, test } from 'vitest'
import type { Config } from '../../src/config/types.js'
import { planAdoption } from '../../src/stacks/adopt.js'
import { deploy } from '../../src/stacks/deploy.js'
import { ACCOUNT, IMAGES, somebody, useAws } from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { SCRIPTED_BUCKET, scriptedStack } from '../support/scripted-stack.js'
import { smallPackage, stackOn } from '../support/stack.js'
import { readAs, watchUncached } from '../support/uncached.js'

const FILE = 'old/200x100.png'
const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
}

describeAws('who may read the images bucket', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)
  const watch = (id: string, key: string) => watchUncached({ other: other(), proxy: aws.proxy }, { id, key })
  const sidsOf = async (Bucket: string) => {
    const { Policy = '{}' } = await other().s3.getBucketPolicy({ Bucket })
    return (JSON.parse(Policy) as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid)
  }
  const blockOf = async (Bucket: string) =>
    (await other().s3.getPublicAccessBlock({ Bucket })).PublicAccessBlockConfiguration
  const tagsOf = async (Bucket: string) => (await other().s3.getBucketTagging({ Bucket })).TagSet

  /** The output of the last adoption. */
  let said: string[] = []

  async function adopt(wait: boolean) {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    ;({ said } = stack)
    return stack.session(async (session, first) => {
      const { stack: planned, keep } = await planAdoption(session, first)
      const options = { adopt: true, wait, confirmFiles: async () => undefined }
      await deploy(session, planned, { edge: smallPackage() }, options)
      return keep
    })
  }

  test('an adopted public bucket is closed after the rollout, and no uncached file is refused on the way', async () => {
    await aws.moto.settings({ distribution_reads: 3 })
    const id = await scriptedStack(other())
    const { answers } = watch(id, FILE)
    await adopt(true)
    expect(answers.length).toBeGreaterThan(30)
    expect(answers.filter((answer) => !answer.startsWith('200'))).toEqual([])
    expect(answers.some((answer) => answer.endsWith('PutPublicAccessBlock'))).toBe(true)
    expect(await sidsOf(SCRIPTED_BUCKET)).toEqual(['GenatoDistributionRead'])
    expect(await blockOf(SCRIPTED_BUCKET)).toEqual(ALL_BLOCKED)
    expect(await tagsOf(SCRIPTED_BUCKET)).not.toContainEqual(
      expect.objectContaining({ Key: 'genato:closing' }),
    )
    expect(await readAs(other(), 'anyone', SCRIPTED_BUCKET, FILE)).toBeUndefined()
  })

  test('a deploy without waiting leaves closing it to the next one, and status says so until then', async () => {
    await aws.moto.settings({ distribution_reads: 3 })
    const id = await scriptedStack(other())
    const { answers } = watch(id, FILE)
    const config = await adopt(false)
    expect(await sidsOf(SCRIPTED_BUCKET)).toEqual(['PublicRead', 'GenatoDistributionRead'])
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config })
    const status = await stack.status()
    expect(status).toMatchObject({ state: 'under way', differing: [] })
    expect(status.unfinished.join('\n')).toContain(
      'the images bucket can still be read by anyone: deploy closes it',
    )
    await stack.deploy()
    expect(answers.filter((answer) => !answer.startsWith('200'))).toEqual([])
    expect(await sidsOf(SCRIPTED_BUCKET)).toEqual(['GenatoDistributionRead'])
    expect(await blockOf(SCRIPTED_BUCKET)).toEqual(ALL_BLOCKED)
    const closed = await stack.status()
    expect(closed.differing).toEqual([])
    expect(closed.unfinished.join('\n')).not.toContain('images bucket')
    aws.proxy.clear()
    await stack.deploy()
    expect(aws.proxy.writes()).toEqual([])
  })

  test('a bucket that blocks new public policies keeps its current one until the rollout', async () => {
    const id = await scriptedStack(other())
    const block = { ...ALL_BLOCKED, RestrictPublicBuckets: false }
    await other().s3.putPublicAccessBlock({ Bucket: SCRIPTED_BUCKET, PublicAccessBlockConfiguration: block })
    const { answers } = watch(id, FILE)
    await adopt(true)
    expect(answers.filter((answer) => !answer.startsWith('200'))).toEqual([])
    expect(await blockOf(SCRIPTED_BUCKET)).toEqual(ALL_BLOCKED)
  })

  test('a bucket whose ACL lets somebody in is closed too', async () => {
    await scriptedStack(other())
    await other().s3.putBucketOwnershipControls({
      Bucket: SCRIPTED_BUCKET,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
    })
    aws.proxy.fault({
      operation: 'PutBucketOwnershipControls',
      play: {
        kind: 'error',
        status: 400,
        code: 'InvalidBucketAclWithObjectOwnership',
        message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
      },
    })
    await adopt(true)
    expect(aws.proxy.writes().map(({ operation }) => operation)).toContain('PutBucketAcl')
    const { OwnershipControls } = await other().s3.getBucketOwnershipControls({ Bucket: SCRIPTED_BUCKET })
    expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }])
  })

  test('public statements are removed at once if the account blocks public policies', async () => {
    await scriptedStack(other())
    // The account blocks them, so lifting the bucket's own block doesn't help.
    const denied = aws.proxy.fault({
      operation: 'PutBucketPolicy',
      times: Infinity,
      when: () => !said.join('').includes('The account blocks public policies'),
      play: {
        kind: 'error',
        status: 403,
        code: 'AccessDenied',
        message: 'public policies are blocked by the BlockPublicPolicy block public access setting',
      },
    })
    await adopt(true)
    expect(denied()).toBeGreaterThan(0)
    expect(await sidsOf(SCRIPTED_BUCKET)).toEqual(['GenatoDistributionRead'])
  })

  test("users' public statements in a bucket that became private change nothing on later deploys", async () => {
    const open = await stackOn({ endpoint: aws.proxy.endpoint, config: { generate: { access: 'public' } } })
    await open.deploy()
    const { Policy = '' } = await other().s3.getBucketPolicy({ Bucket: IMAGES })
    const { Statement, ...rest } = JSON.parse(Policy) as { Statement: object[] }
    const theirs = { ...Statement[0], Sid: 'Theirs' }
    await other().s3.putBucketPolicy({
      Bucket: IMAGES,
      Policy: JSON.stringify({ ...rest, Statement: [...Statement, theirs] }),
    })
    const closed = await stackOn({ endpoint: aws.proxy.endpoint })
    await closed.deploy()
    expect(await blockOf(IMAGES)).toEqual(ALL_BLOCKED)
    aws.proxy.clear()
    await closed.deploy()
    expect(aws.proxy.writes()).toEqual([])
    await closed.cleanup({ keepImages: true })
    expect(closed.said.join('\n')).toContain(`warn The policy of ${IMAGES} stays as it is`)
  })

  test.each([
    ['private', 'public'],
    ['public', 'private'],
  ] as const)('from %s to %s, no uncached image is refused', async (from, to) => {
    await aws.moto.settings({ distribution_reads: 3 })
    const before = await stackOn({ endpoint: aws.proxy.endpoint, config: { generate: { access: from } } })
    const { distribution } = await before.deploy()
    await other().s3.putObject({ Bucket: IMAGES, Key: 'mine.png', Body: 'mine' })
    const { answers } = watch(distribution.id, 'mine.png')
    const after = await stackOn({ endpoint: aws.proxy.endpoint, config: { generate: { access: to } } })
    await after.deploy(smallPackage(), { wait: false })
    expect((await sidsOf(IMAGES)).sort()).toEqual(['GenatoDistributionRead', 'GenatoPublicRead'])
    expect(await after.status()).toMatchObject({ state: 'under way', differing: [] })
    await after.deploy()
    expect(answers.filter((answer) => !answer.startsWith('200'))).toEqual([])
    expect(await sidsOf(IMAGES)).toEqual([to === 'public' ? 'GenatoPublicRead' : 'GenatoDistributionRead'])
    expect(await after.status()).toMatchObject({ differing: [] })
    aws.proxy.clear()
    await after.deploy()
    expect(aws.proxy.writes()).toEqual([])
  })

  test.each([
    [undefined, '*', `arn:aws:s3:::${IMAGES}/*`],
    [true, '*', `arn:aws:s3:::${IMAGES}/*`],
    [false, 'generated/*', `arn:aws:s3:::${IMAGES}/generated/*`],
    ['site/', 'both', [`arn:aws:s3:::${IMAGES}/generated/*`, `arn:aws:s3:::${IMAGES}/site/*`]],
  ])('files: %s lets the distribution and the function read %s', async (files, _what, resource) => {
    const stack = await stackOn({
      endpoint: aws.proxy.endpoint,
      config: files === undefined ? {} : { generate: { files } },
    })
    await stack.deploy()
    const { Policy = '' } = await other().s3.getBucketPolicy({ Bucket: IMAGES })
    const { PolicyDocument = '' } = await other().iam.getRolePolicy({
      RoleName: 'GenatoRole',
      PolicyName: 'genato-images',
    })
    for (const document of [Policy, decodeURIComponent(PolicyDocument)]) {
      const { Statement } = JSON.parse(document) as { Statement: { Action: string; Resource: unknown }[] }
      expect(Statement.find(({ Action }) => Action === 's3:GetObject')).toMatchObject({ Resource: resource })
    }
    expect(await stack.status()).toMatchObject({ differing: [] })
  })

  test('a narrower or wider files setting is drift, and one deploy applies it', async () => {
    await (await stackOn({ endpoint: aws.proxy.endpoint })).deploy()
    const narrow = await stackOn({ endpoint: aws.proxy.endpoint, config: { generate: { files: false } } })
    expect((await narrow.status()).differing).toEqual(
      expect.arrayContaining(['images bucket: policy', 'role: policy genato-images']),
    )
    await narrow.deploy()
    expect(await narrow.status()).toMatchObject({ differing: [] })
  })
})

describeAws('files in an existing bucket', () => {
  const aws = useAws()
  const NAMED = 'my-images'
  const config: Config = { generate: { bucket: NAMED } }
  const other = () => somebody(aws.moto.endpoint)

  /** A bucket of the stack with a name from the configuration, and with files in it. */
  async function bucketWith(keys: string[]) {
    const { s3 } = other()
    await s3.createBucket({ Bucket: NAMED })
    await s3.putBucketTagging({
      Bucket: NAMED,
      Tagging: { TagSet: [{ Key: 'genato:stack', Value: 'genato' }] },
    })
    for (const Key of keys) await s3.putObject({ Bucket: NAMED, Key, Body: 'x' })
  }

  test('are counted, and deploy asks about them once, before anything is written', async () => {
    await bucketWith(['a.png', 'generated/g/1', 'generated/g/2', 'z/b.png'])
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config })
    const questions: string[] = []
    const refused = stack.deploy(smallPackage(), {
      async confirmFiles(question) {
        questions.push(question)
        throw new Error('no')
      },
    })
    await expect(refused).rejects.toThrow('no')
    expect(questions).toEqual([
      expect.stringContaining('The bucket my-images has 2 files that genato did not make'),
    ])
    expect(aws.proxy.writes()).toEqual([])
    await stack.deploy(smallPackage(), { confirmFiles: async () => undefined })
    // The harness fails a run that asks.
    await stack.deploy()
    expect(await stack.status()).toMatchObject({ state: 'up to date' })
  })

  test.each([{ files: true }, { files: false }, { files: 'z/' }])(
    'raise no question if the configuration says %o',
    async (files) => {
      await bucketWith(['a.png'])
      await (
        await stackOn({
          endpoint: aws.proxy.endpoint,
          config: { generate: { ...config.generate, ...files } },
        })
      ).deploy()
    },
  )

  test('that the distribution already reads are only mentioned', async () => {
    await bucketWith([])
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config })
    await stack.deploy()
    await other().s3.putObject({ Bucket: NAMED, Key: 'a.png', Body: 'x' })
    await other().s3.putBucketTagging({
      Bucket: NAMED,
      Tagging: { TagSet: [{ Key: 'genato:stack', Value: 'genato' }] },
    })
    await stack.deploy()
    expect(stack.said.join('\n')).toContain('warn The bucket my-images has 1 file that genato did not make')
    stack.said.splice(0)
    await stack.deploy()
    expect(stack.said.join('\n')).not.toContain('my-images has')
  })

  test('raise a question when files is widened', async () => {
    const narrow = await stackOn({ endpoint: aws.proxy.endpoint, config: { generate: { files: false } } })
    await narrow.deploy()
    await other().s3.putObject({ Bucket: IMAGES, Key: 'secret.png', Body: 'x' })
    const questions: string[] = []
    const wide = await stackOn({ endpoint: aws.proxy.endpoint })
    await wide.deploy(smallPackage(), { confirmFiles: async (question) => void questions.push(question) })
    expect(questions).toEqual([expect.stringContaining(`The bucket ${IMAGES} has 1 file`)])
    // The harness fails a run that asks.
    await wide.deploy()
  })

  test('are no question in a bucket that genato creates, whatever its name', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config })
    await stack.deploy()
    await other().s3.putObject({ Bucket: NAMED, Key: 'a.png', Body: 'x' })
    await stack.deploy()
  })

  test('are mentioned in the question about an adoption, which is then the only one', async () => {
    await scriptedStack(other())
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const plan = await stack.session(async (session, target) => planAdoption(session, target))
    expect(plan.text).toContain('The bucket hello-images has 1 file that genato did not make')
    expect(plan.saysFiles).toBe(true)
    expect(plan.stack.account).toBe(ACCOUNT)
  })
})
