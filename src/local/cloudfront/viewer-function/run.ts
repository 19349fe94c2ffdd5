import { messageOf } from '../../../lib/errors.js'
import { errorPage, type Answer } from '../answer.js'
import type { EdgeRequest } from '../origin/origin.js'
import { viewerFunctionEvent, type ViewerFunction } from './event.js'
import { InvalidViewerResult } from './invalid.js'
import { readViewerResult } from './result.js'

/** Their words in `X-Cache`, as seen in responses of real distributions. */
export type ViewerFunctionWord =
  | 'FunctionGeneratedResponse'
  | 'FunctionExecutionError'
  | 'FunctionValidationError'

export type ViewerDecision =
  | { kind: 'continue'; uri: string }
  | { kind: 'respond'; answer: Answer; word: ViewerFunctionWord; reason?: string }

/**
 * Real functions have less than a millisecond. A promise that never settles has to end too, and this machine may be
 * busy. Code that blocks is stopped by the sandbox.
 */
const LIMIT_MS = 5_000

/** Seen in a response of a real distribution. Source of the status: developer guide, "HTTP 503 status code". */
const EXECUTION =
  'The CloudFront function associated with the CloudFront distribution is invalid or could not run.'

/** Runs the function on the viewer-request event, before the cache. Nothing that it does is cached. */
export async function runViewerFunction(fn: ViewerFunction, request: EdgeRequest): Promise<ViewerDecision> {
  const event = viewerFunctionEvent(request)
  // The function may change what it was given, and the checks compare with what was sent.
  const given = structuredClone(event)
  let value: unknown
  try {
    value = await within(LIMIT_MS, fn(given))
  } catch (error) {
    return {
      kind: 'respond',
      word: 'FunctionExecutionError',
      answer: errorPage(503, EXECUTION, request.id),
      reason: `The viewer-request function failed: ${messageOf(error)}`,
    }
  }
  try {
    const result = readViewerResult(value, event.request)
    if (result.kind === 'request') return { kind: 'continue', uri: result.uri }
    const { status, headers, body } = result.answer
    return {
      kind: 'respond',
      word: 'FunctionGeneratedResponse',
      answer: {
        status,
        headers: { ...headers, server: 'CloudFront', date: new Date().toUTCString() },
        body,
      },
    }
  } catch (error) {
    if (!(error instanceof InvalidViewerResult)) throw error
    return {
      kind: 'respond',
      word: 'FunctionValidationError',
      // The beginning of the sentence is CloudFront's.
      answer: errorPage(502, 'The CloudFront function returned an invalid value.', request.id),
      reason: `The CloudFront function returned an invalid value: ${error.message}.`,
    }
  }
}

async function within<T>(ms: number, task: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It didn't end within ${ms} ms.`)), ms)
  })
  try {
    return await Promise.race([task, late])
  } finally {
    clearTimeout(timer)
  }
}
