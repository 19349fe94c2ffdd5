import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { connectWire, requestFor } from './wire.js'
import { openFiles } from './processes.js'

/** Ms that nine of ten well-behaved requests may take. A stuck server takes seconds, a busy machine does not. */
const QUICK = 500

/** That others are served: cached images on connections of their own, one after the other. */
export async function servesOthers(port: number, target = '/20,white'): Promise<void> {
  const times: number[] = []
  for (let request = 0; request < 30; request++) {
    const started = performance.now()
    const wire = await connectWire(port)
    wire.write(requestFor(target))
    const answer = await wire.next()
    wire.close()
    expect(answer === 'closed' ? answer : answer.status).toBe(200)
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  expect(times[26]).toBeLessThan(QUICK)
}

/** That, in so many ms, not many more files are open than there were. */
export async function settles(pid: number, before: number, ms: number): Promise<void> {
  for (const late = Date.now() + ms; openFiles(pid) > before + 4; await sleep(100))
    expect(Date.now(), `${openFiles(pid)} files are open, and ${before} were before`).toBeLessThan(late)
}
