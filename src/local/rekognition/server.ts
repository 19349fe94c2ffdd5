/**
 * The local Rekognition: takes DetectFaces and DetectModerationLabels with an image's bytes, signed by Signature
 * Version 4. It looks at no picture: what it finds comes from a file. docs/local-edge.md compares it with Rekognition.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { serveOnLoopback, type Loopback } from '../../lib/loopback.js'
import { readRequestBody } from '../s3/request-body.js'
import { verifySignature, type Credentials } from '../s3/signature.js'
import type { Answers } from './answers.js'
import { RekognitionError, signatureError } from './error.js'
import { OPERATIONS, readRequest, writeAnswer, type Operation } from './operations.js'
import { findingsFor, type ReadOriginal } from './recognise.js'

export interface RekognitionOptions {
  credentials: Credentials
  /** The only region that requests may be signed for. Any region if left out. */
  region?: string | undefined
  /** What the caller's role allows. Everything if left out. */
  allowed?: ReadonlySet<Operation> | undefined
  /** Read for each request, so that a changed file counts at once. */
  answers: () => Promise<Answers>
  original: ReadOriginal
  /** The clock that request dates are compared with. */
  now?: (() => Date) | undefined
  /** Receives the errors behind InternalServerError responses. */
  onError?: ((error: unknown) => void) | undefined
}

/** Bytes. 5 MiB in base64, and some JSON around it. */
const MOST_BODY = 8 * 1024 * 1024
const TARGET = 'RekognitionService.'

/** Starts the local Rekognition on a free port of 127.0.0.1. Rejects if it can't listen. */
export async function startRekognition(options: RekognitionOptions): Promise<Loopback> {
  return serveOnLoopback((request, response) => void serve(options, request, response), options.onError)
}

async function serve(
  options: RekognitionOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readRequestBody(request, MOST_BODY)
    if (body === 'aborted') return
    if (body === 'too-large')
      throw new RekognitionError('RequestEntityTooLarge', `The body has more than ${MOST_BODY} bytes.`)
    send(response, 200, await answer(options, request, body))
  } catch (error) {
    const known = error instanceof RekognitionError
    if (!known) options.onError?.(error)
    const { code, message, status } = known
      ? error
      : new RekognitionError('InternalServerError', 'The local Rekognition failed.')
    send(response, status, { __type: code, Message: message })
  }
}

async function answer(options: RekognitionOptions, request: IncomingMessage, body: Buffer): Promise<object> {
  verify(options, request, body)
  const operation = operationOf(request)
  if (options.allowed && !options.allowed.has(operation))
    throw new RekognitionError(
      'AccessDeniedException',
      `The role is not authorized to perform: rekognition:${operation}`,
    )
  const { image, minConfidence } = await readRequest(operation, body)
  const findings = await findingsFor(image, await options.answers(), options.original)
  return writeAnswer(operation, findings, minConfidence)
}

/** @throws RekognitionError */
function verify(
  { credentials, region, now }: RekognitionOptions,
  request: IncomingMessage,
  body: Buffer,
): void {
  const payloadHash = createHash('sha256').update(body).digest('hex')
  const [rawPath = '', rawQuery = ''] = (request.url ?? '').split('?')
  const verdict = verifySignature(
    { method: request.method ?? '', rawPath, rawQuery, headers: request.headersDistinct },
    credentials,
    { now: now?.() ?? new Date(), region, service: 'rekognition', payloadHash },
  )
  if (!verdict.ok) throw signatureError(verdict.code, verdict.message)
  if (verdict.payloadHash !== payloadHash)
    throw new RekognitionError('InvalidSignatureException', 'The body is not the one that was signed.')
}

function operationOf({ method, url, headers }: IncomingMessage): Operation {
  const target = headers['x-amz-target']
  const name = typeof target === 'string' && target.startsWith(TARGET) ? target.slice(TARGET.length) : ''
  const operation = OPERATIONS.find((one) => one === name)
  if (method === 'POST' && url === '/' && operation) return operation
  throw new RekognitionError(
    'UnknownOperationException',
    `The local Rekognition knows POST / of ${OPERATIONS.join(' and ')}.`,
  )
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.1',
    'Content-Length': Buffer.byteLength(text),
    'x-amzn-RequestId': randomUUID(),
  })
  response.end(text)
}
