import { expect, it } from 'vitest'
import { useAws } from '../support/aws.js'
import { deployedWhole, survives } from '../support/crash-scenario.js'
import { MOMENTS, useStackProcess } from '../support/crash.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

describeAws('an update', () => {
  const aws = useAws()
  const processOf = useStackProcess()

  it.each(MOMENTS)('that is killed %s any of its writes is finished by the next one', async (moment) => {
    const { endpoint } = aws.proxy
    const stack = await stackOn({ endpoint })
    await survives(aws, {
      name: 'an update',
      moment,
      // Two deploys, so that the third has an old version to prune.
      prepare: async () => {
        await stack.deploy(smallPackage('one', 'gen1'))
        await stack.deploy(smallPackage('two', 'gen1'))
      },
      program: await processOf({ deploy: ['three', 'gen2'] }, endpoint),
      again: async () => void (await stack.deploy(smallPackage('three', 'gen2'))),
      also: async (calls) => {
        const last = (operation: string) => calls.findLastIndex((call) => call.operation === operation)
        expect(last('UpdateDistribution'), 'the update').toBeGreaterThanOrEqual(0)
        expect(last('CreateInvalidation'), 'invalidated after it').toBeGreaterThan(last('UpdateDistribution'))
        await deployedWhole(aws, stack, smallPackage('three', 'gen2'))
      },
    })
  })
})
