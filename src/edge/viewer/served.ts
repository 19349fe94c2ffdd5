import type { CacheResult } from '../edge.js'

/** A request that was answered, as it is told of. */
export interface Served {
  /** As in `X-Amz-Cf-Id`; the function's log line has it too, if the function ran for this request. */
  id: string
  method: string
  /** The path as it was asked for, percent-encoded. */
  uri: string
  status: number
  cacheResult: CacheResult
  contentType: string | undefined
  /** Of the body that was sent. */
  bytes: number
  ms: number
  /** Of the object in the bucket, if the answer is one. */
  key?: string | undefined
  /** How long the function's process took to start, in ms, if one was started for this request. */
  coldStartMs?: number | undefined
  /** How long it waited until a process had time for it. */
  waitedMs?: number | undefined
  /** Seconds in the cache, if it came from there. */
  age?: number | undefined
  /** What went wrong: for this machine's user, not for the viewer. */
  reason?: string | undefined
}
