import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { Clock } from '../aws/clock.js'
import { isNamed } from '../aws/errors.js'
import type { OneAtATime } from '../lib/async.js'
import type { Health, Place } from './health.js'
import { getEvents, type LogEvent } from './log-events.js'
import type { Page } from './merge.js'

export interface Reading {
  place: Place
  logs: CloudWatchLogsClient
  /** Ms since the epoch: nothing before it. */
  start: number
  follow: boolean
  filter: string | undefined
  /** Events a page; CloudWatch's own limit if `undefined`. */
  pageSize: number | undefined
  clock: Clock
  signal: AbortSignal
  /** Regions allow few calls a second, so each gets one at a time. */
  inTurn: OneAtATime
  health: Health
}

/** Ms between polls. CloudWatch allows as few as 5 calls a second in a region, for everyone in the account. */
const POLL = 2_000
/** For a group that doesn't exist yet. */
const MISSING = 30_000
/** After a failure, doubling. */
const RETRY: [first: number, last: number] = [5_000, 60_000]
/** Each poll reads this much again: events arrive some seconds late. */
const RECENT = 60_000
/** Once a minute a poll reads this much again: some arrive minutes late, and this clock may be ahead of AWS's. */
const LATEST = 600_000
const LATEST_EVERY = 60_000

/**
 * Yields the events of one group page by page, each once.
 * @throws the signal's reason; what `health` throws.
 */
export async function* readGroup(reading: Reading): AsyncGenerator<Page<LogEvent>> {
  const { start, follow, clock, signal, health, place } = reading
  const unread = createUnread()
  let searched = -Infinity
  const past = (time: number, back: number) => Math.min(time, clock.now()) - back
  const again = (back: number) => Math.max(start, past(unread.newest(), back), past(searched, LATEST))
  let latestAt = clock.now()
  let from = start
  let token: string | undefined
  let begun = clock.now()
  let pause = RETRY[0]
  for (;;) {
    const answer = await poll(reading, from, token)
    switch (answer.kind) {
      case 'page':
        health.there(place)
        yield { events: unread.of(answer.events), caughtUp: answer.next === undefined }
        // Pages may be out of order, so this remembers a little more than is read again.
        unread.forget(again(LATEST + RECENT))
        pause = RETRY[0]
        token = answer.next
        if (token !== undefined) continue
        if (!follow) return
        searched = begun
        if (clock.now() - latestAt < LATEST_EVERY) from = again(RECENT)
        else [from, latestAt] = [again(LATEST), clock.now()]
        await clock.sleep(POLL, signal)
        begun = clock.now()
        continue
      case 'missing':
        health.missing(place)
        if (!follow) return
        yield { events: [], caughtUp: true }
        ;[token, from] = [undefined, again(RECENT)]
        await clock.sleep(MISSING, signal)
        continue
      case 'failed':
        health.failed(place, answer.error)
        if (!follow) return
        yield { events: [], caughtUp: true }
        // Gets the same page again, unless AWS no longer knows its token.
        if (isNamed(answer.error, 'InvalidParameterException')) [token, from] = [undefined, again(RECENT)]
        await clock.sleep(pause, signal)
        pause = Math.min(pause * 2, RETRY[1])
    }
  }
}

type Answer =
  | { kind: 'page'; events: LogEvent[]; next: string | undefined }
  | { kind: 'missing' }
  | { kind: 'failed'; error: unknown }

async function poll(reading: Reading, from: number, token: string | undefined): Promise<Answer> {
  const { place, signal, inTurn } = reading
  try {
    const page = await inTurn(place.region, async () => getEvents({ ...reading, from, token }))
    return { kind: 'page', ...page }
  } catch (error) {
    signal.throwIfAborted()
    return isNamed(error, 'ResourceNotFoundException') ? { kind: 'missing' } : { kind: 'failed', error }
  }
}

/** Tells new events of a group from those that an earlier page had. */
interface Unread {
  /** The events of a page that no earlier page had, in order of their time. */
  of(page: readonly LogEvent[]): LogEvent[]
  /** The latest time of all events. */
  newest(): number
  /** Forgets the events before the time from which the group is read again, so that memory stays bounded. */
  forget(before: number): void
}

export function createUnread(): Unread {
  const times = new Map<string, number>()
  let newest = -Infinity
  return {
    of(page) {
      const found = page.filter(({ id, time }) => {
        if (times.has(id)) return false
        times.set(id, time)
        newest = Math.max(newest, time)
        return true
      })
      return found.sort((a, b) => a.time - b.time)
    },
    newest: () => newest,
    forget(before) {
      for (const [id, time] of times) if (time < before) times.delete(id)
    },
  }
}
