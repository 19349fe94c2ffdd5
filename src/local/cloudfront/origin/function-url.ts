import { messageOf } from '../../../lib/errors.js'
import { errorPage } from '../answer.js'
import type { Conditions, OriginRequest, Outcome } from './origin.js'
import { VIA } from './origin-event.js'

/**
 * A function URL as a custom origin. In front of a real one, the origin access control signs each request;
 * nothing is signed or checked here.
 */
export interface FunctionUrlOrigin {
  /** The value of Host that reaches the function. */
  domain: string
  fetch(
    request: { method: string; path: string; headers: Readonly<Record<string, string>>; sourceIp: string },
    signal?: AbortSignal,
  ): Promise<FunctionUrlResponse>
  /**
   * CloudFront's origin response timeout, in ms. It should be longer than the function's own. The default is
   * CloudFront's.
   */
  readTimeoutMs?: number
}

interface FunctionUrlResponse {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
  /** Why the body ends too early. */
  cut?: Error
  /** Why Lambda answers in the function's stead. */
  failure?: Error
  coldStartMs?: number
  waitedMs?: number
}

const READ_TIMEOUT_MS = 30_000

/**
 * Headers that CloudFront removes or writes itself. `Set-Cookie` goes because no cookies are forwarded. Source:
 * CloudFront developer guide, "Request and response behavior for custom origins", HTTP response headers that
 * CloudFront removes or replaces.
 */
const REMOVED = new Set([
  'age',
  'connection',
  'keep-alive',
  'set-cookie',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-cache',
])

/**
 * Asks the function URL once: genato sets one connection attempt, because each more would run the function again.
 * The viewer's headers stay behind, `Accept` and `Host` among them, because no policy forwards any.
 * Source: CloudFront developer guide, "Request and response behavior for custom origins".
 */
export async function askFunctionUrl(
  request: OriginRequest,
  conditions: Conditions,
  origin: FunctionUrlOrigin,
): Promise<Outcome> {
  const { method, uri: path, clientIp, id, range, signal: left } = request
  const { domain, readTimeoutMs = READ_TIMEOUT_MS } = origin
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), readTimeoutMs)
  const headers = {
    host: domain,
    'user-agent': 'Amazon CloudFront',
    via: VIA,
    'x-amz-cf-id': id,
    'x-forwarded-for': clientIp,
    ...conditions,
    ...(range === undefined ? {} : { range }),
  }
  const signal = left ? AbortSignal.any([left, timeout.signal]) : timeout.signal
  try {
    const response = await Promise.race([
      origin.fetch({ method, path, headers, sourceIp: clientIp }, signal),
      aborted(timeout.signal),
    ])
    return read(response, id, conditions)
  } catch (error) {
    const [status, said] = timeout.signal.aborted ? TIMED_OUT : UNREACHABLE
    return {
      kind: 'origin-failed',
      answer: errorPage(status, said, id),
      reason: timeout.signal.aborted
        ? `The function URL sent nothing within ${readTimeoutMs} ms (CloudFront developer guide, "Response timeout").`
        : messageOf(error),
    }
  } finally {
    clearTimeout(timer)
  }
}

const TIMED_OUT = [504, "CloudFront wasn't able to get a response from the origin in time."] as const
const UNREACHABLE = [502, "CloudFront wasn't able to connect to the origin."] as const

function read(response: FunctionUrlResponse, id: string, conditions: Conditions): Outcome {
  const { status, body, cut, failure, coldStartMs, waitedMs } = response
  const took = { coldStartMs, waitedMs }
  if (cut)
    return {
      kind: 'origin-failed',
      answer: errorPage(UNREACHABLE[0], UNREACHABLE[1], id),
      reason: `The response broke off: ${cut.message}`,
      ...took,
    }
  const headers = { server: 'CloudFront', ...passedOn(response.headers), date: new Date().toUTCString() }
  if (status === 304 && Object.keys(conditions).length > 0)
    return { kind: 'unchanged', key: undefined, headers, ...took }
  return { kind: 'responded', answer: { status, headers, body }, reason: failure?.message, ...took }
}

function passedOn(headers: Record<string, string>): Record<string, string> {
  const { vary, ...others } = headers
  const kept = (vary ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^(?:accept-encoding|cookie)$/i.test(name))
  const passed = Object.entries(others).filter(
    ([name]) => !REMOVED.has(name) && !name.startsWith('x-amz-cf-'),
  )
  return { ...Object.fromEntries(passed), ...(kept.length > 0 ? { vary: kept.join(', ') } : {}) }
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('It took too long.')), { once: true })
  })
}
