import type { AccessKey } from '@aws-sdk/client-iam'
import { expect, test } from 'vitest'
import type { Config } from '../../src/config/types.js'
import type { Statement } from '../../templates/policy.js'
import { operatorPolicy } from '../../templates/operator-policy.js'
import { BASIC_EXECUTION } from '../../templates/execution-role.js'
import {
  ACCOUNT,
  changeDistribution,
  everything,
  FUNCTION_ARN,
  IMAGES,
  NOTHING_LEFT,
  PACKAGES,
  refusal,
  somebody,
  useAws,
} from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn, type StackRun } from '../support/stack.js'

const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/limit`
const STACK = {
  buckets: [IMAGES, PACKAGES],
  functions: [{ name: 'genato-func', region: 'us-east-1', role: 'GenatoRole' }],
}
const POLICY = operatorPolicy(STACK, ACCOUNT)
const statement = (sid: string): Statement => {
  const found = POLICY.Statement.find(({ Sid }) => Sid === sid)
  if (!found) throw new Error(`no statement ${sid}`)
  return found
}

describeAws('the printed policy', () => {
  const aws = useAws()

  /** Creates a user with only these statements, and runs the stack's commands as that user. */
  async function asOperator(statements: Statement[], config: Config = {}): Promise<StackRun> {
    const { iam } = somebody(aws.moto.endpoint)
    await iam.createUser({ UserName: 'operator' })
    await iam.putUserPolicy({
      UserName: 'operator',
      PolicyName: 'genato',
      PolicyDocument: JSON.stringify({ ...POLICY, Statement: statements }),
    })
    const { AccessKey } = await iam.createAccessKey({ UserName: 'operator' })
    const stack = await stackOn({
      endpoint: aws.proxy.endpoint,
      config: { logs: { retentionDays: 14 }, ...config },
    })
    key = AccessKey!
    process.env['AWS_ACCESS_KEY_ID'] = AccessKey!.AccessKeyId!
    process.env['AWS_SECRET_ACCESS_KEY'] = AccessKey!.SecretAccessKey!
    await aws.moto.enforceIam(true)
    return stack
  }

  let key: AccessKey

  /** A stack's whole life, including repairs by deploy. */
  async function wholeLife(stack: StackRun, between: () => Promise<void>): Promise<void> {
    await stack.deploy(smallPackage('one', 'gen1'))
    await between()
    await stack.deploy(smallPackage('two', 'gen1'))
    await stack.deploy(smallPackage('three', 'gen2'))
    await stack.status()
    await stack.purge()
    await stack.cleanup()
  }

  /** Makes changes as somebody else, while no policy is enforced. */
  async function drift(): Promise<void> {
    await aws.moto.enforceIam(false)
    const { cloudfront, iam, lambda, s3 } = somebody(aws.moto.endpoint)
    for (const Bucket of [IMAGES, PACKAGES]) await s3.deletePublicAccessBlock({ Bucket })
    await s3.putObject({ Bucket: IMAGES, Key: 'generated/gen1/a.svg', Body: 'a' })
    await s3.putBucketVersioning({ Bucket: IMAGES, VersioningConfiguration: { Status: 'Enabled' } })
    await s3.putBucketOwnershipControls({
      Bucket: IMAGES,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
    })
    const trust = {
      ...POLICY,
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    }
    await iam.updateAssumeRolePolicy({ RoleName: 'GenatoRole', PolicyDocument: JSON.stringify(trust) })
    await lambda.updateFunctionConfiguration({ FunctionName: 'genato-func', MemorySize: 128 })
    const { OriginAccessControlList: list } = await cloudfront.listOriginAccessControls({})
    const { OriginAccessControl, ETag } = await cloudfront.getOriginAccessControl({ Id: list!.Items![0]!.Id })
    await cloudfront.updateOriginAccessControl({
      Id: OriginAccessControl!.Id,
      IfMatch: ETag,
      OriginAccessControlConfig: {
        ...OriginAccessControl!.OriginAccessControlConfig!,
        SigningBehavior: 'no-override',
      },
    })
    await aws.moto.enforceIam(true)
  }

  test("is enough for a stack's whole life", async () => {
    const stack = await asOperator(POLICY.Statement)
    await wholeLife(stack, drift)
    expect(stack.said.filter((one) => one.startsWith('warn '))).toEqual([])
    await aws.moto.enforceIam(false)
    expect(await everything(somebody(aws.moto.endpoint))).toEqual(NOTHING_LEFT)
  })

  test('is enough with a permissions boundary too, and then grants nothing to a role without one', async () => {
    const { Statement } = operatorPolicy({ ...STACK, boundary: BOUNDARY }, ACCOUNT)
    const stack = await asOperator(Statement, { permissionsBoundary: BOUNDARY })
    await wholeLife(stack, drift)
    const unbounded = await stackOn({ endpoint: aws.proxy.endpoint })
    process.env['AWS_ACCESS_KEY_ID'] = key.AccessKeyId!
    process.env['AWS_SECRET_ACCESS_KEY'] = key.SecretAccessKey!
    const told = await refusal(unbounded.deploy())
    expect(told).toMatchObject({ code: 'ACCESS_DENIED' })
    expect(told.message).toContain('iam:CreateRole')
  })

  test('allows reading the web ACL of a distribution, which an update needs', async () => {
    const acl = `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/limit/1`
    const life = async (sids: (sid: string) => boolean) => {
      await aws.moto.enforceIam(false)
      const admin = await stackOn({ endpoint: aws.moto.endpoint })
      const { distribution } = await admin.deploy()
      await changeDistribution(somebody(aws.moto.endpoint), distribution.id, () => ({ WebACLId: acl }))
      const stack = await asOperator(POLICY.Statement.filter(({ Sid = '' }) => sids(Sid)))
      return stack.deploy(smallPackage('two'))
    }
    const told = await refusal(life((sid) => sid !== 'WebAcls'))
    expect(told.message).toContain('InvalidWebACLId')
    await aws.moto.reset()
    expect(await life(() => true)).toMatchObject({ version: 2, finished: true })
  })

  /** The error or warning if a statement is missing. */
  const without: [string, RegExp][] = [
    ['Buckets', /s3:\w+ is not allowed|BUCKET_TAKEN|belongs to another account/],
    ['Objects', /s3:(Get|Put)Object/],
    ['ExecutionRole', /iam:\w+/],
    ['RoleRights', /iam:CreateRole/],
    ['BasicExecution', /iam:AttachRolePolicy/],
    ['PassExecutionRole', /iam:PassRole/],
    ['ServiceLinkedRoles', /iam:CreateServiceLinkedRole/],
    ['Function', /lambda:\w+/],
    ['LambdaAccount', /^$/],
    ['Distribution', /cloudfront:\w+/],
    ['AccessControls', /cloudfront:\w+OriginAccessControl/],
    ['CloudFrontAccount', /cloudfront:List\w+/],
    ['WebAcls', /^$/],
    ['Logs', /logs:CreateLogGroup|Logs in /],
    ['LogTags', /logs:TagResource|Logs in /],
    ['FindLogs', /logs:DescribeLogGroups|Logs in /],
  ]

  test('has only the statements of this table', () => {
    expect(POLICY.Statement.map(({ Sid }) => Sid)).toEqual(without.map(([sid]) => sid))
  })

  test.each(without)('is not enough without %s', async (sid, told) => {
    const stack = await asOperator(POLICY.Statement.filter(({ Sid }) => Sid !== sid))
    const errors: string[] = []
    await wholeLife(stack, drift).catch((error: unknown) => {
      const all = error instanceof Error && 'errors' in error ? (error.errors as Error[]) : [error as Error]
      errors.push(...all.map(({ message }) => message))
    })
    const heard = [...errors, ...stack.said.filter((one) => one.startsWith('warn '))]
    // The account's settings are read only to warn. The web ACL has its own test.
    if (['LambdaAccount', 'WebAcls'].includes(sid)) expect(heard).toEqual([])
    else expect(heard.join('\n')).toMatch(told)
  })

  test.each<[string, string, Partial<Statement>]>([
    [
      'associating a version needs permission to replicate it, on its ARN',
      'Function',
      {
        Action: expect.arrayContaining([
          'lambda:EnableReplication*',
          'lambda:DisableReplication*',
          'lambda:GetFunction',
        ]) as string[],
        Resource: [FUNCTION_ARN, `${FUNCTION_ARN}:*`],
      },
    ],
    [
      'the role may be passed to Lambda only',
      'PassExecutionRole',
      {
        Action: 'iam:PassRole',
        Resource: `arn:aws:iam::${ACCOUNT}:role/GenatoRole`,
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
    ],
    [
      "no service-linked roles may be created but the edge's",
      'ServiceLinkedRoles',
      {
        Resource: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/*`,
        Condition: {
          StringEquals: {
            'iam:AWSServiceName': ['replicator.lambda.amazonaws.com', 'logger.cloudfront.amazonaws.com'],
          },
        },
      },
    ],
    [
      'the managed policy for logs is the only one that may be attached',
      'BasicExecution',
      { Condition: { ArnEquals: { 'iam:PolicyARN': BASIC_EXECUTION } } },
    ],
    [
      'creating with tags needs permission to tag: role',
      'ExecutionRole',
      { Action: expect.arrayContaining(['iam:TagRole']) as string[] },
    ],
    [
      'function',
      'Function',
      { Action: expect.arrayContaining(['lambda:CreateFunction', 'lambda:TagResource']) as string[] },
    ],
    [
      'distribution',
      'Distribution',
      {
        Action: expect.arrayContaining(['cloudfront:TagResource']) as string[],
      },
    ],
    [
      'bucket',
      'Buckets',
      { Action: expect.arrayContaining(['s3:CreateBucket', 's3:PutBucketTagging']) as string[] },
    ],
  ])('%s', (_, sid, wanted) => {
    expect(statement(sid)).toMatchObject(wanted)
  })

  test('reaches beyond the stack only where AWS allows no narrower resource', () => {
    const wide = POLICY.Statement.filter(({ Resource }) => [Resource].flat().includes('*'))
    expect(wide.map(({ Sid }) => Sid)).toEqual(['LambdaAccount', 'CloudFrontAccount', 'FindLogs'])
    const actions = POLICY.Statement.flatMap(({ Action }) => [Action].flat())
    expect(actions.filter((action) => action.includes('*'))).toEqual([
      'lambda:DisableReplication*',
      'lambda:EnableReplication*',
    ])
    expect(actions.filter((action) => /DeleteServiceLinkedRole|PassRole/.test(action))).toEqual([
      'iam:PassRole',
    ])
  })
})
