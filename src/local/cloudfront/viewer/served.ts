import type { Answer } from '../answer.js'
import type { CacheResult, EdgeAnswer } from '../edge-answer.js'

/** A request that was served, for reports. */
export interface Served {
  /** As in `X-Amz-Cf-Id`. If the function ran for this request, its log line has it too. */
  id: string
  method: string
  /** The requested path, percent-encoded. */
  uri: string
  status: number
  cacheResult: CacheResult
  contentType: string | undefined
  /** The size of the body that was sent. */
  bytes: number
  ms: number
  /** The path behind the viewer function, which is the cache key, if there is such a function. */
  rewritten?: string | undefined
  /** The key of the object in the bucket, if the response is one. */
  key?: string | undefined
  /** How long the function's process took to start, in ms, if one was started for this request. */
  coldStartMs?: number | undefined
  /** How long it waited for a free process. */
  waitedMs?: number | undefined
  /** Seconds in the cache, if it came from there. */
  age?: number | undefined
  /** What went wrong. For this machine's user, not for the viewer. */
  reason?: string | undefined
}

/**
 * @param answer the edge's response.
 * @param sent the part of it that this viewer got.
 */
export function servedOf(
  { id, method, uri }: Pick<Served, 'id' | 'method' | 'uri'>,
  answer: EdgeAnswer,
  sent: Answer,
  ms: number,
): Served {
  const { cacheResult, rewritten, key, coldStartMs, waitedMs, age } = answer
  return {
    id,
    method,
    uri,
    status: sent.status,
    cacheResult,
    contentType: sent.headers['content-type'],
    bytes: sent.body.length,
    ms,
    rewritten,
    key,
    coldStartMs,
    waitedMs,
    age,
    reason: answer.reason ?? sentence(answer),
  }
}

/**
 * The error that the function sent to the viewer, cached or not: one of the codes and sentences in
 * docs/urls.md.
 */
function sentence({ status, headers, body }: Answer): string | undefined {
  const text = status >= 400 && headers['content-type']?.startsWith('text/plain') === true
  return text && body.length > 0 ? body.toString('utf8').trim() : undefined
}
