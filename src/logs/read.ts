import { setMaxListeners } from 'node:events'
import type { Session } from '../aws/session.js'
import { EDGE_REGIONS } from '../aws/regions.js'
import { oneAtATime } from '../lib/async.js'
import { readGroup } from './group-reader.js'
import type { Health, Place } from './health.js'
import type { LogEvent } from './log-events.js'
import { mergeByTime } from './merge.js'

export interface Asked {
  /** Ms since the epoch. */
  start: number
  /** Goes on with new events until the session's signal. */
  follow: boolean
  /** Only messages that contain this text. CloudWatch does the search, and may return others too. */
  filter?: string | undefined
  /** Events a page; CloudWatch's own limit if left out. */
  pageSize?: number
}

type Reading = Pick<Session, 'clients' | 'clock' | 'signal'>

/** How long new events are held back, in case another region has earlier ones. */
const HOLD = 2_000
/** How long all regions wait for one that is slow to give its past events. */
const PATIENCE = 15_000

/**
 * Where in these regions a stack's events may be. Groups of functions at the edge may be in every region, because
 * Lambda@Edge may run in more of them than genato knows.
 */
export function placesOf(
  groups: readonly { name: string; regions: readonly string[] }[],
  regions: readonly string[],
): Place[] {
  return regions.flatMap((region) =>
    groups
      .filter(({ regions: known }) => known === EDGE_REGIONS || known.includes(region))
      .map(({ name }) => ({ region, group: name })),
  )
}

/** Yields the events of all places in order of their time. @throws the signal's reason; GenatoError. */
export async function* readPlaces(
  session: Reading,
  places: readonly Place[],
  health: Health,
  { start, follow, filter, pageSize }: Asked,
): AsyncGenerator<LogEvent> {
  const { clients, clock } = session
  // Aborted at the end, so that the other readers stop sleeping when one has failed.
  const ended = new AbortController()
  // Each place adds at least one listener; this is not a leak.
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
