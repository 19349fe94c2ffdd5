import { it } from 'vitest'
import { EMPTY_ACCOUNT } from '../support/account-state.js'
import { useAws } from '../support/aws.js'
import { survives } from '../support/crash-scenario.js'
import { MOMENTS, useStackProcess } from '../support/crash.js'
import { describeAws } from '../support/moto/moto.js'
import { stackOn } from '../support/stack.js'

describeAws('an abandoned first deploy', () => {
  const aws = useAws()
  const processOf = useStackProcess()

  it.each(MOMENTS)(
    'that was killed %s any of its writes is deleted completely by cleanup',
    async (moment) => {
      const { endpoint } = aws.proxy
      const stack = await stackOn({ endpoint })
      await survives(aws, {
        name: 'an abandoned first deploy',
        moment,
        program: await processOf({ deploy: ['one', 'gen1'] }, endpoint),
        again: async () => stack.cleanup(),
        end: EMPTY_ACCOUNT,
      })
    },
  )
})
