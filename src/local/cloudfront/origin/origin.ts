import { decodeFilePath } from '../../../../handler/shared/grammar/encoding.js'
import { messageOf } from '../../../lib/errors.js'
import { errorPage, type Answer } from '../answer.js'
import { documented } from './function-failure.js'
import { originRequestEvent, type Origin, type ViewerRequest } from './origin-event.js'
import { FunctionFailed } from '../../lambda/failure.js'
import type { FunctionRunner } from '../../lambda/runner.js'
import { InvalidResult, readResult, type FunctionResult } from './result.js'
import type { ObjectHead, Objects } from '../../../objects/object-store.js'

/** How long a request waited for a process of the function to start, or to become free, in ms. */
export interface Took {
  coldStartMs?: number | undefined
  waitedMs?: number | undefined
}

/** The outcome of a request that the cache could not serve. */
export type Outcome = Took &
  (
    | { kind: 'object'; key: string; answer: Answer }
    /** The cached response is still current, and stays cached with these headers. */
    | { kind: 'unchanged'; key: string | undefined; headers: Record<string, string> }
    /** The bucket's own response where it has no such object. */
    | { kind: 'refused'; key: string; answer: Answer }
    | { kind: 'generated'; answer: Answer }
    /**
     * CloudFront's own response to a function that failed, or whose result it does not accept. Never cached.
     */
    | { kind: 'function-failed'; answer: Answer; word: LambdaError; reason: string }
    | { kind: 'origin-failed'; answer: Answer; reason: string }
  )

/** Their words in `X-Cache`. Source: CloudFront developer guide, "Test and debug Lambda@Edge functions". */
export type LambdaError = 'LambdaExecutionError' | 'LambdaValidationError' | 'LambdaLimitExceeded'

/** A bucket as an origin, with its objects. */
export interface S3Origin extends Origin {
  objects: Pick<Objects, 'get' | 'head'>
}

/** What a behaviour has behind the cache. */
export interface OriginSide {
  origin: S3Origin
  /** The function on the origin-request event, if there is one. */
  fn: Pick<FunctionRunner, 'invoke'> | undefined
}

/** One request to the origin. */
export interface OriginRequest extends ViewerRequest {
  id: string
  /** Aborted when no viewer waits for it anymore. */
  signal?: AbortSignal
}

/** A viewer's request, as the edge receives it. */
export interface EdgeRequest extends ViewerRequest {
  id: string
  /** Calls back when the viewer has left or has its response. Called only where a viewer has to wait. */
  whenLeft?: (listener: () => void) => void
}

/**
 * Runs the function, if there is one, and fetches the object from the bucket unless the function responded
 * itself.
 * @param held an expired response from the cache: the origin is asked whether it is still current. Source:
 * CloudFront developer guide, "Request and response behavior for Amazon S3 origins", Conditional GETs.
 */
export async function askOrigin(
  request: OriginRequest,
  held: Answer | undefined,
  { origin, fn }: OriginSide,
): Promise<Outcome> {
  const conditions = held ? conditionsOf(held) : {}
  // Source of the range: CloudFront developer guide, "How CloudFront processes partial requests for an
  // object".
  const headers = { ...conditions, ...(request.range === undefined ? {} : { range: request.range }) }
  const event = originRequestEvent(request, origin, { requestId: request.id, headers })
  const sent = event.Records[0].cf.request
  let invoked: { value: unknown } & Took
  try {
    // Without a function, the request goes to the origin as it is.
    invoked = fn ? await fn.invoke(event, request.signal) : { value: sent }
  } catch (error) {
    return functionFailed(error, request.id)
  }
  const { value, ...took } = invoked
  let result: FunctionResult
  let key: string
  try {
    result = readResult(value, sent)
    // The function may respond "not modified" itself.
    if (result.kind === 'response' && held && result.answer.status === 304)
      return { kind: 'unchanged', headers: result.answer.headers, key: undefined, ...took }
    if (result.kind === 'response')
      return { kind: 'generated', ...took, answer: dated(result.answer, 'CloudFront') }
    // S3 reads a plus in a path as a space.
    key = decodeFilePath(`${origin.path}${result.uri}`.replaceAll('+', '%20'))
  } catch (error) {
    return { ...invalid(error, request.id), ...took }
  }
  try {
    return { ...(await fetchObject(request.method, key, held, conditions, origin.objects)), key, ...took }
  } catch (error) {
    return {
      kind: 'origin-failed',
      ...took,
      answer: errorPage(502, "CloudFront wasn't able to connect to the origin.", request.id),
      reason: messageOf(error),
    }
  }
}

function functionFailed(error: unknown, id: string): Outcome {
  const known = error instanceof FunctionFailed ? error : new FunctionFailed('crash', messageOf(error))
  const { said, source } = documented(known)
  return {
    kind: 'function-failed',
    coldStartMs: known.coldStartMs,
    word: known.kind === 'throttled' ? 'LambdaLimitExceeded' : 'LambdaExecutionError',
    answer: errorPage(503, said, id),
    reason: `${known.message}\n${source}`,
  }
}

function invalid(error: unknown, id: string) {
  const known = error instanceof InvalidResult ? error : undefined
  return {
    kind: 'function-failed',
    word: 'LambdaValidationError',
    answer: errorPage(502, known?.said ?? 'The Lambda function result failed validation.', id),
    reason: known ? `${known.message}\n${known.source}` : messageOf(error),
  } as const
}

type Conditions = { 'if-none-match'?: string; 'if-modified-since'?: string }

function conditionsOf({ headers: { etag, 'last-modified': modified } }: Answer): Conditions {
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(modified === undefined ? {} : { 'if-modified-since': modified }),
  }
}

async function fetchObject(
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
  return {
    'content-type': about.contentType,
    ...(about.cacheControl ? { 'cache-control': about.cacheControl } : {}),
    etag: about.etag,
    'last-modified': about.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-server-side-encryption': 'AES256',
  }
}

/** CloudFront caches the date with the response: a hit has the date of the fetch. Seen in many captures. */
function dated<A extends Pick<Answer, 'headers'>>(answer: A, server: string): A {
  return { ...answer, headers: { server, ...answer.headers, date: new Date().toUTCString() } }
}
