/**
 * The local CloudFront: one distribution, with the list of cache behaviours that `genato deploy` sets up. It
 * caches, collapses requests, revalidates and runs the functions as an edge location does; `viewer/` is its
 * HTTP side. It has one cache instead of several layers, no HTTPS, no HTTP/2, no viewer-response functions,
 * and no access logs. docs/local-edge.md lists what it does like CloudFront, and what it can't.
 */
import type { Behaviour } from '../../../templates/distribution.js'
import type { FunctionRunner } from '../lambda/runner.js'
import type { Answer } from './answer.js'
import { behaviourChooser } from './behaviours.js'
import { createCache, type Cached } from './cache/cache.js'
import { checkPurge, type Purge } from './cache/purge.js'
import { isShared } from './cache/time-to-live.js'
import { another, answerOf, fromCache, renewed, type EdgeAnswer } from './edge-answer.js'
import {
  askOrigin,
  type EdgeRequest,
  type OriginRequest,
  type OriginSide,
  type Outcome,
} from './origin/origin.js'
import { sideOf, type EdgeOrigin } from './origin/side.js'
import type { ViewerFunction } from './viewer-function/event.js'
import { runViewerFunction } from './viewer-function/run.js'

/** What viewers reach through the edge. */
export interface Distribution {
  /** In order of precedence, the default one last. */
  behaviours: readonly Behaviour[]
  /** By the ids that behaviours name. */
  origins: Readonly<Record<string, EdgeOrigin>>
  /** Lambda@Edge functions, by the names that behaviours name. */
  functions: Readonly<Record<string, Pick<FunctionRunner, 'invoke'>>>
  /** CloudFront Functions, in the same way. */
  viewerFunctions?: Readonly<Record<string, ViewerFunction>>
}

export interface EdgeOptions extends Distribution {
  /** The header of origins' responses that lists their cache tags, in lower case. */
  cacheTagHeader?: string
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
   * @param run may bring another distribution.
   * @throws Error if a behaviour of it names an origin or a function that is missing.
   */
  change(run: () => Promise<Distribution | void>): Promise<void>
  /**
   * Drops responses from the cache, as an invalidation does. One that was being fetched is cached all the same.
   * @returns how many were dropped. @throws Error for a tag or path that CloudFront can't invalidate.
   */
  purge(purge: Purge): number
  /** Runs another task that such a change may cut off. It waits, and runs again, as requests do. */
  whileUnchanged<T>(task: () => Promise<T>): Promise<T>
}

/** The default size of the cache. With many small responses, Node takes twice as much memory. */
export const CACHE_BYTES = 128 * 1024 * 1024

/** @throws Error if a behaviour names an origin or a function that is missing. */
export function createEdge(options: EdgeOptions): Edge {
  const { cacheBytes, now, cacheTagHeader } = options
  let wiredOf = wire(options)
  const cache = createCache(cacheBytes, now, cacheTagHeader)
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
    { side, cache: { ttl } }: Wired,
    request: OriginRequest,
    held: Held | undefined,
  ): Promise<EdgeAnswer> => {
    let known = held
    const { outcome, before } = await whileUnchanged(async () => {
      const before = known
      // After a change, the cache is empty.
      known = undefined
      return { outcome: await askOrigin(request, before?.cached.answer, side), before }
    })
    if (outcome.kind === 'unchanged' && before)
      cache.put(keyOf(before.method, request.uri), renewed(outcome, before.cached), ttl)
    else if (isCacheable(outcome, before?.cached))
      cache.put(keyOf(request.method, request.uri), outcome.answer, ttl)
    return answerOf(outcome, before?.cached)
  }
  /** Starts a request to the origin. It is aborted when none of the viewers who wait for it is left. */
  const start = (behaviour: Wired, request: EdgeRequest, held: Held | undefined): UnderWay => {
    const left = new AbortController()
    return { answer: ask(behaviour, { ...request, signal: left.signal }, held), left, viewers: 0 }
  }
  /** Starts one request for all viewers that ask for the same. */
  const begin = (behaviour: Wired, request: EdgeRequest, held: Held | undefined): UnderWay => {
    const key = keyOf(request.method, request.uri)
    const { answer, ...rest } = start(behaviour, request, held)
    const begun = { ...rest, answer: answer.finally(() => inFlight.delete(key)) }
    inFlight.set(key, begun)
    return begun
  }
  const answer = async (behaviour: Wired, request: EdgeRequest): Promise<EdgeAnswer> => {
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
    if (underWay) {
      const first = await joined(underWay, request)
      if (isShared(first, behaviour.cache.ttl)) return another(first)
      return joined(start(behaviour, request, undefined), request)
    }
    return joined(begin(behaviour, request, held), request)
  }
  return {
    async serve(request) {
      await changed
      // The viewer's path chooses the behaviour. What the function makes of the path changes neither behaviour nor
      // origin. Source: CloudFront developer guide, "CloudFront Functions event structure".
      const behaviour = wiredOf(request.uri)
      const { viewerFunction, headers: headersPolicy } = behaviour
      if (!viewerFunction) return { ...(await answer(behaviour, request)), headersPolicy }
      const decision = await runViewerFunction(viewerFunction, request)
      if (decision.kind === 'respond') {
        const { answer: response, word: cacheResult, reason } = decision
        return { ...response, cacheResult, parts: 'none', reason }
      }
      const { uri } = decision
      return { ...(await answer(behaviour, { ...request, uri })), headersPolicy, rewritten: uri }
    },
    async change(run) {
      const running = (async () => {
        const next = await run()
        if (next) wiredOf = wire(next)
      })()
      changed = running.catch(() => undefined)
      await running
      cache.clear()
    },
    purge(purge) {
      checkPurge(purge)
      return cache.purge(purge)
    },
    whileUnchanged,
  }
}

/** @throws Error if a behaviour names an origin or a function that is missing. */
function wire(distribution: Distribution): (path: string) => Wired {
  return behaviourChooser(
    distribution.behaviours.map((behaviour) => ({
      ...behaviour,
      side: sideOf(behaviour, distribution),
      viewerFunction: viewerFunctionOf(behaviour, distribution.viewerFunctions),
    })),
  )
}

/** A behaviour with what it names. */
interface Wired extends Behaviour {
  side: OriginSide
  viewerFunction: ViewerFunction | undefined
}

/**
 * Whether the cache may take an outcome. CloudFront's own pages are not cached, and an origin's 5xx doesn't take the
 * place of an expired object that is sent instead.
 */
function isCacheable(outcome: Outcome, held: Cached | undefined): outcome is Outcome & { answer: Answer } {
  if (!('answer' in outcome) || outcome.kind === 'function-failed' || outcome.kind === 'origin-failed')
    return false
  return !(outcome.kind === 'responded' && outcome.answer.status >= 500 && held?.ifError === true)
}

/** The function on the behaviour's viewer-request event, if it has one. */
function viewerFunctionOf(
  { path, functions }: Behaviour,
  viewerFunctions: EdgeOptions['viewerFunctions'] = {},
): ViewerFunction | undefined {
  const attached = functions.find(({ event }) => event === 'viewer-request')
  if (!attached) return undefined
  const found = viewerFunctions[attached.function]
  if (!found)
    throw new Error(`The behaviour ${path} names a viewer function that is missing, ${attached.function}.`)
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
