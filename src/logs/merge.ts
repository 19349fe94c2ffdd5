import type { Clock } from '../aws/clock.js'

/** Some events of a source, sorted by time. */
export interface Page<E> {
  events: readonly E[]
  /** The source has no more events for now: the next page comes when something happens. */
  caughtUp: boolean
}

interface Merging {
  clock: Clock
  signal: AbortSignal
  /** Ms that an event waits for earlier ones of sources that have caught up. */
  hold: number
  /** Ms that all events wait for a source that has not. */
  patience: number
}

interface Source<E> {
  pages: AsyncIterator<Page<E>>
  events: readonly E[]
  next: number
  caughtUp: boolean
  /** Whether a page was asked for and has not arrived. */
  asked: boolean
  ended: boolean
  /** When the last page was asked for, and when it arrived. */
  askedAt: number
  cameAt: number
  error?: { reason: unknown }
}

/**
 * Yields the events of all sources in order of their time, and holds at most a page of each. An event that
 * arrives after later ones were given is given at once.
 * @throws the signal's reason; what a source throws.
 */
export async function* mergeByTime<E extends { time: number }>(
  given: readonly AsyncIterable<Page<E>>[],
  { clock, signal, hold, patience }: Merging,
): AsyncGenerator<E> {
  const sources = given.map((pages): Source<E> => ({
    pages: pages[Symbol.asyncIterator](),
    events: [],
    next: 0,
    caughtUp: false,
    asked: false,
    ended: false,
    askedAt: 0,
    cameAt: 0,
  }))
  const bell = createBell()
  signal.addEventListener('abort', bell.ring, { once: true })
  try {
    for (;;) {
      signal.throwIfAborted()
      bell.quiet()
      for (const source of sources) {
        if (source.error) throw source.error.reason
        if (isEmpty(source) && !source.asked && !source.ended) void ask(source, clock).then(bell.ring)
      }
      // At most two dozen sources: checking each costs less than keeping a heap.
      const filled = sources.filter((source) => !isEmpty(source))
      const awaited = sources.filter(({ asked }) => asked)
      if (filled.length === 0 && awaited.length === 0) return
      const oldest = Math.min(...filled.map(({ cameAt }) => cameAt))
      const until = Math.max(
        ...awaited.map(({ caughtUp, askedAt }) => (caughtUp ? oldest + hold : askedAt + patience)),
      )
      if (filled.length === 0) await bell.rung()
      else if (until > clock.now()) await rungOrPassed(bell, clock, until - clock.now())
      else yield* takeEarliest(filled)
    }
  } finally {
    signal.removeEventListener('abort', bell.ring)
  }
}

function isEmpty({ events, next }: Source<unknown>): boolean {
  return next >= events.length
}

/** Stops when one source has no more events here: its next page may have earlier ones than the others. */
function* takeEarliest<E extends { time: number }>(sources: Source<E>[]): Generator<E> {
  for (;;) {
    let first: { source: Source<E>; event: E } | undefined
    for (const source of sources) {
      const event = source.events[source.next]
      if (!event) return
      if (!first || event.time < first.event.time) first = { source, event }
    }
    if (!first) return
    first.source.next += 1
    yield first.event
  }
}

/** Puts the next page, or the error, into the source. Never throws. */
async function ask<E>(source: Source<E>, clock: Clock): Promise<void> {
  source.asked = true
  source.askedAt = clock.now()
  try {
    const { done, value } = await source.pages.next()
    source.cameAt = clock.now()
    if (done === true) source.ended = true
    else Object.assign(source, { events: value.events, next: 0, caughtUp: value.caughtUp })
  } catch (reason) {
    source.error = { reason }
  }
  source.asked = false
}

interface Bell {
  ring: () => void
  /** Resolves once it has rung since it was last quiet. */
  rung: () => Promise<void>
  quiet: () => void
}

function createBell(): Bell {
  let ringing = false
  let wake: (() => void) | undefined
  return {
    ring() {
      ringing = true
      wake?.()
    },
    rung: async () =>
      new Promise((resolve) => {
        if (ringing) resolve()
        else wake = resolve
      }),
    quiet: () => void (ringing = false),
  }
}

async function rungOrPassed(bell: Bell, clock: Clock, ms: number): Promise<void> {
  const timer = new AbortController()
  // It rejects when aborted below, which nobody needs to know.
  const passed = clock.sleep(ms, timer.signal).catch(() => undefined)
  await Promise.race([bell.rung(), passed])
  timer.abort()
}
