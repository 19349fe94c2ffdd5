import type { Answer } from '../answer.js'
import type { SentRequest } from './origin-event.js'
import { InvalidResult, isRecord, SAID, show, SOURCE } from './result/invalid.js'
import { readRequest } from './result/request.js'
import { readResponse } from './result/response.js'

export { InvalidResult }

/** A result of the function that CloudFront accepts. */
export type FunctionResult = { kind: 'request'; uri: string } | { kind: 'response'; answer: Answer }

/**
 * @param value parsed from the JSON that the function returned; `undefined` if it returned none.
 * @param sent the request of the event that was sent.
 * @throws InvalidResult that says what CloudFront would reject.
 */
export function readResult(value: unknown, sent: SentRequest): FunctionResult {
  if (value === undefined)
    throw new InvalidResult("The function's result is not JSON.", SAID.notJson, SOURCE.structure)
  if (!isRecord(value))
    throw new InvalidResult(
      `The function returned ${show(value)}${value === null ? ' or nothing' : ''}: it must return the request or a response.`,
      SAID.notObject,
      SOURCE.structure,
    )
  if (value['status'] !== undefined) return { kind: 'response', answer: readResponse(value) }
  if (value['uri'] !== undefined) return { kind: 'request', uri: readRequest(value, sent) }
  throw new InvalidResult(
    `The function returned ${show(value)}, which is neither a request, with a uri, nor a response, with a status${hint(value)}.`,
    value['body'] === undefined ? SAID.plain : SAID.body,
    SOURCE.structure,
  )
}

function hint(value: Record<string, unknown>): string {
  if (value['Records'] !== undefined) return ': return event.Records[0].cf.request, not the event'
  return value['statusCode'] === undefined ? '' : ': Lambda@Edge reads status, not statusCode'
}
