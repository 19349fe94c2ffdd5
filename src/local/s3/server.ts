/**
 * The local S3: serves buckets of objects, path-style, to the functions of the local Lambda. It does GET,
 * HEAD, PUT and DELETE of whole objects, with requests signed by Signature Version 4, conditions, the user's
 * metadata and a check of the caller's permissions. It has no lists, copies, multipart uploads, ranges, versions or
 * presigned URLs, and responds to those with S3's own errors. docs/local-edge.md compares it with S3.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Grant } from '../../../templates/grants.js'
import { serveOnLoopback } from '../../lib/loopback.js'
import type { Objects, ReadableObjects } from '../../objects/object-store.js'
import { authorize, mayLearnAbsence } from './authorize.js'
import { putCondition } from './conditions.js'
import { replyTo, type Reply } from './object-requests.js'
import { readRequestBody } from './request-body.js'
import { parseRequestTarget } from './request-target.js'
import { s3Error, s3ErrorXml } from './s3-error.js'
import type { S3Error } from './s3-error.js'
import { verifySignature } from './signature.js'
import type { Credentials } from './signature.js'

const DEFAULT_MAX_OBJECT_BYTES = 100 * 1024 * 1024
const MAX_KEY_BYTES = 1024
const METHODS: readonly string[] = ['GET', 'HEAD', 'PUT', 'DELETE']

export interface ObjectStoreOptions {
  /** By their names. Objects without `put` can only be read. */
  buckets: ReadonlyMap<string, Objects | ReadableObjects>
  /** The account that owns the buckets, 12 digits. Any account matches if left out. */
  account?: string | undefined
  /** The only region that requests may be signed for. Any region if left out. */
  region?: string | undefined
  credentials: Credentials
  /** What the caller's role allows. Everything is allowed if left out. */
  grants?: readonly Grant[] | undefined
  /** Bytes; 100 MiB if left out. */
  maxObjectBytes?: number | undefined
  /** The clock that request dates are compared with. */
  now?: (() => Date) | undefined
  /** Receives the errors behind InternalError responses. */
  onError?: ((error: unknown) => void) | undefined
}

export interface ObjectStore {
  /** `http://127.0.0.1:<port>`. Objects are at `<endpoint>/<bucket>/<key>`. */
  endpoint: string
  /** Drops every connection at once. Resolves when writes under way are done. */
  close(): Promise<void>
}

/** Starts the local S3 on a free port of 127.0.0.1. Rejects if it can't listen. */
export async function startObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
  const underWay = new Set<Promise<void>>()
  const server = await serveOnLoopback((request, response) => {
    const done = serve(options, request, response).finally(() => underWay.delete(done))
    underWay.add(done)
  }, options.onError)
  return {
    endpoint: server.endpoint,
    async close() {
      await server.close()
      await Promise.all(underWay)
    },
  }
}

async function serve(
  options: ObjectStoreOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomBytes(8).toString('hex').toUpperCase()
  try {
    const outcome = await answer(options, request)
    if (outcome !== 'aborted') await send(request, response, requestId, outcome)
  } catch (error) {
    options.onError?.(error)
    if (!response.headersSent) await send(request, response, requestId, s3Error('InternalError'))
    else response.destroy()
  }
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  outcome: Reply | S3Error,
): Promise<void> {
  const reply = 'code' in outcome ? errorReply(request, requestId, outcome) : outcome
  const ids = { 'x-amz-request-id': requestId, 'x-amz-id-2': randomBytes(56).toString('base64') }
  response.writeHead(reply.status, { ...ids, Server: 'AmazonS3', ...reply.headers })
  if (!(reply.body instanceof Readable)) response.end(reply.body)
  else if (response.destroyed) reply.body.destroy()
  else {
    const length = Number(reply.headers['Content-Length'])
    await pipeline(reply.body, whole(length), response).catch((error: unknown) => unlessLeft(response, error))
  }
}

