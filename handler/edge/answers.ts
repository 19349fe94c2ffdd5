import { createHash } from 'node:crypto'
import type { BadRequest, Image } from '../shared/contract.js'
import { bytesOf } from '../shared/image/check.js'
import type { EdgeHeaders, EdgeResponse } from './edge-event.js'

/** What stored images carry: a day in browsers, a year at the edge. */
export const IMAGE_CACHE_CONTROL = 'public, max-age=86400, s-maxage=31536000'

/** CloudFront refuses generated responses over 1 MB, headers included; the body counts as sent: encoded. */
const MAX_GENERATED_BYTES = 1_000_000

/** A generator's sentence may quote what it was sent. */
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
      ? 'FAILED: The image could not be made. The log has the reason.'
      : 'UNAVAILABLE: The image could not be made or stored in time. Ask again.',
    'no-store',
  )
}

/**
 * The largest image that the function answers itself, in bytes. As base64 they are 933 kB, which leaves room
 * for S3's headers, whose own metadata are 2 kB at most.
 */
export const MAX_ANSWERED_BYTES = 700_000

/** What S3 says of an object with these names is sent on. Source: Amazon S3 API reference, "GetObject". */
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
 * A stored image, with the headers that CloudFront would have had from S3. Left out: `Content-Length`, which
 * CloudFront sets itself and refuses from a function, and what is of the one request (date and request ids).
 * @param from the headers of S3's answer, names in lower case.
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
 * An image that was stored a moment ago. S3's answer to the PUT has its ETag, encryption, version and expiry.
 * It has no Last-Modified. That is the time at which S3 took the object, so its Date is at most a moment later.
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

/** S3's own headers but those of the request; `x-amz-cf-*` are CloudFront's, and disallowed. */
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
 * An image that could not be stored, sent as it is. It has to be asked for again soon, so it is not
 * kept long.
 * @returns `undefined` if it is more than CloudFront takes from a function.
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

/** The answer to HEAD: the same without a body. */
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
