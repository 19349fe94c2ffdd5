import { distributionLogGroup, directLogGroup, edgeLogGroup } from '../../src/names.js'
import { IMAGES, somebody } from '../support/aws.js'
import { describeAws } from '../support/moto/moto.js'
import { itSurvives } from '../support/crash-scenario.js'
import { smallPackage } from '../support/stack.js'

describeAws('a cleanup', () => {
  itSurvives('a cleanup', {
    prepare: async (stack, { moto }) => {
      await stack.deploy(smallPackage('one', 'gen1'))
      const { distribution } = await stack.deploy(smallPackage('two', 'gen1'))
      const home = somebody(moto.endpoint)
      const far = somebody(moto.endpoint, { region: 'eu-west-1' })
      await home.s3.putObject({ Bucket: IMAGES, Key: 'generated/gen1/1x1.png', Body: 'x' })
      await home.logs.createLogGroup({ logGroupName: directLogGroup('genato') })
      await far.logs.createLogGroup({ logGroupName: edgeLogGroup('genato') })
      await far.logs.createLogGroup({ logGroupName: distributionLogGroup(distribution.id) })
    },
  })
})
