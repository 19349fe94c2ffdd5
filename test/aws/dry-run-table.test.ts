import { expect, test } from 'vitest'
import { KNOWN_AFTER } from '../../src/aws/change.js'
import type { Config } from '../../src/config/types.js'
import { cleanup } from '../../src/stacks/cleanup.js'
import { findLogGroups, takeInventory } from '../../src/stacks/inventory.js'
import { deploy } from '../../src/stacks/deploy.js'
import { everything, IMAGES, somebody, useAws } from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'
import { purgeBeginning } from '../support/stack-run.js'

describeAws('a dry run', () => {
  const aws = useAws()
  const other = () => somebody(aws.moto.endpoint)

  type Kind = 'first deploy' | 'the same again' | 'update' | 'cleanup'

  /** The changes that a run made or would make: each once, sorted, without names that AWS chose. */
  async function changes(kind: Kind, config: Config, dryRun: boolean): Promise<string[]> {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint, config })
    return stack.session(async (session, target) => {
      if (kind === 'cleanup') {
        const inventory = await takeInventory(session, target)
        const groups = await findLogGroups(session, target, inventory)
        const options = { keepImages: false, deleteFiles: false, timeout: 600_000 }
        await cleanup(session, target, inventory, groups, options)
      } else {
        const source = kind === 'update' ? smallPackage('two', 'gen2') : smallPackage()
        await deploy(
          session,
          target,
          { edge: source },
          {
            adopt: false,
            wait: true,
            confirmFiles: async () => undefined,
          },
        )
      }
      const told = session.ledger.changes.map(({ action, resource, name }) => `${action} ${resource} ${name}`)
      return [
        ...new Set(told.map((one) => one.replace(/(permission genato-func:)\d+$/, `$1${KNOWN_AFTER}`))),
      ].sort()
    }, dryRun)
  }

  test.each<[Kind, Config, string[]]>([
    [
      'first deploy',
      {},
      ['create distribution genato', 'create function genato-func', 'publish version genato-func'],
    ],
    [
      'first deploy',
      { generate: { access: 'public' }, logs: { retentionDays: 14 } },
      [`update bucket policy ${IMAGES}`],
    ],
    ['the same again', {}, []],
    [
      'update',
      { generate: { memory: 2048 } },
      ['update function genato-func', 'publish version genato-func'],
    ],
    ['cleanup', {}, ['delete function genato-func', 'delete role GenatoRole', `delete objects in ${IMAGES}`]],
  ])(
    'of a %s with %o writes nothing, and prints the changes that the run makes',
    async (kind, config, some) => {
      if (kind !== 'first deploy') {
        await (await stackOn({ endpoint: aws.proxy.endpoint })).deploy()
        await other().s3.putObject({ Bucket: IMAGES, Key: 'generated/gen1/a.svg', Body: 'a' })
      }
      aws.proxy.clear()
      const before = await everything(other())
      const planned = await changes(kind, config, true)
      expect(aws.proxy.writes()).toEqual([])
      expect(await everything(other())).toEqual(before)
      expect(planned).toEqual(expect.arrayContaining(some))
      const done = await changes(kind, config, false)
      expect(planned).toEqual(done)
      expect(done.length === 0).toBe(kind === 'the same again')
    },
  )

  test('of a purge writes nothing, and prints the changes that the run makes', async () => {
    const stack = await stackOn({ endpoint: aws.proxy.endpoint })
    await stack.deploy()
    await other().s3.putObject({ Bucket: IMAGES, Key: 'generated/gen1/a.svg', Body: 'four' })
    aws.proxy.clear()
    const run = async (dryRun: boolean) =>
      stack.session(
        async (session, target) => ({
          ...(await purgeBeginning(session, target, undefined)),
          changes: session.ledger.changes.map(
            ({ action, resource, name }) => `${action} ${resource} ${name}`,
          ),
        }),
        dryRun,
      )
    const planned = await run(true)
    expect(aws.proxy.writes()).toEqual([])
    expect(planned).toMatchObject({ objects: 1, bytes: 4, invalidated: false })
    const done = await run(false)
    expect(done).toMatchObject({ objects: 1, bytes: 4, invalidated: true })
    expect([...new Set(planned.changes)].sort()).toEqual([...new Set(done.changes)].sort())
  })
})
