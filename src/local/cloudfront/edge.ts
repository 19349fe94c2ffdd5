import type { Answer, Parts } from './answer.js'
import { createCache, type Cached } from './cache/cache.js'
import type { Origin } from './origin/origin-event.js'
import type { FunctionRunner } from '../lambda/runner.js'
import {
  askOrigin,
  type LambdaError,
  type EdgeRequest,
  type OriginRequest,
  type OriginSide,
  type Outcome,
  type Took,
} from './origin/origin.js'

/**
 * What CloudFront's `X-Cache` header starts with. Source: CloudFront developer guide, "Standard logging
 * reference", x-edge-result-type.
 */
export type CacheResult = 'Hit' | 'RefreshHit' | 'Miss' | 'Error' | 'LambdaGeneratedResponse' | LambdaError

export interface EdgeAnswer extends Answer, Took {
  cacheResult: CacheResult
  /** How many parts of it a viewer can have. */
  parts: Parts
  /** Seconds in the cache, if it came from there. */
  age?: number | undefined
  /** Of the object that it is, if it was fetched for this request. */
  key?: string | undefined
  /** What went wrong behind an error of the edge itself: for this machine's user, not for the viewer. */
  reason?: string | undefined
}

export interface EdgeOptions extends OriginSide {
  /** For what the cache holds, in bytes. */
  cacheBytes: number
  now?: () => number
}

/** A CloudFront distribution with the function on its origin-request event, on this machine. */
export interface Edge {
  /** @param request a GET or a HEAD. */
  serve(request: EdgeRequest): Promise<EdgeAnswer>
  /** What the package makes of a path, without making anything. @throws FunctionFailed */
  explain(path: string): Promise<unknown>
  /**
   * Goes on with another function, and forgets what the one before answered. Requests that come
   * meanwhile wait; those that the end of the function before cut off are asked anew.
   * @param change ends the one before, and gives the next.
   */
  replace(change: () => Promise<FunctionRunner>): Promise<void>
}

/** What is cached. With many small answers, Node takes twice as much for them. */
export const CACHE_BYTES = 128 * 1024 * 1024

export function createEdge(options: EdgeOptions & { origin: Origin }): Edge {
  let running: Promise<FunctionRunner> = Promise.resolve(options.runner)
  const cache = createCache(options.cacheBytes, options.now)
  const inFlight = new Map<string, UnderWay>()

  const ask = async (request: OriginRequest, held: Held | undefined): Promise<EdgeAnswer> => {
    const asked = running
    const outcome = await askOrigin(request, held?.cached.answer, { ...options, runner: await asked })
    // What was asked of a function that is gone since, its end may have cut off.
    if (asked !== running) return ask(request, undefined)
    if (outcome.kind === 'unchanged' && held)
      cache.put(keyOf(held.method, request.uri), renewed(outcome, held.cached))
    else if ('answer' in outcome && outcome.kind !== 'function-failed' && outcome.kind !== 'origin-failed')
      cache.put(keyOf(request.method, request.uri), outcome.answer)
    return answerOf(outcome, held?.cached)
  }
  /** One request for all that ask for the same meanwhile; without any viewer left, it need not begin. */
  const begin = (request: EdgeRequest, held: Held | undefined): UnderWay => {
    const key = keyOf(request.method, request.uri)
    const left = new AbortController()
    const answer = ask({ ...request, signal: left.signal }, held).finally(() => inFlight.delete(key))
    const begun = { answer, left, viewers: 0 }
    inFlight.set(key, begun)
    return begun
  }
  const explain = async (path: string): Promise<unknown> => {
    const asked = running
    try {
      return await (await asked).explain(path)
    } catch (error) {
      if (asked === running) throw error
      return explain(path)
    }
  }
  return {
    async serve(request) {
      const { method, uri } = request
      const held = chooseHeld(method, (one) => cache.get(keyOf(one, uri)))
      if (held?.cached.fresh) return fromCache(held.cached)
      // Simultaneous misses for one key become one origin request, and all but the first are hits. Source:
      // CloudFront developer guide, "Simultaneous requests for the same object (request collapsing)".
      const underWay =
        inFlight.get(keyOf('GET', uri)) ?? (method === 'HEAD' ? inFlight.get(keyOf(method, uri)) : undefined)
      if (held?.cached.whileRevalidated) {
        if (!underWay) begin({ ...request, method: held.method }, held).answer.catch(() => undefined)
        return fromCache(held.cached)
      }
      if (underWay) return another(await joined(underWay, request))
      return joined(begin(request, held), request)
    },
    explain,
    async replace(change) {
      const before = running
      running = change()
      try {
        await running
      } catch (error) {
        running = before
        throw error
      }
      cache.clear()
    },
  }
}

