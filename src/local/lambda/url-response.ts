import { validateHeaderName, validateHeaderValue } from 'node:http'
import { messageOf } from '../../lib/errors.js'
import type { FunctionFailed } from './failure.js'
import type { Response, Streamed } from './streamed.js'

/** What a function URL answers. */
export interface UrlResponse {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** Values of Set-Cookie. */
  cookies: readonly string[]
  body: Buffer
  /** Why the body ends too early. The connection is cut after it. */
  cut?: FunctionFailed
}

/** The function URL can't send what the function answered. */
export class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer'
}

/** Source: Lambda developer guide, "Lambda quotas", invocation payload. */
const MAX_BUFFERED_BYTES = 6 * 1024 * 1024
const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response'
const DELIMITER = Buffer.alloc(8)
/** They belong to the connection: Lambda's server writes them itself. */
const OF_THE_CONNECTION: readonly string[] = [
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
]

/**
 * The response to what the handler answered. Source: Lambda developer guide, "Invoking Lambda function URLs",
 * response payload format; for streams, the source of Lambda's Node.js runtime.
 * @throws InvalidAnswer, where Lambda sends 502.
 */
export function urlResponse(answer: Response): UrlResponse {
  return answer.kind === 'streamed' ? fromStream(answer) : fromResult(answer.value)
}

function fromStream({ contentType, bytes, failure }: Streamed): UrlResponse {
  const cut = failure === undefined ? {} : { cut: failure }
  if (contentType !== PRELUDE_TYPE)
    return { status: 200, headers: { 'content-type': contentType }, cookies: [], body: bytes, ...cut }
  const end = bytes.indexOf(DELIMITER)
  if (end === -1 && failure) throw failure
  if (end === -1)
    throw new InvalidAnswer(
      'The stream ended without a write, so HttpResponseStream sent no status and no headers. Write at least an empty chunk before end().',
    )
  let prelude: unknown
  try {
    prelude = JSON.parse(bytes.toString('utf8', 0, end))
  } catch (cause) {
    throw new InvalidAnswer(`The prelude is not JSON: ${messageOf(cause)}`, { cause })
  }
  const head = readHead(prelude, 'application/octet-stream')
  return { ...head, body: bytes.subarray(end + DELIMITER.length), ...cut }
}

function fromResult(value: unknown): UrlResponse {
  if (!isRecord(value) || value['statusCode'] === undefined) {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? null)
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      cookies: [],
      body: sized(Buffer.from(text)),
    }
  }
  const { body = '', isBase64Encoded = false } = value
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return {
    ...readHead(value, 'application/json'),
    body: sized(Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8')),
  }
}

function sized(body: Buffer): Buffer {
  if (body.length > MAX_BUFFERED_BYTES)
    throw new InvalidAnswer(`The response has ${body.length} bytes; without streaming, Lambda sends 6 MB.`)
  return body
}

/** Status, headers and cookies, which a prelude and a result have alike. */
function readHead(value: unknown, defaultType: string): Omit<UrlResponse, 'body' | 'cut'> {
  if (!isRecord(value)) throw new InvalidAnswer('Status and headers must be an object.')
  const { statusCode = 200, headers = {}, cookies = [] } = value
  const status = Number(statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new InvalidAnswer(
      `statusCode must be a number from 200 to 599 (got ${JSON.stringify(statusCode)}).`,
    )
  if (!isRecord(headers)) throw new InvalidAnswer('headers must be an object.')
  if (!Array.isArray(cookies)) throw new InvalidAnswer('cookies must be an array.')
  const sent: Record<string, string> = { 'content-type': defaultType }
  for (const [name, one] of Object.entries(headers)) {
    const text = headerText(name, one)
    if (!OF_THE_CONNECTION.includes(name.toLowerCase())) sent[name.toLowerCase()] = text
  }
  return { status, headers: sent, cookies: cookies.map((one: unknown) => headerText('set-cookie', one)) }
}

function headerText(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw new InvalidAnswer(`The header ${name} must be a string (got ${JSON.stringify(value)}).`)
  const text = String(value)
  try {
    validateHeaderName(name)
    validateHeaderValue(name, text)
  } catch (cause) {
    throw new InvalidAnswer(messageOf(cause), { cause })
  }
  return text
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
