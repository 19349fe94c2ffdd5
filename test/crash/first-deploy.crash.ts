import { describeAws } from '../support/moto/moto.js'
import { itSurvives } from '../support/crash-scenario.js'

describeAws('a first deploy', () => {
  itSurvives('a first deploy', { prepare: async () => undefined, deploy: ['one', 'gen1'] })
})
