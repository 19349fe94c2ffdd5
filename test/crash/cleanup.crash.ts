import { it } from 'vitest'
import { directLogGroup, distributionLogGroup } from '../../src/config/names.js'
import { EMPTY_ACCOUNT } from '../support/account-state.js'
import { IMAGES, somebody, useAws } from '../support/aws.js'
import { survives } from '../support/crash-scenario.js'
import { MOMENTS, useStackProcess } from '../support/crash.js'
import { describeAws } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

describeAws('a cleanup', () => {
  const aws = useAws()
  const processOf = useStackProcess()

  it.each(MOMENTS)('that is killed %s any of its writes is finished by the next one', async (moment) => {
    const { endpoint } = aws.proxy
    const stack = await stackOn({ endpoint })
    await survives(aws, {
      name: 'a cleanup',
      moment,
      prepare: async () => {
        await stack.deploy(smallPackage('one', 'gen1'))
        const { distribution } = await stack.deploy(smallPackage('two', 'gen1'))
        const home = somebody(aws.moto.endpoint)
        const far = somebody(aws.moto.endpoint, { region: 'eu-west-1' })
        await home.s3.putObject({ Bucket: IMAGES, Key: 'generated/gen1/1x1.png', Body: 'x' })
        await home.logs.createLogGroup({ logGroupName: directLogGroup('genato') })
        await far.logs.createLogGroup({ logGroupName: distributionLogGroup(distribution.id) })
      },
      program: await processOf({}, endpoint),
      again: async () => stack.cleanup(),
      end: EMPTY_ACCOUNT,
    })
  })
})
