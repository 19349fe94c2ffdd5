import { expect, test } from 'vitest'
import { Several, together } from '../../src/aws/together.js'

const failing = async (error: Error): Promise<never> => {
  throw error
}

test('tasks that fail side by side report every error, in the order of the tasks', async () => {
  const [one, two] = [new Error('one'), new Error('two')]
  await expect(together([failing(one), Promise.resolve(1), failing(two)])).rejects.toEqual(
    new Several([one, two]),
  )
})

test('nested tasks report their errors in one list, and an error that they share once', async () => {
  const [one, two, shared] = [new Error('one'), new Error('two'), new Error('shared')]
  const error: unknown = await together([
    together([failing(one), failing(shared)]),
    together([together([failing(two)]), failing(shared)]),
  ]).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Several)
  expect((error as Several).errors).toEqual([one, shared, two])
})
