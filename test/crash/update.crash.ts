import { expect } from 'vitest'
import { describeAws } from '../support/moto/moto.js'
import { itSurvives } from '../support/crash-scenario.js'
import { smallPackage } from '../support/stack.js'

describeAws('an updating deploy', () => {
  itSurvives('an updating deploy', {
    prepare: async (stack) => {
      await stack.deploy(smallPackage('one', 'gen1'))
      await stack.deploy(smallPackage('two', 'gen1'))
    },
    deploy: ['three', 'gen2'],
    expect: (calls) => {
      const last = (operation: string) => calls.findLastIndex((call) => call.operation === operation)
      expect(last('UpdateDistribution')).toBeGreaterThanOrEqual(0)
      expect(last('CreateInvalidation')).toBeGreaterThan(last('UpdateDistribution'))
    },
  })
})
