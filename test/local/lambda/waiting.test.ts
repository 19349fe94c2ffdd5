import { expect, it } from 'vitest'
import { runnerOf, TELL } from './packages.js'

it('how long an event waited for a process is told with its answer', async () => {
  const runner = runnerOf(TELL, { processes: 1 })
  await runner.start()
  const [first, second] = await Promise.all([runner.invoke({ ms: 300 }), runner.invoke({ ms: 0 })])
  expect(first.waitedMs).toBeLessThan(200)
  expect(second.waitedMs).toBeGreaterThan(250)
})

it('an event that nobody waits for any more is not begun, and one that has begun is not ended', async () => {
  const runner = runnerOf(TELL, { processes: 1 })
  await runner.start()
  const [begun, waits] = [new AbortController(), new AbortController()]
  const first = runner.invoke({ ms: 300 }, begun.signal)
  const dropped = runner.invoke({ ms: 0 }, waits.signal)
  const last = runner.invoke({ ms: 0 })
  begun.abort()
  waits.abort()
  await expect(dropped).rejects.toMatchObject({ kind: 'stopped' })
  // The second call is the last event's: the dropped one was none.
  expect([(await first).value, (await last).value]).toMatchObject([{ call: 1 }, { call: 2 }])
})
