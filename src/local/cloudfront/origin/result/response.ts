import type { Answer } from '../../answer.js'
import { checkReadOnly, joined, readHeaders, type Headers } from './headers.js'
import { InvalidResult, SAID, show, SOURCE } from './invalid.js'

/**
 * For headers and body of a generated response together. Source: CloudFront developer guide, "Quotas on
 * Lambda@Edge".
 */
const MAX_BYTES = 1024 * 1024
/** A colon, a space, and the end of the line. */
const HEADER_OVERHEAD = 4

/** @throws InvalidResult */
export function readResponse(response: Record<string, unknown>): Answer {
  const { statusDescription, body, bodyEncoding } = response
  const status = readStatus(response['status'])
  if (statusDescription !== undefined && !isLine(statusDescription))
    throw new InvalidResult(
      `The statusDescription is ${show(statusDescription)}: it must be a line of text.`,
      SAID.plain,
      SOURCE.response,
    )
  if (body !== undefined && typeof body !== 'string')
    throw new InvalidResult(
      `The body is ${show(body)}, not a string: send bytes as base64, with bodyEncoding: 'base64'.`,
      SAID.body,
      SOURCE.response,
    )
  if (bodyEncoding !== undefined && bodyEncoding !== 'text' && bodyEncoding !== 'base64')
    throw new InvalidResult(
      `The bodyEncoding is ${show(bodyEncoding)}: it must be 'text' or 'base64'.`,
      SAID.plain,
      SOURCE.response,
    )
  const headers = readHeaders(response['headers'])
  checkReadOnly(headers, new Map())
  checkSize(headers, body ?? '')
  // genato's cache policy forwards no cookies, so none come back either.
  // Source: CloudFront developer guide, "Request and response behavior for Amazon S3 origins",
  // HTTP response headers that CloudFront removes or updates.
  headers.delete('set-cookie')
  return {
    status,
    headers: joined(headers),
    body: bodyEncoding === 'base64' ? readBase64(body ?? '') : Buffer.from(body ?? ''),
  }
}

/** The guide defines a string, but sets a number in examples. */
function readStatus(status: unknown): number {
  const text = typeof status === 'number' ? String(status) : status
  if (typeof text === 'string' && /^[2-5]\d\d$/.test(text)) return Number(text)
  throw new InvalidResult(
    `The status is ${show(status)}: it must be from 200 to 599, such as '200'.`,
    SAID.plain,
    SOURCE.response,
  )
}

function isLine(value: unknown): boolean {
  // oxlint-disable-next-line no-control-regex
  return typeof value === 'string' && !/[\u0000-\u001f\u007f]/.test(value)
}

/** The body counts in its encoded form, as the function sends it. */
function checkSize(headers: Headers, body: string): void {
  let bytes = Buffer.byteLength(body)
  for (const [name, values] of headers)
    for (const value of values) bytes += name.length + value.length + HEADER_OVERHEAD
  if (bytes > MAX_BYTES)
    throw new InvalidResult(
      `The response is ${bytes} bytes with its headers and the encoded body: CloudFront allows 1 MB (${MAX_BYTES}). Store larger ones, and return the request for them.`,
      SAID.body,
      SOURCE.responseSize,
    )
}

function readBase64(body: string): Buffer {
  if (body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body))
    throw new InvalidResult(
      `The body is not base64, although its bodyEncoding says so: ${show(body)}.`,
      SAID.body,
      SOURCE.response,
    )
  return Buffer.from(body, 'base64')
}
