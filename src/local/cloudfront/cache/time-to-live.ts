import { ERROR_CODES } from '../../../../templates/distribution.js'
import type { Answer } from '../answer.js'
import { httpDate } from '../../../lib/http-date.js'

/** The bounds of a cache policy, in seconds. */
export interface TimeToLive {
  min: number
  default: number
  max: number
}

/** How long a response may be kept, in seconds. */
export interface Lifetime {
  fresh: number
  /** After that, how long it may be sent while it is revalidated. */
  whileRevalidated: number
  /**
   * After that, how long it may be sent if the origin fails: the maximum TTL, unless the origin says less.
   */
  ifError: number
}

/**
 * The distribution's error caching minimum TTLs. The default is 10 s. Source: "Control how long CloudFront
 * caches errors".
 */
const ERROR_TTL = new Map(ERROR_CODES.map((code) => [code, 0]))
const DEFAULT_ERROR_TTL = 10

/**
 * Errors that CloudFront always caches, and errors that it caches if the origin says how long. It caches no
 * others. Source: CloudFront developer guide, "How CloudFront processes HTTP 4xx and 5xx status codes from
 * your origin".
 */
const ALWAYS_KEPT = new Set([404, 410, 414, 500, 501, 502, 503, 504])
const KEPT_IF_STATED = new Set([400, 403, 405, 412, 415])
/**
 * CloudFront respects `no-store` and the like for these. Source: "Control how long CloudFront caches errors".
 */
const HEEDED = new Set([404, 410, 414, 501])

/**
 * How long a response is kept: successes within the cache policy's bounds, errors for the longer of what they
 * say and the distribution's error caching time, which is 0. Source: CloudFront developer guide, "Manage how
 * long content stays in the cache (expiration)".
 * @param now ms since the epoch, for `Expires`.
 */
export function lifetime(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  now: number,
  ttl: TimeToLive,
): Lifetime {
  const directives = readDirectives(headers['cache-control'] ?? '')
  const stated =
    secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age') ?? expires(headers, now)
  const refused = ['no-store', 'no-cache', 'private'].some((name) => directives.has(name))
  return {
    fresh: status >= 400 ? errorTime(status, refused, stated, ttl) : objectTime(status, refused, stated, ttl),
    whileRevalidated: Math.min(secondsOf(directives, 'stale-while-revalidate') ?? 0, ttl.max),
    ifError: Math.min(secondsOf(directives, 'stale-if-error') ?? ttl.max, ttl.max),
  }
}

/**
 * Whether viewers who asked at the same time get this response too. With a minimum TTL of 0, CloudFront doesn't
 * collapse requests for what is not to be kept. Source: CloudFront developer guide, "Simultaneous requests for the
 * same object (request collapsing)".
 */
export function isShared({ headers }: Pick<Answer, 'headers'>, { min }: TimeToLive): boolean {
  if (min > 0) return true
  const directives = readDirectives(headers['cache-control'] ?? '')
  const alone = ['no-store', 'no-cache', 'private'].some((name) => directives.has(name))
  return !alone && secondsOf(directives, 'max-age') !== 0 && secondsOf(directives, 's-maxage') !== 0
}

/**
 * A temporary redirect is kept only if it says how long. A partial response and "not modified" are never
 * kept: alone they are not an object. Source: CloudFront developer guide, "How CloudFront processes HTTP 3xx
 * status codes from your origin".
 */
function objectTime(status: number, refused: boolean, stated: number | undefined, ttl: TimeToLive): number {
  if (status === 206 || status === 304) return 0
  if ((status === 307 || status === 308) && stated === undefined) return 0
  if (refused) return ttl.min
  return Math.min(Math.max(stated ?? ttl.default, ttl.min), ttl.max)
}

function errorTime(
  status: number,
  refused: boolean,
  stated: number | undefined,
  { max }: TimeToLive,
): number {
  const least = ERROR_TTL.get(status) ?? DEFAULT_ERROR_TTL
  if (refused && HEEDED.has(status)) return 0
  if (ALWAYS_KEPT.has(status)) return Math.min(Math.max(refused ? 0 : (stated ?? 0), least), max)
  return KEPT_IF_STATED.has(status) && stated !== undefined ? Math.min(Math.max(stated, least), max) : 0
}

function expires({ expires: date }: Record<string, string>, now: number): number | undefined {
  if (date === undefined) return undefined
  const at = httpDate(date)
  // An invalid date counts as one in the past. Source: RFC 9111, section 5.3.
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
