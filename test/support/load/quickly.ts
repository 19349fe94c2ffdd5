import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { connectWire, requestFor } from './wire.js'
import { openFiles } from './processes.js'

/** The limit in ms for nine of ten normal requests. A stuck server takes seconds, a busy machine doesn't. */
const QUICK = 500

/** Checks that other viewers are served: requests cached images one by one, each on a new connection. */
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

/** Checks that the number of open files is back near `before` within so many ms. */
export async function settles(pid: number, before: number, ms: number): Promise<void> {
  for (const late = Date.now() + ms; openFiles(pid) > before + 4; await sleep(100))
    expect(Date.now(), `${openFiles(pid)} files are open, up from ${before}`).toBeLessThan(late)
}
