import { it } from 'vitest'
import { useAws } from '../support/aws.js'
import { deployedWhole, survives } from '../support/crash-scenario.js'
import { MOMENTS, useStackProcess } from '../support/crash.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

describeAws('a first deploy', () => {
  const aws = useAws()
  const processOf = useStackProcess()

  it.each(MOMENTS)('that is killed %s any of its writes is finished by the next one', async (moment) => {
    const { endpoint } = aws.proxy
    const stack = await stackOn({ endpoint })
    await survives(aws, {
      name: 'a first deploy',
      moment,
      program: await processOf({ deploy: ['one', 'gen1'] }, endpoint),
      again: async () => void (await stack.deploy(smallPackage('one', 'gen1'))),
      also: async () => deployedWhole(aws, stack, smallPackage('one', 'gen1')),
    })
  })
})
