import type { ObjectHead, ReadableObjects } from '../../../objects/object-store.js'
import type { Answer } from '../answer.js'
import type { Origin } from './origin-event.js'
import type { Conditions } from './origin.js'

/** A bucket as an origin, with its objects. */
export interface S3Origin extends Origin {
  objects: Pick<ReadableObjects, 'get' | 'head'>
}

/**
 * S3's response to CloudFront's GET or HEAD.
 * @param held an expired response from the cache, and the conditions that were made of it.
 */
export async function fetchObject(
  method: string,
  key: string,
  held: Answer | undefined,
  conditions: Conditions,
  store: S3Origin['objects'],
) {
  if (held?.status === 200 || method === 'HEAD') {
    const head = await store.head(key)
    if (!head) return accessDenied()
    // S3 checks the tag before the date. Source: Amazon S3 API reference, "GetObject".
    if (head.etag === conditions['if-none-match'])
      return { kind: 'unchanged', headers: dated({ headers: headersOf(head) }, 'AmazonS3').headers } as const
    if (method === 'HEAD') return objectAnswer(head, Buffer.alloc(0), { 'content-length': String(head.size) })
  }
  const object = await store.get(key)
  return object ? objectAnswer(object, object.body) : accessDenied()
}

function objectAnswer(about: Omit<ObjectHead, 'size'>, body: Buffer, more: Record<string, string> = {}) {
  const answer = { status: 200, headers: { ...headersOf(about), ...more }, body }
  return { kind: 'object', answer: dated(answer, 'AmazonS3') } as const
}

/** S3's response to someone who may not list the bucket. It doesn't reveal whether the key exists. */
function accessDenied() {
  const body = Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
  )
  const answer = { status: 403, headers: { 'content-type': 'application/xml' }, body }
  return { kind: 'refused', answer: dated(answer, 'AmazonS3') } as const
}

function headersOf(about: Omit<ObjectHead, 'size'>): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': about.contentType,
    ...(about.cacheControl ? { 'cache-control': about.cacheControl } : {}),
    etag: about.etag,
    'last-modified': about.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-server-side-encryption': 'AES256',
  }
  for (const [name, value] of Object.entries(about.metadata ?? {})) headers[`x-amz-meta-${name}`] = value
  return headers
}

/** CloudFront caches the date with the response: a hit has the date of the fetch. Seen in many captures. */
export function dated<A extends Pick<Answer, 'headers'>>(answer: A, server: string): A {
  return { ...answer, headers: { server, ...answer.headers, date: new Date().toUTCString() } }
}
