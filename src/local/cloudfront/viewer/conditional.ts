import { httpDate } from '../../../lib/http-date.js'

/** What a viewer's conditions make of an answer that is there. */
export type Verdict = 'send' | 'not-modified' | 'failed'

/** Of an answer: what conditions are held against. */
interface Validators {
  etag?: string | undefined
  'last-modified'?: string | undefined
}

/** A viewer's, in lower case, one value each. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>

/**
 * The order of RFC 9110, section 13.2.2: entity tags before dates. Tags are not heeded where the answer has
 * none. Source of that: CloudFront developer guide, "Request and response behavior for custom origins", Caching.
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

/** Whether a range may be sent: without If-Range always, with it only of the very object that it names. */
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

/** Whether it was modified after that; `undefined` where either is no date, and the condition is not heeded. */
function after(modified: string | undefined, date: string): boolean | undefined {
  const [one, other] = [httpDate(modified ?? ''), httpDate(date)]
  return Number.isNaN(one) || Number.isNaN(other) ? undefined : one > other
}
