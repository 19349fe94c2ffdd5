import { httpDate } from '../../../lib/http-date.js'

/** The outcome of a viewer's conditions for a response. */
export type Verdict = 'send' | 'not-modified' | 'failed'

/** The headers of a response that conditions are compared with. */
interface Validators {
  etag?: string | undefined
  'last-modified'?: string | undefined
}

/** A viewer's headers: names in lower case, one value each. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>

/**
 * In the order of RFC 9110, section 13.2.2: entity tags before dates. Conditions on tags are ignored if the
 * response has none. Source: CloudFront developer guide, "Request and response behavior for custom origins",
 * Caching.
 */
export function precondition(
  asked: RequestHeaders,
  { etag, 'last-modified': modified }: Validators,
): Verdict {
  const ifMatch = etag === undefined ? undefined : asked['if-match']
  const unmodifiedSince = asked['if-unmodified-since']
  if (ifMatch !== undefined) {
    if (!names(ifMatch, etag, true)) return 'failed'
  } else if (unmodifiedSince !== undefined && after(modified, unmodifiedSince)) return 'failed'

  const ifNoneMatch = etag === undefined ? undefined : asked['if-none-match']
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, etag, false) ? 'not-modified' : 'send'
  const since = asked['if-modified-since']
  return since !== undefined && after(modified, since) === false ? 'not-modified' : 'send'
}

/** Whether a range may be sent. With If-Range, only of exactly the object that it names. */
export function rangeHolds(asked: RequestHeaders, { etag, 'last-modified': modified }: Validators): boolean {
  const ifRange = asked['if-range']
  if (ifRange === undefined) return true
  if (/^(W\/)?"/.test(ifRange)) return !ifRange.startsWith('W/') && ifRange === etag
  return modified !== undefined && httpDate(ifRange) === httpDate(modified)
}

function names(list: string, etag: string | undefined, strong: boolean): boolean {
  if (list.trim() === '*') return true
  if (etag === undefined || (strong && etag.startsWith('W/'))) return false
  const tags = list.match(/(W\/)?"[^"]*"/g) ?? []
  return tags.some((tag) => (strong ? tag === etag : opaque(tag) === opaque(etag)))
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '')
}

/** Whether it was modified after the date. `undefined`, to ignore the condition, if either is not a date. */
function after(modified: string | undefined, date: string): boolean | undefined {
  const [one, other] = [httpDate(modified ?? ''), httpDate(date)]
  return Number.isNaN(one) || Number.isNaN(other) ? undefined : one > other
}
