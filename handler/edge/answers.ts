import { createHash } from 'node:crypto'
import type { BadRequest, Image } from '../shared/contract.js'
import { bytesOf } from '../shared/image/check.js'
import type { EdgeHeaders, EdgeResponse } from './edge-event.js'

/** For stored images: a day in browsers, a year at the edge. */
export const IMAGE_CACHE_CONTROL = 'public, max-age=86400, s-maxage=31536000'

/** CloudFront rejects generated responses over 1 MB, including headers. The body counts in its base64 form. */
const MAX_GENERATED_BYTES = 1_000_000

/** A generator's message may quote the viewer's whole URL. */
const MAX_MESSAGE = 2_000

const DESCRIPTIONS: Record<number, string> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export function rejected({ code, message }: Pick<BadRequest, 'code' | 'message'>): EdgeResponse {
  return text(400, `${code}: ${message}`.slice(0, MAX_MESSAGE), 'public, max-age=3600')
}

export function missing(message: string): EdgeResponse {
  return text(404, `NOT_FOUND: ${message}`, 'public, max-age=60')
}

export function failed(status: 500 | 503): EdgeResponse {
  return text(
    status,
    status === 500
      ? 'FAILED: The image could not be generated. See the log for the reason.'
      : 'UNAVAILABLE: The image could not be generated or stored in time. Try again.',
    'no-store',
  )
}

/**
 * The largest image that the function answers with itself, in bytes. In base64 it has 933 kB, which leaves room for
 * S3's headers: their metadata has at most 2 kB.
 */
export const MAX_ANSWERED_BYTES = 700_000

/** Headers of S3 that describe the object, and are passed on. Source: Amazon S3 API reference, "GetObject". */
const OF_THE_OBJECT = new Set([
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'server',
])

/**
 * Answers with a stored image, and with the headers that CloudFront would have got from S3. It omits
 * `Content-Length`, which CloudFront sets itself and rejects from a function, and headers of the single request: date
 * and request ids.
 * @param from the headers of S3's answer, by name in lower case.
 */
export function storedImage(from: Record<string, string | string[] | undefined>, body: Buffer): EdgeResponse {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(from)) {
    if (typeof value !== 'string') continue
    if (OF_THE_OBJECT.has(name) || isAboutObject(name)) headers[titleCase(name)] = value
  }
  return { ...empty(200, headers), body: body.toString('base64'), bodyEncoding: 'base64' }
}

/**
 * Answers with an image that was stored a moment ago. S3's answer to the PUT has the ETag, encryption, version and
 * expiry, but no Last-Modified. Its Date is at most a moment later, and is sent instead.
 */
export function justStored(image: Image, from: Record<string, string | string[] | undefined>): EdgeResponse {
  const { date } = from
  const headers = {
    ...from,
    'content-type': image.contentType,
    'cache-control': IMAGE_CACHE_CONTROL,
    'accept-ranges': 'bytes',
    ...(date === undefined ? {} : { 'last-modified': date }),
  }
  return storedImage(headers, bytesOf(image))
}

/** Excludes S3's headers of the single request, and `x-amz-cf-*`, which CloudFront forbids in a function's answer. */
function isAboutObject(name: string): boolean {
  return name.startsWith('x-amz-') && !/^x-amz-(request-id|id-2|cf-.*|bucket-region|checksum-.*)$/.test(name)
}

function titleCase(name: string): string {
  return name.startsWith('x-amz-')
    ? name
    : name === 'etag'
      ? 'ETag'
      : name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}

/**
 * Answers with an image that could not be stored. Caches keep it only briefly, so that the next request soon tries to
 * store it again.
 * @returns `undefined` if the image is larger than CloudFront accepts from a function.
 */
export function unstored(image: Image): EdgeResponse | undefined {
  const body = bytesOf(image)
  const encoded = body.toString('base64')
  if (encoded.length >= MAX_GENERATED_BYTES) return undefined
  return {
    ...empty(200, {
      'Content-Type': image.contentType,
      'Cache-Control': 'public, max-age=60',
      ETag: `"${createHash('md5').update(body).digest('hex')}"`,
    }),
    body: encoded,
    bodyEncoding: 'base64',
  }
}

/** The answer to HEAD: the same headers without a body. */
export function withoutBody({ status, statusDescription, headers }: EdgeResponse): EdgeResponse {
  return { status, ...(statusDescription ? { statusDescription } : {}), headers }
}

function text(status: number, body: string, cacheControl: string): EdgeResponse {
  return {
    ...empty(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': cacheControl,
    }),
    body: `${body}\n`,
    bodyEncoding: 'text',
  }
}

function empty(status: number, headers: Record<string, string>): EdgeResponse {
  const edgeHeaders: EdgeHeaders = {}
  for (const [key, value] of Object.entries(headers)) edgeHeaders[key.toLowerCase()] = [{ key, value }]
  return { status: String(status), statusDescription: DESCRIPTIONS[status] ?? '', headers: edgeHeaders }
}
