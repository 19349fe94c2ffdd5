import type { Answer } from '../answer.js'
import type { CacheResult, EdgeAnswer } from '../edge.js'

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

/**
 * @param answer as the edge gave it.
 * @param sent what this viewer got of it.
 */
export function servedOf(
  { id, method, uri }: Pick<Served, 'id' | 'method' | 'uri'>,
  answer: EdgeAnswer,
  sent: Answer,
  ms: number,
): Served {
  const { cacheResult, key, coldStartMs, waitedMs, age } = answer
  return {
    id,
    method,
    uri,
    status: sent.status,
    cacheResult,
    contentType: sent.headers['content-type'],
    bytes: sent.body.length,
    ms,
    key,
    coldStartMs,
    waitedMs,
    age,
    reason: answer.reason ?? sentence(answer),
  }
}

/** What the function told the viewer, from the cache or not: the codes and sentences of docs/urls.md. */
function sentence({ status, headers, body }: Answer): string | undefined {
  const text = status >= 400 && headers['content-type']?.startsWith('text/plain') === true
  return text && body.length > 0 ? body.toString('utf8').trim() : undefined
}
