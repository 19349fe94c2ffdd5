/**
 * The local CloudFront: one distribution, with the list of cache behaviours that `genato deploy` sets up. It
 * caches, collapses requests, revalidates and runs the functions as an edge location does; `viewer/` is its
 * HTTP side. It has one cache instead of several layers, no HTTPS, no HTTP/2, no viewer functions, and no
 * access logs. docs/local-edge.md lists what it does like CloudFront, and what it can't.
 */
import type { Behaviour } from '../../../templates/distribution.js'
import type { FunctionRunner } from '../lambda/runner.js'
import type { Answer, Parts } from './answer.js'
import { behaviourChooser } from './behaviours.js'
import { createCache, type Cached } from './cache/cache.js'
import {
  askOrigin,
  type EdgeRequest,
  type LambdaError,
  type OriginRequest,
  type Outcome,
  type S3Origin,
  type Took,
} from './origin/origin.js'

/**
 * The first word of CloudFront's `X-Cache` header. Source: CloudFront developer guide, "Standard logging
 * reference", x-edge-result-type.
 */
export type CacheResult = 'Hit' | 'RefreshHit' | 'Miss' | 'Error' | 'LambdaGeneratedResponse' | LambdaError

export interface EdgeAnswer extends Answer, Took {
  cacheResult: CacheResult
  /** How many ranges of it a viewer can have. */
  parts: Parts
  /** The id of the response headers policy of the behaviour that served it. */
  headersPolicy?: string
  /** Seconds in the cache, if it came from there. */
  age?: number | undefined
  /** The object's key, if one was fetched for this request. */
  key?: string | undefined
  /** The cause of one of the edge's own errors. For this machine's user, not for the viewer. */
  reason?: string | undefined
}

export interface EdgeOptions {
  /** In order of precedence, the default one last. */
  behaviours: readonly Behaviour[]
  /** By the ids that behaviours name. */
  origins: Readonly<Record<string, S3Origin>>
  /** By the names that behaviours name. */
  functions: Readonly<Record<string, Pick<FunctionRunner, 'invoke'>>>
  /** The size of the cache, in bytes. */
  cacheBytes: number
  now?: () => number
}

export interface Edge {
  /** @param request a GET or a HEAD. */
  serve(request: EdgeRequest): Promise<EdgeAnswer>
  /**
   * Changes what is behind the edge, and clears the cache. Requests that come meanwhile wait. Requests to the
   * origin that were under way are made again, because the change may have cut them off.
   */
  change(run: () => Promise<void>): Promise<void>
  /** Runs another task that such a change may cut off. It waits, and runs again, as requests do. */
  whileUnchanged<T>(task: () => Promise<T>): Promise<T>
}

/** The default size of the cache. With many small responses, Node takes twice as much memory. */
export const CACHE_BYTES = 128 * 1024 * 1024

export function createEdge({ behaviours, origins, functions, cacheBytes, now }: EdgeOptions): Edge {
  const behaviourOf = behaviourChooser(behaviours)
  const cache = createCache(cacheBytes, now)
  const inFlight = new Map<string, UnderWay>()
  let changed: Promise<unknown> = Promise.resolve()

  const whileUnchanged = async <T>(task: () => Promise<T>): Promise<T> => {
    const seen = changed
    await seen
    try {
      const result = await task()
      if (seen === changed) return result
    } catch (error) {
      if (seen === changed) throw error
    }
    return whileUnchanged(task)
  }
  const ask = async (
    behaviour: Behaviour,
    request: OriginRequest,
    held: Held | undefined,
  ): Promise<EdgeAnswer> => {
    const side = { origin: originOf(origins, behaviour), fn: functionOf(functions, behaviour) }
    let known = held
    const { outcome, before } = await whileUnchanged(async () => {
      const before = known
      // After a change, the cache is empty.
      known = undefined
      return { outcome: await askOrigin(request, before?.cached.answer, side), before }
    })
    const { ttl } = behaviour.cache
    if (outcome.kind === 'unchanged' && before)
      cache.put(keyOf(before.method, request.uri), renewed(outcome, before.cached), ttl)
    else if ('answer' in outcome && outcome.kind !== 'function-failed' && outcome.kind !== 'origin-failed')
      cache.put(keyOf(request.method, request.uri), outcome.answer, ttl)
    return answerOf(outcome, before?.cached)
  }
  /** Starts one request for all viewers that ask for the same. It is aborted when none of them is left. */
  const begin = (behaviour: Behaviour, request: EdgeRequest, held: Held | undefined): UnderWay => {
    const key = keyOf(request.method, request.uri)
    const left = new AbortController()
    const answer = ask(behaviour, { ...request, signal: left.signal }, held).finally(() =>
      inFlight.delete(key),
    )
    const begun = { answer, left, viewers: 0 }
    inFlight.set(key, begun)
    return begun
  }
  const answer = async (behaviour: Behaviour, request: EdgeRequest): Promise<EdgeAnswer> => {
    const { method, uri } = request
    const held = chooseHeld(method, (one) => cache.get(keyOf(one, uri)))
    if (held?.cached.fresh) return fromCache(held.cached)
    // Simultaneous misses for one key become one origin request, and all but the first are hits. Source:
    // CloudFront developer guide, "Simultaneous requests for the same object (request collapsing)".
    const underWay =
      inFlight.get(keyOf('GET', uri)) ?? (method === 'HEAD' ? inFlight.get(keyOf(method, uri)) : undefined)
    if (held?.cached.whileRevalidated) {
      if (!underWay) begin(behaviour, { ...request, method: held.method }, held).answer.catch(() => undefined)
      return fromCache(held.cached)
    }
    if (underWay) return another(await joined(underWay, request))
    return joined(begin(behaviour, request, held), request)
  }
  return {
    async serve(request) {
      const behaviour = behaviourOf(request.uri)
      return { ...(await answer(behaviour, request)), headersPolicy: behaviour.headers }
    },
    async change(run) {
      const running = run()
      changed = running.catch(() => undefined)
      await running
      cache.clear()
    },
    whileUnchanged,
  }
}

function originOf(origins: EdgeOptions['origins'], { path, origin }: Behaviour): S3Origin {
  const found = origins[origin]
  if (!found) throw new Error(`The behaviour ${path} names an origin that is missing, ${origin}.`)
  return found
}

/** The function on the behaviour's origin-request event, if it has one. */
function functionOf(functions: EdgeOptions['functions'], behaviour: Behaviour) {
  const attached = behaviour.functions.find(({ event }) => event === 'origin-request')
  if (!attached) return undefined
  const found = functions[attached.function]
  if (!found)
    throw new Error(`The behaviour ${behaviour.path} names a function that is missing, ${attached.function}.`)
  return found
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

/** A cached response, and the method that it was requested with. A response to HEAD has no body. */
interface Held {
  method: string
  cached: Cached
}

/** A cached GET serves HEAD. A cached HEAD never serves GET. */
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

/** The same response, for a request that joined the first one. Only the first reports what went wrong. */
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
      // S3 sends one range of an object, or all of it. Source: Amazon S3 API reference, "GetObject", Range.
      return { ...outcome.answer, key: outcome.key, ...took, cacheResult: 'Miss', parts: 'one' }
    case 'refused':
      return { ...outcome.answer, ...took, cacheResult: 'Error', parts: 'none' }
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
