import { expect, test } from 'vitest'
import type { Summary } from '../../src/aws/change.js'
import { refusal, useAws } from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

const DONE = {
  create: 'created',
  upload: 'uploaded',
  publish: 'published',
  update: 'updated',
  delete: 'deleted',
  invalidate: 'invalidated',
} as const
const WHAT =
  /^done (create|upload|publish|update|delete|invalidate) (access control|bucket policy|bucket|role|package|log groups|function|version|distribution|permission|cache of) (\S+?)(?::? |$)/

/** Counts the things that the lines with a word name, except those that were created in the same run. */
function told(said: string[], word: keyof typeof DONE): number {
  const things = said.flatMap((line) => {
    const [, verb, kind, name] = WHAT.exec(line) ?? []
    return verb === undefined
      ? []
      : [{ verb, thing: `${kind} ${kind === 'distribution' ? '' : name?.replace(/:$/, '')}` }]
  })
  const made = new Set(things.filter(({ verb }) => verb === 'create').map(({ thing }) => thing))
  const of = new Set(things.filter(({ verb }) => verb === word).map(({ thing }) => thing))
  return [...of].filter((thing) => word === 'create' || !made.has(thing)).length
}

describeAws("a deploy's summary", () => {
  const aws = useAws()

  test('counts each thing that its lines name once, under the word of its line', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const deploy = async (code: string): Promise<Summary> =>
      stack.session(async (session, target) => {
        stack.said.length = 0
        const { deploy } = await import('../../src/stacks/deploy.js')
        await deploy(
          session,
          target,
          { edge: smallPackage(code, code) },
          {
            adopt: false,
            wait: true,
            confirmFiles: async () => undefined,
          },
        )
        return session.ledger.summary()
      })
    for (const code of ['one', 'two', 'three']) {
      const summary = await deploy(code)
      for (const [verb, word] of Object.entries(DONE))
        expect(summary[word].length, `${word} of ${stack.said.join('\n')}`).toBe(
          told(stack.said, verb as keyof typeof DONE),
        )
      expect(summary.uploaded).toHaveLength(1)
      expect(summary.invalidated).toHaveLength(code === 'one' ? 0 : 1)
      expect(stack.said).toContainEqual(expect.stringMatching(/^done upload package \S+\/[0-9a-f]{12}…\.zip/))
    }
    expect(await deploy('three')).toMatchObject({ created: [], uploaded: [], updated: [], invalidated: [] })
  })
  test('has one line for the log groups of all regions, both when they are created and when they are deleted', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    await stack.cleanup()
    expect(stack.said.filter((line) => line.includes('log group'))).toEqual([
      'done create log groups /aws/lambda/us-east-1.genato-func: 13 regions, kept 30 days',
      'done delete log groups /aws/lambda/us-east-1.genato-func: 13 regions',
    ])
    expect(aws.proxy.writes().filter(({ operation }) => operation === 'DeleteLogGroup')).toHaveLength(13)
  })

  test('names a log group that cannot be deleted, and counts the others as deleted', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    const message = 'User: u is not authorized to perform: logs:DeleteLogGroup'
    aws.proxy.fault({
      operation: 'DeleteLogGroup',
      play: { kind: 'error', code: 'AccessDeniedException', message, status: 400 },
    })
    const refused = await refusal(stack.cleanup())
    expect(refused).toMatchObject({ code: 'ACCESS_DENIED' })
    stack.said.length = 0
    await stack.cleanup()
    expect(stack.said).toEqual([
      expect.stringMatching(/^done delete log group \/aws\/lambda\/us-east-1\.genato-func in \S+$/),
    ])
  })
})
