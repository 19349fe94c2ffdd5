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

/**
 * A request, with the key of the stored object that answered it, if one did. `rewritten` is the path that the gate made
 * of it, which the image function gets.
 */
export type Remembered = RequestEntry & { key?: string | undefined; rewritten?: string | undefined }

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
  const early = new Map<string, Read>()
  /**
   * Lambda gives an invocation by URL an id of its own, so the image function's line is found by the rendition's key, or
   * by the path.
   */
  const isOf = (read: Read, entry: Remembered) =>
    read.id === entry.id ||
    (entry.function === undefined &&
      entry.rewritten !== undefined &&
      (`/${read.report.key}` === entry.rewritten || read.path === entry.path))
  return {
    served({ uri, reason, ...served }) {
      const { id } = served
      const why = reason === undefined ? {} : { reason: userStack(reason) }
      const entry: Remembered = { ...served, ...why, path: uri, function: undefined }
      const read =
        early.get(id) ?? (ranFor(entry) ? [...early.values()].find((one) => isOf(one, entry)) : undefined)
      if (read) {
        entry.function = read.report
        early.delete(read.id)
      }
      keep(entries, id, entry)
      return entry
    },
    functionLine(line) {
      const read = readLine(line)
      if (!read) return undefined
      const entry =
        entries.get(read.id) ?? [...entries.values()].findLast((one) => ranFor(one) && isOf(read, one))
      if (entry) entry.function = read.report
      else keep(early, read.id, read)
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

/** Whether a function may have run for it: nothing came from the cache. */
function ranFor({ age, cacheResult }: Remembered): boolean {
  return age === undefined && (cacheResult === 'Miss' || cacheResult === 'Error')
}

interface Read {
  id: string
  path: string
  report: FunctionReport
}

function readLine(line: string): Read | undefined {
  const fields = line.length > LONGEST_LINE ? undefined : readFields(line)
  const read = fields && readRequestLine(fields)
  if (!read) return undefined
  const { requestId, path, region: _region, error, ...report } = read
  const whole = error === undefined ? report : { ...report, error: userStack(error) }
  return { id: requestId, path, report: whole }
}
