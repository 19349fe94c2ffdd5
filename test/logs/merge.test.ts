import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/aws/clock.js'
import { createUnread } from '../../src/logs/group-reader.js'
import { mergeByTime, type Page } from '../../src/logs/merge.js'

interface Event {
  time: number
  name: string
}

/** Pages, each with the ms that it takes to arrive. */
type Script = [ms: number, ...events: number[]][]

/** A clock that jumps to the next sleeper's time as soon as nothing else is left to do. */
function idleClock(): Clock {
  let now = 0
  const sleepers: { at: number; wake: () => void }[] = []
  const goOn = () => {
    const next = sleepers.sort((a, b) => a.at - b.at).shift()
    if (!next) return
    now = Math.max(now, next.at)
    next.wake()
  }
  return {
    now: () => now,
    sleep: async (ms, signal) =>
      new Promise((resolve, reject) => {
        const abort = () => {
          sleepers.splice(sleepers.indexOf(sleeper), 1)
          reject(signal.reason as Error)
        }
        const wake = () => {
          signal.removeEventListener('abort', abort)
          resolve()
        }
        const sleeper = { at: now + ms, wake }
        sleepers.push(sleeper)
        signal.addEventListener('abort', abort)
        setImmediate(goOn)
      }),
  }
}

const NEVER = new AbortController().signal

async function* source(
  clock: Clock,
  script: Script,
  { name = '', live = false } = {},
): AsyncGenerator<Page<Event>> {
  for (const [ms, ...times] of script) {
    await clock.sleep(ms, NEVER)
    yield { events: times.map((time) => ({ time, name })), caughtUp: live }
  }
}

async function merged(clock: Clock, ...sources: AsyncIterable<Page<Event>>[]): Promise<string[]> {
  const options = { clock, signal: NEVER, hold: 100, patience: 1_000 }
  const given: string[] = []
  for await (const { time, name } of mergeByTime(sources, options)) given.push(`${name}${time}`)
  return given
}

describe('merging by time', () => {
  it('orders existing events over all pages of all sources', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.array(fc.nat(50), { maxLength: 5 }), { maxLength: 4 }), { maxLength: 4 }),
        async (all) => {
          const clock = idleClock()
          const sources = all.map((pages) => {
            const times = pages.flat().sort((a, b) => a - b)
            const script = pages.map((page, i): Script[number] => [i % 3, ...times.splice(0, page.length)])
            return source(clock, script)
          })
          const expected = all.flat(2).sort((a, b) => a - b)
          expect((await merged(clock, ...sources)).map(Number)).toEqual(expected)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('holds new events back in case another source has earlier ones, and gives late ones late', async () => {
    const clock = idleClock()
    const live = { live: true }
    const given = await merged(
      clock,
      source(clock, [[0], [1_000, 20], [5_000, 50]], { name: 'a', ...live }),
      source(clock, [[0], [1_090, 10], [1_000, 15]], { name: 'b', ...live }),
    )
    expect(given).toEqual(['b10', 'a20', 'b15', 'a50'])
  })

  it('waits for a slow source only for a while', async () => {
    const clock = idleClock()
    const slow = source(
      clock,
      [
        [900, 1],
        [5_000, 3],
      ],
      { name: 'slow' },
    )
    const quick = source(
      clock,
      [
        [0, 2, 4],
        [0, 5],
      ],
      { name: 'quick' },
    )
    expect(await merged(clock, slow, quick)).toEqual(['slow1', 'quick2', 'quick4', 'quick5', 'slow3'])
  })

  it('asks for a page only when the previous one is used up', async () => {
    const clock = idleClock()
    let asked = 0
    async function* counted() {
      for (let page = 0; page < 3; page++) {
        asked += 1
        yield {
          events: [
            { time: page, name: '' },
            { time: page, name: '' },
          ],
          caughtUp: false,
        }
      }
    }
    const events = mergeByTime([counted()], { clock, signal: NEVER, hold: 0, patience: 0 })
    const seen: number[] = []
    for await (const _ of events) seen.push(asked)
    expect(seen).toEqual([1, 1, 2, 2, 3, 3])
  })

  it('throws what a source throws, and the signal’s reason', async () => {
    const clock = idleClock()
    // oxlint-disable-next-line require-yield
    async function* failing(): AsyncGenerator<Page<Event>> {
      throw new Error('inside')
    }
    await expect(merged(clock, failing(), source(clock, [[0, 1]]))).rejects.toThrow('inside')
    const stop = new AbortController()
    const silent = source(clock, [[0, 1]], { live: true })
    async function* never(): AsyncGenerator<Page<Event>> {
      yield { events: [], caughtUp: true }
      await new Promise(() => undefined)
    }
    const events = mergeByTime([silent, never()], { clock, signal: stop.signal, hold: 1, patience: 1 })
    expect((await events.next()).value).toMatchObject({ time: 1 })
    const next = events.next()
    stop.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })
})

describe('the events of a page', () => {
  it('are new once, and forgotten when they can’t come again', () => {
    const unread = createUnread()
    const event = (id: number, time: number) => ({ id: String(id), time, region: '', group: '', message: '' })
    const ids = (page: ReturnType<typeof event>[]) => unread.of(page).map(({ id }) => Number(id))
    expect(ids([event(1, 10), event(3, 30), event(2, 20), event(1, 10)])).toEqual([1, 2, 3])
    expect(ids([event(2, 20), event(4, 15), event(3, 30)])).toEqual([4])
    expect(unread.newest()).toBe(30)
    unread.forget(20)
    expect(ids([event(1, 10), event(2, 20)])).toEqual([1])
  })
})
