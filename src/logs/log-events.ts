import { FilterLogEventsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { Place } from './health.js'

/** One event of CloudWatch Logs. */
export interface LogEvent {
  region: string
  group: string
  /** Unique within its group. */
  id: string
  /** Milliseconds since the epoch, by Lambda's clock. */
  time: number
  message: string
}

interface Query {
  place: Place
  logs: CloudWatchLogsClient
  /** Milliseconds since the epoch. */
  from: number
  filter: string | undefined
  /** Events a page; CloudWatch's own limit if `undefined`. */
  pageSize: number | undefined
  /** Of the page to get; `undefined` for the first. */
  token: string | undefined
  signal: AbortSignal
}

/** Gets one page of a group's events. @throws what the SDK throws. */
export async function getEvents({
  place,
  logs,
  from,
  filter,
  pageSize,
  token,
  signal,
}: Query): Promise<{ events: LogEvent[]; next: string | undefined }> {
  const pattern = filterPattern(filter)
  const { events = [], nextToken } = await logs.send(
    new FilterLogEventsCommand({
      logGroupName: place.group,
      startTime: from,
      ...(pattern === undefined ? {} : { filterPattern: pattern }),
      ...(pageSize === undefined ? {} : { limit: pageSize }),
      ...(token === undefined ? {} : { nextToken: token }),
    }),
    { abortSignal: signal },
  )
  return {
    next: nextToken,
    events: events.map(({ eventId, logStreamName = '', timestamp = 0, message = '' }) => ({
      ...place,
      id: eventId ?? `${logStreamName} ${timestamp} ${message}`,
      time: timestamp,
      message,
    })),
  }
}

/**
 * A pattern for FilterLogEvents that matches every message with this text, and maybe others. How patterns escape
 * quotes and backslashes is not documented well enough to rely on, so the pattern is the longest piece without
 * them, and the caller checks the whole text.
 */
export function filterPattern(text: string | undefined): string | undefined {
  const [longest = ''] = (text ?? '').split(/["\\]/).sort((a, b) => b.length - a.length)
  return longest.trim() === '' ? undefined : `"${longest}"`
}
