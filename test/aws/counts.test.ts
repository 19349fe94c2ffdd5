import { expect, test } from 'vitest'
import type { Summary } from '../../src/aws/change.js'
import { useAws } from '../support/aws.js'
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

/** The things that lines of a word tell of, without those that were created in the same run. */
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

describeAws('what a deploy counts', () => {
  const aws = useAws()

  test('is what its lines tell: each thing once, under the word of its line', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    const deploy = async (code: string): Promise<Summary> =>
      stack.session(async (session, target) => {
        stack.said.length = 0
        const { deploy } = await import('../../src/stacks/on-demand.js')
        await deploy(session, target, smallPackage(code, code), {
          adopt: false,
          wait: true,
          confirmFiles: async () => undefined,
        })
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
})
