import { createHash } from 'node:crypto'
import type { BadRequest, Image } from './contract.js'
import { bytesOf } from './image/check.js'
import type { EdgeHeaders, EdgeResponse } from './event.js'

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
