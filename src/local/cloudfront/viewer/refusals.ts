import type { IncomingMessage } from 'node:http'

/** Why CloudFront's edge refuses a request, before it looks into the cache. */
export interface Refusal {
  status: 400 | 403 | 414 | 494
  /** The sentence on its error page. */
  said: string
  /** For this machine's user. */
  reason: string
}

/**
 * In bytes. A request counts with its line and headers, without the body. Source: CloudFront developer guide,
 * "Quotas", general quotas.
 */
const LONGEST_URL = 8_192
export const LONGEST_REQUEST = 32_768

export const TOO_LARGE: Refusal = {
  status: 494,
  said: 'Bad request.',
  reason: `A request can have ${LONGEST_REQUEST} bytes with its headers (CloudFront developer guide, "Quotas").`,
}
export const MALFORMED: Refusal = { status: 400, said: 'Bad request.', reason: 'This is not valid HTTP.' }

/** @param uri the path that the request is for. */
export function refusalOf(
  { method = '', url = '', headers, httpVersion }: IncomingMessage,
  uri: string,
): Refusal | undefined {
  // An origin-request event can't have such a URI. And Node accepts lines without a version, as HTTP/0.9.
  if (!uri.startsWith('/') || !/^1\.[01]$/.test(httpVersion)) return MALFORMED
  if (method !== 'GET' && method !== 'HEAD')
    return {
      status: 403,
      said: 'This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests.',
      reason: `The distribution allows GET and HEAD, not ${method}.`,
    }
  // Source: CloudFront developer guide, "Request and response behavior for Amazon S3 origins", GET requests
  // that include a body.
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
    return {
      status: 403,
      said: 'Bad request.',
      reason: `CloudFront rejects a ${method} with a body (developer guide, "GET requests that include a body").`,
    }
  // CloudFront counts the whole URL. Source: the same page, Maximum length of a URL.
  const length = url.startsWith('/') ? `https://${headers.host ?? ''}${url}`.length : url.length
  if (length > LONGEST_URL)
    return {
      status: 414,
      said: 'Bad request.',
      reason: `The URL has ${length} bytes: CloudFront allows ${LONGEST_URL} (developer guide, "Quotas").`,
    }
  return undefined
}
