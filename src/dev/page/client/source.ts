import type { RequestEntry } from '../messages.js'

/** An answer as a viewer sees it, with what tells where it came from. */
export interface Seen {
  /** From `X-Amz-Cf-Id`. */
  id: string
  /** CloudFront's word, from `X-Cache`. */
  word: string
  status: number
  /** Whether it has an `Age`: then it lay in the cache. */
  aged: boolean
  /** The `Server` header. */
  server: string
  /** Whether it is a page of CloudFront's own. */
  html: boolean
}

/** Whether what is known of the request is enough to say where its answer came from. */
export function isEnough({ word }: Seen, entry: RequestEntry | undefined): boolean {
  if (!entry) return false
  return (word !== 'Miss' && word !== 'LambdaGeneratedResponse') || entry.function !== undefined
}

/** Where the answer came from, in a sentence. */
export function sourceInWords(seen: Seen, entry: RequestEntry | undefined): string {
  switch (seen.word) {
    case 'Hit':
      return seen.aged
        ? 'From the cache of the edge. The function was not asked.'
        : 'Another request for it came at the same time, and its answer served both.'
    case 'RefreshHit':
      return entry?.reason === undefined
        ? 'The copy in the cache had expired. The bucket said that it is still right.'
        : 'The copy in the cache had expired, and the bucket failed: the expired copy was sent.'
    case 'Miss':
      return missInWords(entry)
    case 'LambdaGeneratedResponse':
      return generatedInWords(seen, entry)
    case 'LambdaExecutionError':
      return 'The function failed before it answered: it threw, crashed, could not be loaded, or took more time or memory than it has. CloudFront answered in its place.'
    case 'LambdaValidationError':
      return 'The function answered with something that CloudFront does not take, and CloudFront answered in its place.'
    case 'LambdaLimitExceeded':
      return 'More requests came at once than the function may run for. CloudFront answered in its place.'
    case 'Error':
      return errorInWords(seen)
    default:
      return ''
  }
}

function missInWords(entry: RequestEntry | undefined): string {
  switch (entry?.function?.outcome ?? '') {
    case 'made':
      return entry?.function?.error === undefined
        ? 'Made for this request, and stored. The next one is a hit.'
        : 'Made for this request, but it could not be stored: the function sent the image itself.'
    case 'hit':
      return 'Not in the cache, but stored already: taken from the bucket.'
    case 'passed':
      return 'A file: not in the cache, and taken from the bucket.'
    default:
      return 'Not in the cache: the function was asked, and the answer came from the bucket.'
  }
}

function generatedInWords({ status }: Seen, entry: RequestEntry | undefined): string {
  const report = entry?.function
  switch (report?.outcome ?? '') {
    case 'made':
      return status < 400
        ? 'Made for this request, but it could not be stored: the function sent the image itself.'
        : 'Made for this request, but it could not be stored, and is too large for the function to send.'
    case 'rejected':
      return 'The function found the URL wrong. It did not look into the bucket.'
    case 'missing':
      return report?.ms.lookup === undefined
        ? 'The function knows nothing at such a path. It did not look into the bucket.'
        : 'The function looked into the bucket: there is no such object.'
    case 'failed':
      return status === 503
        ? 'The function gave up: the bucket could not be read, or the time was over. Asking again may help.'
        : 'The generator failed. The viewer is not told why.'
    default:
      return status >= 500 ? 'The function’s own answer: it failed.' : 'The function’s own answer.'
  }
}

function errorInWords({ status, aged, server, html }: Seen): string {
  if (aged) return 'An error from the cache of the edge, where it was kept. The function was not asked.'
  if (server.startsWith('AmazonS3')) return 'The bucket has no such object, and says so in its own way.'
  if (!html) return 'Another request for it came at the same time, and its error served both.'
  return status >= 500
    ? 'The bucket could not be reached. CloudFront answered in its place.'
    : 'CloudFront refused the request. The function was not asked.'
}

/**
 * What went wrong, if the answer does not say so itself.
 * @param text of the answer.
 */
export function reasonOf(
  { status }: Seen,
  text: string | undefined,
  entry: RequestEntry | undefined,
): string | undefined {
  const report = entry?.function
  // Of a wrong URL, the answer has told all there is; of a failure, it tells nothing.
  const failed = status >= 500 || report?.outcome === 'made'
  const why = ((failed ? report?.error : undefined) ?? entry?.reason ?? '').trim()
  return why === '' || why === text?.trim() ? undefined : why
}
