import { describeAws } from '../support/moto/moto.js'
import { itSurvives } from '../support/crash-scenario.js'

describeAws('a first deploy that is given up', () => {
  itSurvives('a first deploy that is given up', {
    prepare: async () => undefined,
    deploy: ['one', 'gen1'],
    givenUp: true,
  })
})
