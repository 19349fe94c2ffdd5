import { isFault } from '../../../lib/log-text.js'
import type { RequestEntry } from '../messages.js'

/** An answer as a viewer sees it, with the headers that show where it came from. */
export interface Seen {
  /** From `X-Amz-Cf-Id`. */
  id: string
  /** CloudFront's word, from `X-Cache`. */
  word: string
  status: number
  /** Whether it has an `Age`, so comes from the cache. */
  aged: boolean
  /** The `Server` header. */
  server: string
  /** Whether it is one of CloudFront's own error pages. */
  html: boolean
}

/** Whether the entry is enough to say where the answer came from. */
export function isEnough({ word }: Seen, entry: RequestEntry | undefined): boolean {
  if (!entry) return false
  return (word !== 'Miss' && word !== 'LambdaGeneratedResponse') || entry.function !== undefined
}

/** Where the answer came from, in a sentence. */
export function sourceInWords(seen: Seen, entry: RequestEntry | undefined): string {
  switch (seen.word) {
    case 'Hit':
      return seen.aged
        ? 'From the edge cache. The function did not run.'
        : 'Another request for it arrived at the same time, and one response served both.'
    case 'RefreshHit':
      return entry?.reason === undefined
        ? 'The copy in the cache had expired, and the bucket confirmed that it is unchanged.'
        : 'The copy in the cache had expired, but the bucket failed, so the expired copy was sent.'
    case 'Miss':
      return missInWords(entry)
    case 'LambdaGeneratedResponse':
      return generatedInWords(seen, entry)
    case 'LambdaExecutionError':
      return 'The function failed before it responded: it threw, crashed, couldn’t be loaded, or ran out of time or memory. CloudFront answered in its place.'
    case 'LambdaValidationError':
      return 'CloudFront did not accept the function’s response, and answered in its place.'
    case 'LambdaLimitExceeded':
      return 'More requests arrived at once than the function may run in parallel. CloudFront answered in its place.'
    case 'FunctionGeneratedResponse':
      return 'The gate refused it at the edge. No function on Lambda ran.'
    case 'FunctionExecutionError':
    case 'FunctionValidationError':
      return 'The gate failed, and CloudFront answered in its place.'
    case 'Error':
      return errorInWords(seen, entry)
    default:
      return ''
  }
}

function missInWords(entry: RequestEntry | undefined): string {
  switch (entry?.function?.outcome) {
    case 'made':
      return entry?.function?.error === undefined
        ? 'Generated for this request, and stored. The next one is a hit.'
        : 'Generated for this request, but it couldn’t be stored: the function sent the image itself.'
    case 'hit':
      return 'Not in the cache, but stored already: taken from the bucket.'
    case 'found':
      return 'Not in the cache, but stored already, and its original is unchanged: the function sent it.'
    case 'passed':
      return 'A file: not in the cache, and taken from the bucket.'
    case 'rejected':
    case 'missing':
    case 'failed':
    case undefined:
    default:
      return 'Not in the cache: the function ran, and the response came from the bucket.'
  }
}

function generatedInWords({ status }: Seen, entry: RequestEntry | undefined): string {
  const report = entry?.function
  switch (report?.outcome) {
    case 'made':
      return status < 400
        ? 'Generated for this request, but it couldn’t be stored: the function sent the image itself.'
        : 'Generated for this request, but it couldn’t be stored, and is too large for the function to send.'
    case 'rejected':
      return 'The function rejected the URL without looking into the bucket.'
    case 'missing':
      return report.ms.lookup === undefined
        ? 'The function serves nothing at such a path. It didn’t look into the bucket.'
        : 'The function looked into the bucket: there is no such object.'
    case 'failed':
      return status === 503
        ? 'The function gave up: the bucket couldn’t be read, or time ran out. Trying again may help.'
        : 'The generator failed. Viewers don’t see why.'
    case 'hit':
    case 'found':
    case 'passed':
    case undefined:
    default:
      return status >= 500 ? 'The function’s own response: it failed.' : 'The function’s own response.'
  }
}

function errorInWords({ status, aged, server, html }: Seen, entry: RequestEntry | undefined): string {
  if (entry?.function?.outcome === 'missing') return 'The image function looked: there is no such original.'
  if (entry?.function) return 'The image function’s own response.'
  if (aged) return 'An error from the edge cache. The function did not run.'
  if (server.startsWith('AmazonS3')) return 'The bucket has no such object, and this is its own response.'
  if (!html) return 'Another request for it arrived at the same time, and one error served both.'
  return status >= 500
    ? 'The bucket couldn’t be reached. CloudFront answered in its place.'
    : 'CloudFront refused the request. The function did not run.'
}

/**
 * What went wrong, unless the answer says so itself.
 * @param text the answer's body.
 */
export function reasonOf(
  { status }: Seen,
  text: string | undefined,
  entry: RequestEntry | undefined,
): string | undefined {
  const report = entry?.function
  // The answer to a wrong URL says all there is to say; the answer to a failure says nothing.
  const failed = report && (status >= 500 || isFault(report))
  const why = ((failed ? report.error : undefined) ?? entry?.reason ?? '').trim()
  return why === '' || why === text?.trim() ? undefined : why
}
