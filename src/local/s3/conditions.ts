import type { IncomingHttpHeaders } from 'node:http'
import { httpDate } from '../../lib/http-date.js'
import { hasETag, type ObjectHead } from '../../objects/object-store.js'

/**
 * The outcome of a read's conditions, in the order of RFC 9110, section 13.2.2, which S3's documentation of GetObject
 * agrees with: ETags before dates, and what must hold before what must not.
 */
export function readCondition(
  headers: IncomingHttpHeaders,
  head: ObjectHead,
): 'send' | 'not-modified' | 'failed' {
  const ifMatch = headers['if-match']
  if (ifMatch !== undefined) {
    if (!anyOf(ifMatch, head)) return 'failed'
  } else if (modifiedAfter(head, headers['if-unmodified-since'])) return 'failed'

  const ifNoneMatch = headers['if-none-match']
  if (ifNoneMatch !== undefined) return anyOf(ifNoneMatch, head) ? 'not-modified' : 'send'
  return modifiedAfter(head, headers['if-modified-since']) === false ? 'not-modified' : 'send'
}

function anyOf(list: string, head: ObjectHead): boolean {
  return list.split(',').some((tag) => hasETag(head, tag.trim().replace(/^W\//, '')))
}

/** `undefined`, to ignore the condition, if there is none or it is no date. */
function modifiedAfter({ lastModified }: ObjectHead, date: string | undefined): boolean | undefined {
  const at = httpDate(date ?? '')
  // HTTP's dates have whole seconds.
  return Number.isNaN(at) ? undefined : Math.floor(+lastModified / 1000) * 1000 > at
}

/** The conditions of a put that the local S3 knows, or `undefined` if it has another. */
export function putCondition({
  'if-match': ifMatch,
  'if-none-match': ifNoneMatch,
}: IncomingHttpHeaders): { ifAbsent: boolean; ifMatch: string | undefined } | undefined {
  const isKnown = ifNoneMatch === undefined || (ifNoneMatch === '*' && ifMatch === undefined)
  return isKnown && ifMatch !== '*' ? { ifAbsent: ifNoneMatch === '*', ifMatch } : undefined
}
