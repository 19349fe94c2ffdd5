import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { oneAtATime } from '../../src/lib/async.js'

it('runs tasks of one name in order and without overlap, even after a failure', async () => {
  const queued = oneAtATime()
  const log: string[] = []
  const task = (name: string) =>
    queued('a', async () => {
      log.push(`${name} starts`)
      await sleep(10)
      log.push(`${name} ends`)
      if (name === '1') throw new Error('1 fails')
    })
  const first = task('1')
  const second = task('2')
  await expect(first).rejects.toThrow('1 fails')
  await sleep(1)
  await Promise.all([second, task('3')])
  expect(log).toEqual(['1', '2', '3'].flatMap((name) => [`${name} starts`, `${name} ends`]))
})

it('runs tasks of different names in parallel', async () => {
  const queued = oneAtATime()
  const never = queued('a', () => new Promise<string>(() => {}))
  expect(await Promise.race([never, queued('b', async () => 'b')])).toBe('b')
})
