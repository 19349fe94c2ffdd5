import { expect, it } from 'vitest'
import { FunctionFailed } from '../../src/local/lambda/failure.js'
import type { FunctionRunner } from '../../src/local/lambda/runner.js'
import { checkExamples } from '../../src/dev/examples.js'

async function warningsOf(failure: FunctionFailed): Promise<string[]> {
  const warnings: string[] = []
  const runner = { call: async () => Promise.reject(failure) } as unknown as FunctionRunner
  await checkExamples({ runner, examples: ['/a', '/b'] }, { warn: (text) => void warnings.push(text) })
  return warnings
}

it('an example that the generator throws for is reported', async () => {
  const warnings = await warningsOf(new FunctionFailed('threw', 'TypeError: no'))
  expect(warnings).toEqual(["The generator's example /a: TypeError: no"])
})

it('a function that is stopped causes no warning about its examples', async () => {
  expect(await warningsOf(new FunctionFailed('stopped', 'It was stopped.'))).toEqual([])
})