/** A request to the origin, and how many viewers wait for it. */
interface UnderWay {
  answer: Promise<EdgeAnswer>
  viewers: number
  left: AbortController
}

async function joined(underWay: UnderWay, { whenLeft }: EdgeRequest): Promise<EdgeAnswer> {
  underWay.viewers++
  whenLeft?.(() => {
    underWay.viewers--
    if (underWay.viewers === 0) underWay.left.abort()
  })
  return underWay.answer
}

/** What is there, and how it was asked for: what HEAD has brought has no body. */
interface Held {
  method: string
  cached: Cached
}

/** A cached GET serves HEAD, and what HEAD alone has brought never serves GET. */
function chooseHeld(method: string, get: (method: string) => Cached | undefined): Held | undefined {
  const cached = get('GET')
  if (method === 'HEAD' && !cached?.fresh) {
    const head = get('HEAD')
    if (head && (head.fresh || !cached)) return { method: 'HEAD', cached: head }
  }
  return cached && { method: 'GET', cached }
}

function keyOf(method: string, uri: string): string {
  return method === 'HEAD' ? `HEAD ${uri}` : uri
}

function fromCache({ answer, age }: Cached): EdgeAnswer {
  return { ...answer, age, parts: 'many', cacheResult: answer.status >= 400 ? 'Error' : 'Hit' }
}

/** The same for a request that waited for it. What went wrong is told once. */
function another(answer: EdgeAnswer): EdgeAnswer {
  const hit = answer.cacheResult === 'Miss' || answer.cacheResult === 'LambdaGeneratedResponse'
  return {
    ...answer,
    coldStartMs: undefined,
    waitedMs: undefined,
    reason: undefined,
    cacheResult: hit ? (answer.status >= 400 ? 'Error' : 'Hit') : answer.cacheResult,
  }
}

function renewed({ headers }: { headers: Record<string, string> }, { answer }: Cached): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

function answerOf(outcome: Outcome, held: Cached | undefined): EdgeAnswer {
  const { coldStartMs, waitedMs } = outcome
  const took = { coldStartMs, waitedMs }
  switch (outcome.kind) {
    case 'object':
      // S3 sends one part of an object, or all of it. Source: Amazon S3 API reference, "GetObject", Range.
      return { ...outcome.answer, key: outcome.key, ...took, cacheResult: 'Miss', parts: 'one' }
    case 'refused':
      return { ...outcome.answer, ...took, cacheResult: 'Error', parts: 'none' }
    case 'generated': {
      // Source of the first: CloudFront developer guide, "Standard logging reference": an answer that an
      // origin-request function made is a Miss, in detail a MissGeneratedResponse.
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
      if (!held) throw new Error('The origin says that nothing changed, and nothing was asked.')
      return {
        ...renewed(outcome, held),
        key: outcome.key,
        ...took,
        cacheResult: 'RefreshHit',
        parts: 'many',
      }
    case 'origin-failed':
      // Source: CloudFront developer guide, "How CloudFront processes HTTP 4xx and 5xx status codes from your
      // origin", the requested object is in the edge cache. RefreshHit is the word that was seen.
      if (held?.ifError)
        return { ...fromCache(held), ...took, cacheResult: 'RefreshHit', reason: outcome.reason }
      return { ...outcome.answer, ...took, cacheResult: 'Error', parts: 'none', reason: outcome.reason }
    default:
      return outcome satisfies never
  }
}
