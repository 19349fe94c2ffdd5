/**
 * A function URL of the local Lambda: a request becomes an event of payload format 2.0, and the handler's answer a
 * response. Its invoke mode is the one that the handler was made for. Authentication (AWS_IAM and the access
 * control's signature) is not imitated, nor are CORS settings and request bodies.
 */
import { createHash } from 'node:crypto'
import { ACCOUNT } from './context.js'
import { FunctionFailed } from './failure.js'
import type { FunctionRunner, Waits } from './runner.js'
import { urlEvent, type UrlRequest } from './url-event.js'
import { InvalidAnswer, urlResponse, type UrlResponse } from './url-response.js'

/** What a function URL answered, and what a developer should know about it. */
export interface UrlAnswer extends UrlResponse, Partial<Waits> {
  /** Why the function URL answers in the function's stead, with 429 or 502. */
  failure?: FunctionFailed | InvalidAnswer
}

interface FunctionUrl {
  /** `<id>.lambda-url.<region>.on.aws`: the value of Host that reaches the function. */
  domain: string
  /** @param signal drops the request if it still waits for a process. */
  fetch(request: UrlRequest, signal?: AbortSignal): Promise<UrlAnswer>
}

/** @param runner is asked for each request, because a new package brings another. */
export function openFunctionUrl(
  runner: () => Pick<FunctionRunner, 'stream'>,
  { name, region, account = ACCOUNT }: { name: string; region: string; account?: string },
): FunctionUrl {
  const id = createHash('sha256').update(`${account}/${region}/${name}`).digest('hex').slice(0, 32)
  const domain = `${id}.lambda-url.${region}.on.aws`
  return {
    domain,
    async fetch(request, signal) {
      const event = urlEvent(request, { domain, account })
      try {
        const { value, ...waits } = await runner().stream(event, signal)
        return { ...waits, ...answerOf(() => urlResponse(value)) }
      } catch (error) {
        if (!(error instanceof FunctionFailed)) throw error
        const cold = error.coldStartMs === undefined ? {} : { coldStartMs: error.coldStartMs }
        return { ...cold, ...failed(error) }
      }
    },
  }
}

function answerOf(read: () => UrlResponse): UrlAnswer {
  try {
    return read()
  } catch (error) {
    if (error instanceof InvalidAnswer || error instanceof FunctionFailed) return failed(error)
    throw error
  }
}

/**
 * Source: Lambda developer guide, "Invoking Lambda function URLs" and "Configuring reserved concurrency": 429 for a
 * throttled request. That every other failure is a 502, and the text of both, is seen, not documented.
 */
function failed(failure: FunctionFailed | InvalidAnswer): UrlAnswer {
  const throttled = failure instanceof FunctionFailed && failure.kind === 'throttled'
  return {
    status: throttled ? 429 : 502,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(throttled ? '{"Message":"Rate Exceeded."}' : 'Internal Server Error'),
    failure,
  }
}
