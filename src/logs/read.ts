import { setMaxListeners } from 'node:events'
import type { Session } from '../aws/session.js'
import { HOME_REGION } from '../lib/home-region.js'
import { directLogGroup, distributionLogGroup, edgeLogGroup } from '../config/names.js'
import type { LogEvent } from './log-event.js'
import { readGroup } from './group-reader.js'
import type { Health, Place } from './health.js'
import { mergeByTime } from './merge.js'
import { oneAtATime } from '../lib/async.js'

export interface Asked {
  /** Ms since the epoch. */
  start: number
  /** Goes on as events come, until the session's signal. */
  follow: boolean
  /** Only messages with this text, as CloudWatch finds it; more may come. */
  filter?: string | undefined
  /** Events a page; CloudWatch's own limit if not given. */
  pageSize?: number
}

type Reading = Pick<Session, 'clients' | 'clock' | 'signal'>

/** How long what came is held back, in case that other regions have something earlier. */
const HOLD = 2_000
/** How long all wait for a region that is slow to tell what it has from before. */
const PATIENCE = 15_000

/** Where events of a stack may be. */
export function placesOf(
  stack: string,
  regions: readonly string[],
  distribution: string | undefined,
): Place[] {
  return regions.flatMap((region) => [
    { region, group: edgeLogGroup(stack) },
    ...(region === HOME_REGION ? [{ region, group: directLogGroup(stack) }] : []),
    ...(distribution === undefined ? [] : [{ region, group: distributionLogGroup(distribution) }]),
  ])
}

/** Gives the events of all places in order of their time. @throws the signal's reason; GenatoError. */
export async function* readPlaces(
  session: Reading,
  places: readonly Place[],
  health: Health,
  { start, follow, filter, pageSize }: Asked,
): AsyncGenerator<LogEvent> {
  const { clients, clock } = session
  // Aborted in the end, so that nothing sleeps on when one of them has failed.
  const ended = new AbortController()
  // One listener for each place that is read, at the least: no leak.
  setMaxListeners(0, ended.signal)
  const end = () => ended.abort(session.signal.reason)
  session.signal.addEventListener('abort', end, { once: true })
  if (session.signal.aborted) end()
  const inTurn = oneAtATime()
  const readers = places.map((place) =>
    readGroup({
      place,
      logs: clients.in(place.region).logs,
      start,
      follow,
      filter,
      pageSize,
      clock,
      signal: ended.signal,
      inTurn,
      health,
    }),
  )
  try {
    yield* mergeByTime(readers, { clock, signal: ended.signal, hold: HOLD, patience: PATIENCE })
  } finally {
    session.signal.removeEventListener('abort', end)
    ended.abort()
  }
}