/** Passes on a body, and fails if it ends before its announced length, which its reader would wait for. */
function whole(length: number) {
  return async function* pass(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let passed = 0
    for await (const chunk of body) {
      passed += chunk.length
      yield chunk
    }
    if (passed < length) throw new Error(`A body ended after ${passed} of ${length} bytes.`)
  }
}

/** A client that leaves in the middle of a body is no failure of the store. */
function unlessLeft(response: ServerResponse, error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  response.destroy()
}

function errorReply(request: IncomingMessage, requestId: string, error: S3Error): Reply {
  const allow = error.code === 'MethodNotAllowed' && { Allow: METHODS.join(', ') }
  // Without a framing header, the client could not use the connection again.
  if (request.method === 'HEAD')
    return {
      status: error.status,
      headers: { 'content-type': 'application/xml', 'transfer-encoding': 'chunked', ...allow },
    }
  const [path = ''] = (request.url ?? '').split('?')
  const body = Buffer.from(s3ErrorXml(error, { Resource: path, RequestId: requestId }))
  const headers = { 'Content-Type': 'application/xml', 'Content-Length': body.length, ...allow }
  return { status: error.status, headers, body }
}

async function answer(
  options: ObjectStoreOptions,
  request: IncomingMessage,
): Promise<Reply | S3Error | 'aborted'> {
  const { credentials, region, now = () => new Date() } = options
  const method = request.method ?? ''
  const target = parseRequestTarget(request.url ?? '')
  if (!target) return s3Error('InvalidURI')
  const { rawPath, rawQuery, bucket, key } = target
  const signed = { method, rawPath, rawQuery, headers: request.headersDistinct }
  const verdict = verifySignature(signed, credentials, { now: now(), region })
  if (!verdict.ok) return verdict
  const objects = options.buckets.get(bucket)
  if (!objects) return s3Error('NoSuchBucket')
  // Source: Amazon S3 user guide, "Verifying bucket ownership with bucket owner condition".
  const owner = request.headers['x-amz-expected-bucket-owner']
  if (owner !== undefined && options.account !== undefined && owner !== options.account)
    return s3Error('AccessDenied')
  if (key === '' || !METHODS.includes(method)) return s3Error('MethodNotAllowed')
  const isConditional = request.headers['if-match'] !== undefined
  if (!authorize(options.grants, { method, bucket, key, isConditional })) return s3Error('AccessDenied')
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return s3Error('KeyTooLongError')
  const unsupported = isSubresource(rawQuery) || (method === 'PUT' && !isPlainPut(request))
  if (unsupported) return s3Error('NotImplemented')
  if (method === 'PUT' && !announcesBody(request)) return s3Error('MissingContentLength')

  const body = await readRequestBody(request, options.maxObjectBytes ?? DEFAULT_MAX_OBJECT_BYTES)
  if (body === 'aborted') return body
  if (body === 'too-large') return s3Error('EntityTooLarge')
  const { payloadHash } = verdict
  if (payloadHash !== 'UNSIGNED-PAYLOAD' && payloadHash !== createHash('sha256').update(body).digest('hex')) {
    return s3Error('XAmzContentSHA256Mismatch')
  }
  const absent = mayLearnAbsence(options.grants, bucket) ? 'NoSuchKey' : 'AccessDenied'
  return replyTo(objects, { key, request, body, absent })
}

// `?acl`, `?uploads`, `?tagging` and the like make it another operation. `x-id` is the SDK's label.
function isSubresource(rawQuery: string): boolean {
  return rawQuery.split('&').some((pair) => pair !== '' && !pair.startsWith('x-id='))
}

// As a plain put, a copy would create an empty object, and a condition would be ignored.
function isPlainPut({ headers }: IncomingMessage): boolean {
  if (!putCondition(headers)) return false
  // The local S3 encrypts with no other key.
  if ((headers['x-amz-server-side-encryption'] ?? 'AES256') !== 'AES256') return false
  return headers['x-amz-copy-source'] === undefined
}

function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}
