import type { Answer, Parts } from './answer.js'
import type { Cached } from './cache/cache.js'
import type { LambdaError, Outcome, Took } from './origin/origin.js'
import type { ViewerFunctionWord } from './viewer-function/run.js'

/**
 * The first word of CloudFront's `X-Cache` header. Source: CloudFront developer guide, "Standard logging
 * reference", x-edge-result-type.
 */
export type CacheResult =
  | 'Hit'
  | 'RefreshHit'
  | 'Miss'
  | 'Error'
  | 'LambdaGeneratedResponse'
  | LambdaError
  | ViewerFunctionWord

export interface EdgeAnswer extends Answer, Took {
  cacheResult: CacheResult
  /** How many ranges of it a viewer can have. */
  parts: Parts
  /** The id of the response headers policy of the behaviour that served it. */
  headersPolicy?: string
  /** The path that the viewer function made of the requested one, and the cache key. */
  rewritten?: string
  /** Seconds in the cache, if it came from there. */
  age?: number | undefined
  /** The object's key, if one was fetched for this request. */
  key?: string | undefined
  /** The cause of one of the edge's own errors. For this machine's user, not for the viewer. */
  reason?: string | undefined
}

/** A cached response as it is sent. */
export function fromCache({ answer, age }: Cached): EdgeAnswer {
  return { ...answer, age, parts: 'many', cacheResult: answer.status >= 400 ? 'Error' : 'Hit' }
}

/** The same response, for a request that joined the first one. Only the first reports what went wrong. */
export function another(answer: EdgeAnswer): EdgeAnswer {
  const hit = answer.cacheResult === 'Miss' || answer.cacheResult === 'LambdaGeneratedResponse'
  return {
    ...answer,
    coldStartMs: undefined,
    waitedMs: undefined,
    reason: undefined,
    cacheResult: hit ? (answer.status >= 400 ? 'Error' : 'Hit') : answer.cacheResult,
  }
}

/** A cached response with the headers of the origin's "not modified". */
export function renewed({ headers }: { headers: Record<string, string> }, { answer }: Cached): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

/** What the edge makes of the origin's outcome. @param held the expired response that was to be revalidated. */
export function answerOf(outcome: Outcome, held: Cached | undefined): EdgeAnswer {
  const { coldStartMs, waitedMs } = outcome
  const took = { coldStartMs, waitedMs }
  switch (outcome.kind) {
    case 'object':
      // S3 sends one range of an object, or all of it. Source: Amazon S3 API reference, "GetObject", Range.
      return { ...outcome.answer, key: outcome.key, ...took, cacheResult: 'Miss', parts: 'one' }
    case 'refused':
      return { ...outcome.answer, ...took, cacheResult: 'Error', parts: 'none' }
    case 'responded': {
      const { answer, reason } = outcome
      // The same page: an origin's 5xx leaves the viewers with the expired object.
      if (answer.status >= 500 && held?.ifError)
        return { ...fromCache(held), ...took, cacheResult: 'RefreshHit', reason }
      return {
        ...answer,
        ...took,
        cacheResult: answer.status >= 400 ? 'Error' : 'Miss',
        parts: 'none',
        reason,
      }
    }
    case 'generated': {
      // A response that an origin-request function generated is a Miss, in detail a MissGeneratedResponse.
      // Source: CloudFront developer guide, "Standard logging reference".
      const cacheResult = outcome.answer.status < 400 ? 'Miss' : 'LambdaGeneratedResponse'
      return { ...outcome.answer, ...took, cacheResult, parts: 'none' }
    }
    case 'function-failed':
      return {
        ...outcome.answer,
        ...took,
        cacheResult: outcome.word,
        parts: 'none',
        reason: outcome.reason,
      }
    case 'unchanged':
      if (!held) throw new Error('The origin reports "not modified" to a request without conditions.')
      return {
        ...renewed(outcome, held),
        key: outcome.key,
        ...took,
        cacheResult: 'RefreshHit',
        parts: 'many',
      }
    case 'origin-failed':
      // A cached object is served instead. Source: CloudFront developer guide, "How CloudFront processes HTTP
      // 4xx and 5xx status codes from your origin". Real responses have the word RefreshHit.
      if (held?.ifError)
        return { ...fromCache(held), ...took, cacheResult: 'RefreshHit', reason: outcome.reason }
      return { ...outcome.answer, ...took, cacheResult: 'Error', parts: 'none', reason: outcome.reason }
    default:
      return outcome satisfies never
  }
}
