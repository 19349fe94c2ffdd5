import { userStack } from '../../lib/user-stack.js'
import type { Served } from '../../local/cloudfront/viewer/served.js'
import type { FunctionReport, RequestEntry } from './messages.js'

/** How many requests are remembered, and how many log lines whose request is still under way. */
const REMEMBERED = 200
/** The function's line about a request has a few hundred characters. A generator may log whole documents. */
const LONGEST_LINE = 16_384

/** A request, with the key of the object that was sent, if it was one. */
export type Remembered = RequestEntry & { key?: string | undefined }

/** The latest requests, each with the function's log line about it, whichever comes first. */
export interface Requests {
  served(served: Served): Remembered
  /** @returns the request that the line is about, if it was served already. */
  functionLine(line: string): Remembered | undefined
  /** Newest first. */
  latest(count: number): RequestEntry[]
}

export function rememberRequests(): Requests {
  const entries = new Map<string, Remembered>()
  const early = new Map<string, FunctionReport>()
  return {
    served({ uri, reason, ...served }) {
      const { id } = served
      const why = reason === undefined ? {} : { reason: userStack(reason) }
      const entry: Remembered = { ...served, ...why, path: uri, function: early.get(id) }
      early.delete(id)
      keep(entries, id, entry)
      return entry
    },
    functionLine(line) {
      const read = readLine(line)
      if (!read) return undefined
      const entry = entries.get(read.id)
      if (entry) entry.function = read.report
      else keep(early, read.id, read.report)
      return entry
    },
    latest: (count) => [...entries.values()].slice(-count).toReversed(),
  }
}

function keep<T>(map: Map<string, T>, id: string, value: T): void {
  map.set(id, value)
  if (map.size <= REMEMBERED) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}

/**
 * Reads the function's line about a request (handler/shared/log.ts). A generator's own lines have no outcome.
 */
function readLine(line: string): { id: string; report: FunctionReport } | undefined {
  if (!line.startsWith('{') || line.length > LONGEST_LINE) return undefined
  let found: Partial<Record<string, unknown>>
  try {
    found = JSON.parse(line) as Partial<Record<string, unknown>>
  } catch {
    return undefined
  }
  const { requestId, outcome, ms, bytes, error, key } = found
  if (typeof requestId !== 'string' || typeof outcome !== 'string' || 'level' in found) return undefined
  const times = typeof ms === 'object' && ms !== null ? (ms as Partial<Record<string, unknown>>) : {}
  const report: FunctionReport = { outcome, ms: { total: 0 } }
  for (const name of ['total', 'lookup', 'render', 'store'] as const) {
    const value = times[name]
    if (typeof value === 'number') report.ms[name] = value
  }
  if (typeof bytes === 'number') report.bytes = bytes
  if (typeof key === 'string') report.key = key
  if (typeof error === 'string') report.error = userStack(error)
  return { id: requestId, report }
}
