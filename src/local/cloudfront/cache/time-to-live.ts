import { CACHE_TTL, ERROR_CODES } from '../../../../templates/distribution.js'
import type { Answer } from '../answer.js'
import { httpDate } from '../http-date.js'

/** What the origin says of how long its answer may be kept, read. Seconds. */
export interface Lifetime {
  fresh: number
  /** After that, how long it may be sent while it is asked for anew. */
  whileRevalidated: number
  /** After that, how long it may be sent where the origin fails: the maximum TTL, unless the origin says less. */
  ifError: number
}

/** The distribution's error caching minimum TTLs. CloudFront's own is 10 s. Source: "Control how long CloudFront caches errors". */
const ERROR_TTL = new Map(ERROR_CODES.map((code) => [code, 0]))
const DEFAULT_ERROR_TTL = 10

/**
 * Errors that CloudFront keeps in any case, and those it keeps if the origin says how long; others never.
 * Source: CloudFront developer guide, "How CloudFront processes HTTP 4xx and 5xx status codes from your origin".
 */
const ALWAYS_KEPT = new Set([404, 410, 414, 500, 501, 502, 503, 504])
const KEPT_IF_TOLD = new Set([400, 403, 405, 412, 415])
/** For these, `no-store` and its like are heeded. Source: "Control how long CloudFront caches errors". */
const HEEDED = new Set([404, 410, 414, 501])

/**
 * How long an answer is kept, as the distribution that `genato deploy` makes has it: successes within the
 * cache policy's bounds, errors for the longer of what they say and the error caching time, which is 0.
 * Source: CloudFront developer guide, "Manage how long content stays in the cache (expiration)".
 * @param now ms since the epoch, for `Expires`.
 */
export function lifetime({ status, headers }: Pick<Answer, 'status' | 'headers'>, now: number): Lifetime {
  const directives = readDirectives(headers['cache-control'] ?? '')
  const told = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age') ?? expires(headers, now)
  const refused = ['no-store', 'no-cache', 'private'].some((name) => directives.has(name))
  return {
    fresh: status >= 400 ? errorTime(status, refused, told) : objectTime(status, refused, told),
    whileRevalidated: Math.min(secondsOf(directives, 'stale-while-revalidate') ?? 0, CACHE_TTL.max),
    ifError: Math.min(secondsOf(directives, 'stale-if-error') ?? CACHE_TTL.max, CACHE_TTL.max),
  }
}

/**
 * Of a temporary redirect only what is said; of a part, or of "not modified", nothing: alone, they are no
 * object. Source: CloudFront developer guide, "How CloudFront processes HTTP 3xx status codes from your origin".
 */
function objectTime(status: number, refused: boolean, told: number | undefined): number {
  if (status === 206 || status === 304) return 0
  if ((status === 307 || status === 308) && told === undefined) return 0
  if (refused) return CACHE_TTL.min
  return Math.min(Math.max(told ?? CACHE_TTL.default, CACHE_TTL.min), CACHE_TTL.max)
}

function errorTime(status: number, refused: boolean, told: number | undefined): number {
  const least = ERROR_TTL.get(status) ?? DEFAULT_ERROR_TTL
  if (refused && HEEDED.has(status)) return 0
  if (ALWAYS_KEPT.has(status)) return Math.min(Math.max(refused ? 0 : (told ?? 0), least), CACHE_TTL.max)
  return KEPT_IF_TOLD.has(status) && told !== undefined ? Math.min(Math.max(told, least), CACHE_TTL.max) : 0
}

function expires({ expires: date }: Record<string, string>, now: number): number | undefined {
  if (date === undefined) return undefined
  const at = httpDate(date)
  // What is no date is in the past. Source: RFC 9111, section 5.3.
  return Number.isNaN(at) ? 0 : Math.max(0, (at - now) / 1000)
}

function secondsOf(directives: Map<string, string>, name: string): number | undefined {
  const value = directives.get(name)
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined
}

function readDirectives(header: string): Map<string, string> {
  const directives = new Map<string, string>()
  for (const part of header.split(',')) {
    const [name = '', value = ''] = part.trim().split('=', 2)
    directives.set(name.toLowerCase(), value.replaceAll('"', ''))
  }
  return directives
}
