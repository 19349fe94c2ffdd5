import { decodeFilePath } from '../../../../handler/shared/grammar/encoding.js'
import { messageOf } from '../../../lib/errors.js'
import { errorPage, type Answer } from '../answer.js'
import { documented } from './function-failure.js'
import { dated, fetchObject, type S3Origin } from './bucket.js'
import { askFunctionUrl, type FunctionUrlOrigin } from './function-url.js'
import { originRequestEvent, type ViewerRequest } from './origin-event.js'
import { FunctionFailed } from '../../lambda/failure.js'
import type { FunctionRunner } from '../../lambda/runner.js'
import { InvalidResult, readResult, type FunctionResult } from './result.js'

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
    /** A custom origin's response, whatever its status. */
    | { kind: 'responded'; answer: Answer; reason: string | undefined }
    /**
     * CloudFront's own response to a function that failed, or whose result it does not accept. Never cached.
     */
    | { kind: 'function-failed'; answer: Answer; word: LambdaError; reason: string }
    | { kind: 'origin-failed'; answer: Answer; reason: string }
  )

/** Their words in `X-Cache`. Source: CloudFront developer guide, "Test and debug Lambda@Edge functions". */
export type LambdaError = 'LambdaExecutionError' | 'LambdaValidationError' | 'LambdaLimitExceeded'

/**
 * Two origins, of which the second is asked where the first has nothing. Members are named by id. CloudFront does
 * so for GET, HEAD and OPTIONS; no other method gets here but GET and HEAD.
 */
export interface OriginGroup {
  members: readonly [primary: string, secondary: string]
  /** The primary's statuses that make CloudFront ask the secondary. */
  statuses: readonly number[]
}

/** What a behaviour has behind the cache. */
export type OriginSide =
  | {
      origin: S3Origin
      /** The function on the origin-request event, if there is one. */
      fn: Pick<FunctionRunner, 'invoke'> | undefined
    }
  | { origin: FunctionUrlOrigin }
  | { primary: OriginSide; secondary: OriginSide; statuses: readonly number[] }

/** One request to the origin. */
export interface OriginRequest extends ViewerRequest {
  id: string
  /** Aborted when no viewer waits for it anymore. */
  signal?: AbortSignal
}

/** A viewer's request, as the edge receives it. */
export interface EdgeRequest extends ViewerRequest {
  id: string
  /** Without the `?`, as sent. Only viewer functions see it. */
  query?: string
  /** All values of each, by names in lower case. Only viewer functions see them. */
  headers?: Readonly<Record<string, string[] | undefined>>
  /** Calls back when the viewer has left or has its response. Called only where a viewer has to wait. */
  whenLeft?: (listener: () => void) => void
}

/**
 * Asks the origin. In a group, the second one gets the same request if the first has one of the statuses; the
 * first's failure to answer is no such status. Source: CloudFront developer guide, "Optimize high availability
 * with CloudFront origin failover".
 * @param held an expired response from the cache: the origin is asked whether it is still current. Source:
 * CloudFront developer guide, "Request and response behavior for Amazon S3 origins", Conditional GETs.
 */
export async function askOrigin(
  request: OriginRequest,
  held: Answer | undefined,
  side: OriginSide,
): Promise<Outcome> {
  if ('primary' in side) {
    const first = await askOrigin(request, held, side.primary)
    return (first.kind === 'refused' || first.kind === 'responded') &&
      side.statuses.includes(first.answer.status)
      ? askOrigin(request, held, side.secondary)
      : first
  }
  const conditions = held ? conditionsOf(held) : {}
  return 'fn' in side
    ? askBucket(request, held, conditions, side)
    : askFunctionUrl(request, conditions, side.origin)
}

/**
 * Runs the function, if there is one, and fetches the object from the bucket unless the function responded
 * itself.
 */
async function askBucket(
  request: OriginRequest,
  held: Answer | undefined,
  conditions: Conditions,
  { origin, fn }: { origin: S3Origin; fn: Pick<FunctionRunner, 'invoke'> | undefined },
): Promise<Outcome> {
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

export type Conditions = { 'if-none-match'?: string; 'if-modified-since'?: string }

function conditionsOf({ headers: { etag, 'last-modified': modified } }: Answer): Conditions {
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(modified === undefined ? {} : { 'if-modified-since': modified }),
  }
}
