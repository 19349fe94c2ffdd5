import { readFields, readRequestLine } from '../../../handler/shared/log.js'
import { userStack } from '../../lib/user-stack.js'
import type { Served } from '../../local/cloudfront/viewer/served.js'
import type { FunctionReport, RequestEntry } from './messages.js'

/** How many requests are remembered, and how many of the function's lines whose request is not answered yet. */
const REMEMBERED = 200
/**
 * Characters: JSON writes each of a request line's path and error in up to six. A generator may log whole
 * documents, which need no parsing here.
 */
const LONGEST_LINE = 65_536

/** A request, with the key of the stored object that answered it, if one did. */
export type Remembered = RequestEntry & { key?: string | undefined }

/** The latest requests, each joined with the function's line about it, whichever comes first. */
export interface Requests {
  served(served: Served): Remembered
  /** @returns the request that the line is about, if it is answered already. */
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

function readLine(line: string): { id: string; report: FunctionReport } | undefined {
  const fields = line.length > LONGEST_LINE ? undefined : readFields(line)
  const read = fields && readRequestLine(fields)
  if (!read) return undefined
  const { requestId, path: _path, region: _region, error, ...report } = read
  return { id: requestId, report: error === undefined ? report : { ...report, error: userStack(error) } }
}
