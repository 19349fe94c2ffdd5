import { FilterLogEventsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { Clock } from '../aws/clock.js'
import { isNamed } from '../aws/errors.js'
import type { LogEvent } from './log-event.js'
import { filterPattern } from './filter.js'
import type { Health, Place } from './health.js'
import type { Page } from './merge.js'
import { createSeen } from './unseen-events.js'
import type { OneAtATime } from '../lib/async.js'

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
  /** Regions allow few calls a second: one at a time in each. */
  inTurn: OneAtATime
  health: Health
}

/** Ms between looks. CloudWatch allows as few as 5 calls a second in a region, for all who use the account. */
const POLL = 2_000
/** For a group that there is not yet. */
const MISSING = 30_000
/** After a failure, doubling. */
const RETRY: [first: number, last: number] = [5_000, 60_000]
/** What is that recent is read again each time: events come some seconds late. */
const RECENT = 60_000
/** And all of this each minute: some come minutes late, and this clock may run ahead of AWS's. */
const LATEST = 600_000
const LATEST_EVERY = 60_000

/**
 * Gives the events of one group, each once, page by page.
 * @throws the signal's reason; what `health` throws.
 */
export async function* readGroup(reading: Reading): AsyncGenerator<Page<LogEvent>> {
  const { start, follow, clock, signal, health, place } = reading
  const seen = createSeen()
  let searched = -Infinity
  const past = (time: number, back: number) => Math.min(time, clock.now()) - back
  const again = (back: number) => Math.max(start, past(seen.newest(), back), past(searched, LATEST))
  let latestAt = clock.now()
  let from = start
  let token: string | undefined
  let begun = clock.now()
  let pause = RETRY[0]
  for (;;) {
    const answer = await look(reading, from, token)
    switch (answer.kind) {
      case 'page':
        health.there(place)
        yield { events: seen.fresh(answer.events), caughtUp: answer.next === undefined }
        // A little more is kept than is read again: pages may be out of order.
        seen.forget(again(LATEST + RECENT))
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
        // The same page is asked for again, unless AWS no longer knows which that was.
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

async function look(reading: Reading, from: number, token: string | undefined): Promise<Answer> {
  const { place, logs, pageSize, signal, inTurn } = reading
  const pattern = filterPattern(reading.filter)
  try {
    const { events = [], nextToken } = await inTurn(place.region, async () =>
      logs.send(
        new FilterLogEventsCommand({
          logGroupName: place.group,
          startTime: from,
          ...(pattern === undefined ? {} : { filterPattern: pattern }),
          ...(pageSize === undefined ? {} : { limit: pageSize }),
          ...(token === undefined ? {} : { nextToken: token }),
        }),
        { abortSignal: signal },
      ),
    )
    return { kind: 'page', next: nextToken, events: events.map((event) => eventOf(place, event)) }
  } catch (error) {
    signal.throwIfAborted()
    return isNamed(error, 'ResourceNotFoundException') ? { kind: 'missing' } : { kind: 'failed', error }
  }
}

interface Found {
  eventId?: string | undefined
  logStreamName?: string | undefined
  timestamp?: number | undefined
  message?: string | undefined
}

function eventOf(
  place: Place,
  { eventId, logStreamName = '', timestamp = 0, message = '' }: Found,
): LogEvent {
  return { ...place, id: eventId ?? `${logStreamName} ${timestamp} ${message}`, time: timestamp, message }
}
