import type { Answer } from '../../answer.js'
import { checkReadOnly, joined, readHeaders, type Headers } from './headers.js'
import { InvalidResult, SAID, show, SOURCE } from './invalid.js'

/** Of a generated response, headers and body. Source: CloudFront developer guide, "Quotas on Lambda@Edge". */
const MAX_BYTES = 1024 * 1024
/** A colon, a space, and the end of the line. */
const HEADER_OVERHEAD = 4

/** @throws InvalidResult */
export function readResponse(response: Record<string, unknown>): Answer {
  const { statusDescription, body, bodyEncoding } = response
  const status = readStatus(response['status'])
  if (statusDescription !== undefined && !isLine(statusDescription))
    throw new InvalidResult(
      `The statusDescription is ${show(statusDescription)}: it has to be a line of text.`,
      SAID.plain,
      SOURCE.response,
    )
  if (body !== undefined && typeof body !== 'string')
    throw new InvalidResult(
      `The body is ${show(body)}, not a string: bytes are sent as base64, with bodyEncoding: 'base64'.`,
      SAID.body,
      SOURCE.response,
    )
  if (bodyEncoding !== undefined && bodyEncoding !== 'text' && bodyEncoding !== 'base64')
    throw new InvalidResult(
      `The bodyEncoding is ${show(bodyEncoding)}: it can be 'text' or 'base64'.`,
      SAID.plain,
      SOURCE.response,
    )
  const headers = readHeaders(response['headers'])
  checkReadOnly(headers, new Map())
  checkSize(headers, body ?? '')
  // No cookies reach the origin with genato's cache policy, and none come back.
  // Source: CloudFront developer guide, "Request and response behavior for Amazon S3 origins",
  // HTTP response headers that CloudFront removes or updates.
  headers.delete('set-cookie')
  return {
    status,
    headers: joined(headers),
    body: bodyEncoding === 'base64' ? readBase64(body ?? '') : Buffer.from(body ?? ''),
  }
}

/** The guide's structure has a string; examples of it set a number. */
function readStatus(status: unknown): number {
  const text = typeof status === 'number' ? String(status) : status
  if (typeof text === 'string' && /^[2-5]\d\d$/.test(text)) return Number(text)
  throw new InvalidResult(
    `The status is ${show(status)}: it has to be from 200 to 599, such as '200'.`,
    SAID.plain,
    SOURCE.response,
  )
}

function isLine(value: unknown): boolean {
  // oxlint-disable-next-line no-control-regex
  return typeof value === 'string' && !/[\u0000-\u001f\u007f]/.test(value)
}

/** The body counts as the function sends it: encoded. */
function checkSize(headers: Headers, body: string): void {
  let bytes = Buffer.byteLength(body)
  for (const [name, values] of headers)
    for (const value of values) bytes += name.length + value.length + HEADER_OVERHEAD
  if (bytes > MAX_BYTES)
    throw new InvalidResult(
      `The response is ${bytes} bytes with its headers, the body as it is encoded: CloudFront takes 1 MB (${MAX_BYTES}). Store what is larger, and return the request for it.`,
      SAID.body,
      SOURCE.responseSize,
    )
}

function readBase64(body: string): Buffer {
  if (body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body))
    throw new InvalidResult(
      `The body is not base64, as its bodyEncoding says: ${show(body)}.`,
      SAID.body,
      SOURCE.response,
    )
  return Buffer.from(body, 'base64')
}
