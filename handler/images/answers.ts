import { CACHE_TAG } from '../shared/pictures/cache-tag.js'
import type { Answer } from './function-url.js'
import type { Refusal } from './types.js'

/**
 * How long caches keep what is stored. At the edge for a day: until then CloudFront may miss that an original was
 * replaced. In browsers for an hour, but for minutes where access can be withdrawn.
 * @param signed whether only signed URLs reach the rendition.
 */
export function storedCacheControl(signed: boolean): string {
  return `public, max-age=${signed ? 300 : 3600}, s-maxage=86400`
}

/** The same answer from the function: within a minute, CloudFront looks whether S3's copy takes its place. */
export function freshCacheControl(signed: boolean): string {
  return `public, max-age=${signed ? 300 : 3600}, s-maxage=60`
}

/** For an answer that may be outdated already. */
export const OUTDATED = 'public, max-age=0, s-maxage=0'

/** Nothing in an SVG runs or loads, even if a viewer navigates to it. It may still style itself. */
const SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

export interface PictureAnswer {
  body: Buffer
  contentType: string
  cacheControl: string
  /** As S3 gave it, in quotes. Left out where nothing is stored. */
  etag?: string | undefined
  lastModified?: string | undefined
  tag: string
}

export function picture(answer: PictureAnswer): Answer {
  const { body, contentType, cacheControl, etag, lastModified, tag } = answer
  return {
    status: 200,
    headers: {
      'Content-Type': contentType,
      'Cache-Control': cacheControl,
      ...(etag === undefined ? {} : { ETag: etag }),
      ...(lastModified === undefined ? {} : { 'Last-Modified': lastModified }),
      ...(contentType === 'image/svg+xml' ? { 'Content-Security-Policy': SANDBOX } : {}),
      ...always(tag),
    },
    body,
  }
}

const CACHED: Readonly<Record<Refusal['status'], string>> = {
  // All but a wrong path depend on the original, which may be replaced.
  400: 'public, max-age=300',
  403: 'public, max-age=300',
  404: 'public, max-age=60',
  415: 'public, max-age=300',
}

/** @param tag of the original. Left out where the path names none. */
export function refused({ status, code, message }: Omit<Refusal, 'name'>, tag?: string): Answer {
  return text(status, `${code}: ${message}`, CACHED[status], tag)
}

export function wrongMethod(method: string): Answer {
  const { headers, ...answer } = text(405, `METHOD_NOT_ALLOWED: ${method.slice(0, 20)} is not GET or HEAD.`)
  return { ...answer, headers: { ...headers, Allow: 'GET, HEAD' } }
}

export function failed(status: 500 | 503): Answer {
  return text(
    status,
    status === 500
      ? 'FAILED: The picture could not be made. See the log for the reason.'
      : 'UNAVAILABLE: The picture could not be read, made or stored in time. Try again.',
  )
}

/** The answer to HEAD: the same headers without a body. */
export function withoutBody(answer: Answer): Answer {
  return { ...answer, body: Buffer.alloc(0) }
}

/** A refusal may quote the viewer's whole URL. */
const MAX_MESSAGE = 2_000

function text(status: number, body: string, cacheControl = 'no-store', tag?: string): Answer {
  return {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': cacheControl,
      ...always(tag),
    },
    body: Buffer.from(`${body.slice(0, MAX_MESSAGE)}\n`),
  }
}

function always(tag: string | undefined): Record<string, string> {
  return {
    'X-Content-Type-Options': 'nosniff',
    // S3 sends the same header with what is stored, and CloudFront knows one name only.
    ...(tag === undefined ? {} : { [`X-Amz-Meta-${CACHE_TAG}`]: tag }),
  }
}
