import { expect, it } from 'vitest'
import { runnerOf, TELL } from './packages.js'

it('the result of an event says how long the event waited for a process', async () => {
  const runner = runnerOf(TELL, { processes: 1 })
  await runner.start()
  const [first, second] = await Promise.all([runner.invoke({ ms: 300 }), runner.invoke({ ms: 0 })])
  expect(first.waitedMs).toBeLessThan(200)
  expect(second.waitedMs).toBeGreaterThan(250)
})

it('an abandoned event is dropped if it has not begun, and finished if it has', async () => {
  const runner = runnerOf(TELL, { processes: 1 })
  await runner.start()
  const [begun, waits] = [new AbortController(), new AbortController()]
  const first = runner.invoke({ ms: 300 }, begun.signal)
  const dropped = runner.invoke({ ms: 0 }, waits.signal)
  const last = runner.invoke({ ms: 0 })
  begun.abort()
  waits.abort()
  await expect(dropped).rejects.toMatchObject({ kind: 'stopped' })
  // The second call is the last event's: the dropped event made none.
  expect([(await first).value, (await last).value]).toMatchObject([{ call: 1 }, { call: 2 }])
})
