import { expect, test } from 'vitest'
import type { Config } from '../../src/config/types.js'
import { FUNCTION_ARN, refusal, somebody, useAws } from '../support/aws.js'
import type { Fault } from '../support/fault-proxy.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

const error = (status: number, code: string, message: string): Fault => ({
  kind: 'error',
  status,
  code,
  message,
})
const FUNCTION = { FunctionName: 'genato-func' }

describeAws('calls that AWS refuses', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)
  const stackHere = async (config: Config = {}) => stackOn({ endpoint: aws.proxy.endpoint, config })
  const operations = () => aws.proxy.writes().map(({ operation }) => operation)
  const latest = async () => (await other().lambda.getFunction(FUNCTION)).Configuration!

  test.each(['CreateDistributionWithTags', 'CreateOriginAccessControl'])(
    "an account that is not verified gets AWS's own message: %s",
    async (operation) => {
      const said = 'Your account must be verified before you can add new CloudFront resources.'
      aws.proxy.fault({ operation, times: Infinity, play: error(403, 'AccessDenied', said) })
      const told = await refusal((await stackHere()).deploy())
      expect(told).toMatchObject({ code: 'ACCOUNT_UNVERIFIED', exitCode: 1 })
      expect(told.message).toContain(said)
      expect(told.hint).toContain('AWS Support')
    },
  )

  test("a 403 that names no action gets AWS's own message, without a guess at the cause", async () => {
    aws.proxy.fault({
      operation: 'CreateRole',
      times: Infinity,
      play: error(403, 'AccessDenied', 'Not now.'),
    })
    const told = await refusal((await stackHere()).deploy())
    expect(told).toMatchObject({ code: 'ACCESS_DENIED', message: 'AWS denied iam CreateRole: Not now.' })
    expect(told.hint).toContain('AWS does not say which rule forbids it')
  })

  test("a version gets genato's and CloudFront's statements, which are never written at the same time", async () => {
    aws.proxy.latency = 30
    const stack = await stackHere()
    await stack.deploy()
    await stack.deploy(smallPackage('two'))
    for (const Qualifier of ['1', '2']) {
      const { Policy = '' } = await other().lambda.getPolicy({ ...FUNCTION, Qualifier })
      const { Statement } = JSON.parse(Policy) as { Statement: { Sid: string }[] }
      expect(Statement.map(({ Sid }) => Sid).sort()).toEqual(['genato-edge', 'replicator-lambda-GetFunction'])
    }
    const calls = (name: RegExp) => aws.proxy.calls.filter(({ operation }) => name.test(operation))
    for (const added of calls(/^AddPermission/))
      for (const associated of calls(/^(Create|Update)Distribution/))
        expect(
          added.endedAt! <= associated.startedAt || associated.endedAt! <= added.startedAt,
          `${added.operation} beside ${associated.operation}`,
        ).toBe(true)
  })

  test('an existing statement is reported as unchanged, not as created', async () => {
    const stack = await stackHere()
    await stack.deploy()
    const play: Fault = { kind: 'error', code: 'ResourceNotFoundException', message: 'late', status: 404 }
    aws.proxy.fault({ operation: 'GetPolicy', play })
    const summary = await stack.session(async (session, target) => {
      const { deploy } = await import('../../src/stacks/deploy.js')
      await deploy(
        session,
        target,
        { edge: smallPackage() },
        {
          adopt: false,
          wait: true,
          confirmFiles: async () => undefined,
        },
      )
      return session.ledger.summary()
    })
    expect(summary.created).toEqual([])
    expect(summary.unchanged).toContain('permission genato-func:1')
  })

  test('a revision that Lambda changed by itself is read again, and published', async () => {
    const stack = await stackHere()
    const used = aws.proxy.fault({
      operation: 'PublishVersion',
      play: {
        kind: 'run',
        run: async () => {
          const { Description } = await latest()
          await other().lambda.updateFunctionConfiguration({ ...FUNCTION, Description })
        },
      },
    })
    expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
    expect(used()).toBe(1)
  })

  test('a runtime that Lambda@Edge does not run yet is replaced by the newest that it runs, permanently', async () => {
    await aws.moto.settings({ edge_runtimes: ['python3.14', 'nodejs20.x', 'nodejs22.x'] })
    const stack = await stackHere()
    expect(await stack.deploy()).toMatchObject({ finished: true })
    expect(stack.said).toContainEqual(
      expect.stringMatching(
        /^warn AWS does not run nodejs24\.x at the edge yet: the function gets nodejs22\.x/,
      ),
    )
    expect(await latest()).toMatchObject({ Runtime: 'nodejs22.x' })
    expect(await stack.status()).toMatchObject({ differing: [] })
    aws.proxy.clear()
    await stack.deploy()
    expect(operations()).toEqual([])
    await stack.deploy(smallPackage('two'))
    expect(await latest()).toMatchObject({ Runtime: 'nodejs22.x' })
  })

  test('a runtime that Lambda does not know is replaced too', async () => {
    const said =
      "Value nodejs24.x at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs22.x, python3.13, nodejs20.x] or be a valid ARN"
    aws.proxy.fault({ operation: 'CreateFunction', play: error(400, 'InvalidParameterValueException', said) })
    const stack = await stackHere()
    expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
    expect(await latest()).toMatchObject({ Runtime: 'nodejs22.x' })
    aws.proxy.clear()
    await stack.deploy()
    expect(operations()).toEqual([])
  })

  test('a runtime that the configuration names is not replaced', async () => {
    await aws.moto.settings({ edge_runtimes: ['nodejs22.x'] })
    const told = await refusal((await stackHere({ generate: { runtime: 'nodejs24.x' } })).deploy())
    expect(told).toMatchObject({ code: 'RUNTIME_REFUSED', exitCode: 1 })
    expect(told.hint).toContain('nodejs22.x')
  })

  test('a role that was deleted and created again is assigned to the function again', async () => {
    const stack = await stackHere()
    await stack.deploy()
    const { removeRole } = await import('../../src/resources/role-removal.js')
    await stack.session(async (session) => removeRole(session, 'GenatoRole'))
    // The run was interrupted between the role and the function.
    const kill = error(403, 'AccessDeniedException', 'no')
    aws.proxy.fault({ operation: 'UpdateFunctionConfiguration', play: kill })
    await refusal(stack.deploy())
    expect((await stack.status()).differing).toEqual(['function: role'])
    aws.proxy.clear()
    expect(await stack.deploy()).toMatchObject({ version: 2, finished: true })
    expect(operations()).toEqual(
      expect.arrayContaining(['UpdateFunctionConfiguration', 'PublishVersion', 'UpdateDistribution']),
    )
    expect(await stack.status()).toMatchObject({ differing: [] })
    aws.proxy.clear()
    await stack.deploy()
    expect(operations()).toEqual([])
  })

  test.each(['creation', 'update'] as const)(
    'a function whose %s failed is reported, and repaired by the next deploy',
    async (what) => {
      const stack = await stackHere()
      if (what === 'creation') {
        // Never published: the run was interrupted, and Lambda could not create the function.
        const play = error(403, 'AccessDeniedException', 'no')
        aws.proxy.fault({ operation: 'PublishVersion', play })
        await refusal(stack.deploy())
      } else await stack.deploy()
      await aws.moto.settings({ failed: { 'genato-func': what } })
      const { state, differing } = await stack.status()
      expect(state).toBe('differs')
      expect(differing).toContainEqual(expect.stringContaining(`function: its ${what} failed`))
      aws.proxy.clear()
      expect(await stack.deploy()).toMatchObject({ version: 1, finished: true })
      expect(operations()).toContain(what === 'creation' ? 'CreateFunction' : 'UpdateFunctionConfiguration')
      expect(await stack.status()).toMatchObject({ state: 'up to date', differing: [] })
    },
  )

  test('tags that Lambda cannot read are an error, not missing tags', async () => {
    const stack = await stackHere()
    await stack.deploy()
    const TagsError = { ErrorCode: 'AccessDeniedException', Message: 'lambda:ListTags is missing' }
    const Configuration = { ...FUNCTION, FunctionArn: FUNCTION_ARN, State: 'Active' }
    aws.proxy.fault({
      operation: 'GetFunction',
      play: {
        kind: 'respond',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ Configuration, TagsError }),
      },
    })
    const told = await refusal(stack.deploy())
    expect(told).toMatchObject({ code: 'TAGS_UNREADABLE' })
    expect(told.message).toContain('lambda:ListTags is missing')
  })

  test('aliases are written and compared in lower case', async () => {
    const stack = await stackHere({
      domain: {
        aliases: ['IMG.example.com'],
        certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
      },
    })
    const { distribution } = await stack.deploy()
    expect(distribution.config.Aliases?.Items).toEqual(['img.example.com'])
    aws.proxy.clear()
    await stack.deploy()
    expect(operations()).toEqual([])
  })

  test('a permissions boundary is set on the role, and repaired', async () => {
    const permissionsBoundary = 'arn:aws:iam::123456789012:policy/limit'
    const plain = await stackHere()
    await plain.deploy()
    const stack = await stackHere({ permissionsBoundary })
    expect((await stack.status()).differing).toEqual(['role: permissions boundary'])
    await stack.deploy()
    const { Role } = await other().iam.getRole({ RoleName: 'GenatoRole' })
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(permissionsBoundary)
    // Without the setting, it stays, because removing it would grant rights.
    aws.proxy.clear()
    await plain.deploy()
    expect(operations()).toEqual([])
  })
})
