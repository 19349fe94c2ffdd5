import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { ObjectHead, Objects, ReadableObjects } from '../../objects/object-store.js'
import { putCondition, readCondition } from './conditions.js'
import { s3Error, type S3Error, type S3ErrorCode } from './s3-error.js'
import { metadataHeaders, readMetadata } from './user-metadata.js'

export interface Reply {
  status: number
  headers: Record<string, string | number>
  body?: Buffer | Readable
}

/** A request for an object, which its caller may make. */
interface ObjectRequest {
  key: string
  request: IncomingMessage
  /** Of a PUT. */
  body: Buffer
  /** The error for a key that is absent, as much as the caller may learn. */
  absent: S3ErrorCode
}

/** @param objects without `put`, they can only be read. */
export async function replyTo(
  objects: Objects | ReadableObjects,
  asked: ObjectRequest,
): Promise<Reply | S3Error> {
  const { method } = asked.request
  if (method === 'HEAD') return headObject(objects, asked)
  if (method === 'GET') return getObject(objects, asked)
  if (!('put' in objects)) return s3Error('AccessDenied')
  return method === 'PUT' ? putObject(objects, asked) : deleteObject(objects, asked)
}

async function headObject(
  objects: ReadableObjects,
  { key, request, absent }: ObjectRequest,
): Promise<Reply | S3Error> {
  const head = await objects.head(key)
  if (!head) return s3Error(absent)
  return withoutBody(request, head) ?? { status: 200, headers: headersOf(head) }
}

async function getObject(
  objects: ReadableObjects,
  { key, request, absent }: ObjectRequest,
): Promise<Reply | S3Error> {
  const found = await (objects.open ? objects.open(key) : objects.get(key))
  if (!found) return s3Error(absent)
  const { body, ...about } = found
  const head = { size: Buffer.isBuffer(body) ? body.length : 0, ...about }
  const other = withoutBody(request, head)
  if (other && body instanceof Readable) body.destroy()
  return other ?? { status: 200, headers: headersOf(head), body }
}

/** The reply to conditions that keep the object from being sent, if they do. */
function withoutBody(request: IncomingMessage, head: ObjectHead): Reply | S3Error | undefined {
  const outcome = readCondition(request.headers, head)
  if (outcome === 'send') return undefined
  if (outcome === 'failed') return s3Error('PreconditionFailed')
  const { 'Content-Length': _, 'Content-Type': __, ...headers } = headersOf(head)
  return { status: 304, headers }
}

async function putObject(
  objects: Objects,
  { key, request, body, absent }: ObjectRequest,
): Promise<Reply | S3Error> {
  const { headers } = request
  const md5 = headers['content-md5']
  if (typeof md5 === 'string') {
    if (!/^[A-Za-z0-9+/]{22}==$/.test(md5)) return s3Error('InvalidDigest')
    if (md5 !== createHash('md5').update(body).digest('base64')) return s3Error('BadDigest')
  }
  const metadata = readMetadata(request)
  if (metadata && isError(metadata)) return metadata
  const condition = putCondition(headers)
  if (!condition) return s3Error('NotImplemented')
  const stored = await objects.put(
    key,
    {
      body,
      // S3's default.
      contentType: headers['content-type'] ?? 'binary/octet-stream',
      cacheControl: headers['cache-control'],
      metadata,
    },
    condition,
  )
  if (stored === 'absent') return s3Error(absent)
  if (typeof stored === 'string') return s3Error('PreconditionFailed')
  return { status: 200, headers: { ETag: stored.etag, ...ENCRYPTED, 'Content-Length': 0 } }
}

/**
 * What S3 answers to a condition on an absent object is not documented for buckets like these. Without a condition,
 * an absent object is no error.
 */
async function deleteObject(
  objects: Objects,
  { key, request, absent }: ObjectRequest,
): Promise<Reply | S3Error> {
  const ifMatch = request.headers['if-match']
  const outcome = await objects.delete(key, { ifMatch })
  if (outcome === 'changed') return s3Error('PreconditionFailed')
  if (outcome === 'absent' && ifMatch !== undefined) return s3Error(absent)
  return { status: 204, headers: {} }
}

function isError(value: Record<string, string> | S3Error): value is S3Error {
  return typeof value['status'] === 'number'
}

/**
 * S3 encrypts every object, and says so. Source: Amazon S3 user guide, "Setting default server-side
 * encryption behavior".
 */
const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' }

function headersOf(object: ObjectHead): Reply['headers'] {
  return {
    ETag: object.etag,
    'Last-Modified': object.lastModified.toUTCString(),
    'Content-Length': object.size,
    'Content-Type': object.contentType,
    ...(object.cacheControl !== undefined && { 'Cache-Control': object.cacheControl }),
    ...metadataHeaders(object.metadata),
    'Accept-Ranges': 'bytes',
    ...ENCRYPTED,
  }
}
