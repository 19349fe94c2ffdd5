import { InvalidResult, isRecord, SAID, show, SOURCE } from './invalid.js'

/** By name, in lower case, with all their values. */
export type Headers = Map<string, string[]>

/** RFC 9110's token without capitals: keys of the headers object are in lower case. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
/** Characters that a value can't have: control characters, which could end the line, and non-ASCII ones. */
const WRONG_IN_VALUE = /[^\t\u0020-\u007e]/u

/**
 * Headers that functions can't add.
 * Source: CloudFront developer guide, "Restrictions on all edge functions", disallowed headers.
 */
const DISALLOWED = new Set([
  'client-cert',
  'client-cert-chain',
  'cloudfront-viewer-cert-pem',
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
  'upgrade',
  'x-accel-buffering',
  'x-accel-charset',
  'x-accel-limit-rate',
  'x-accel-redirect',
  'x-amzn-auth',
  'x-amzn-cf-billing',
  'x-amzn-cf-id',
  'x-amzn-cf-xff',
  'x-amzn-errortype',
  'x-amzn-fle-profile',
  'x-amzn-header-count',
  'x-amzn-header-order',
  'x-amzn-lambda-integration-tag',
  'x-amzn-requestid',
  'x-cache',
  'x-forwarded-proto',
  'x-real-ip',
])
const DISALLOWED_START = /^x-(?:amz-cf|edge)-/

/** Whether no edge function may add the header. @param name in lower case. */
export function isDisallowed(name: string): boolean {
  return DISALLOWED.has(name) || DISALLOWED_START.test(name)
}

/**
 * Source: CloudFront developer guide, "Restrictions on all edge functions", read-only headers in origin
 * request events. A response generated there can't have them either, as seen in
 * opennextjs/opennextjs-aws#427 with Content-Length.
 */
const READ_ONLY = [
  'accept-encoding',
  'cdn-loop',
  'content-length',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'transfer-encoding',
  'via',
]

/** @throws InvalidResult where CloudFront would reject them. `checkReadOnly` checks read-only ones. */
export function readHeaders(headers: unknown): Headers {
  const read: Headers = new Map()
  if (headers === undefined) return read
  if (!isRecord(headers))
    throw new InvalidResult(
      `The headers are ${show(headers)}: return an object such as { 'content-type': [{ value: 'text/plain' }] }.`,
      SAID.headers,
      SOURCE.response,
    )
  for (const [name, values] of Object.entries(headers)) {
    checkName(name)
    read.set(name, readValues(name, values))
  }
  return read
}

/** @param sent the event's headers; none for a generated response. @throws InvalidResult */
export function checkReadOnly(returned: Headers, sent: Headers): void {
  for (const name of READ_ONLY) {
    const [before, after] = [sent.get(name), returned.get(name)]
    if (JSON.stringify(before) === JSON.stringify(after)) continue
    const what =
      before === undefined ? `added, as ${show(after)}` : after ? `changed to ${show(after)}` : 'left out'
    throw new InvalidResult(
      `The read-only header ${name} was ${what}: leave it as it is in the event${before ? '' : ', which has none'}.`,
      SAID.readOnly,
      SOURCE.readOnly,
    )
  }
}

/** Joins several values of one header to one line. */
export function joined(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].map(([name, values]) => [name, values.join(', ')]))
}

function checkName(name: string): void {
  if (!NAME.test(name))
    throw /[A-Z]/.test(name)
      ? new InvalidResult(
          `The header ${show(name)} has capitals: use ${show(name.toLowerCase())} as its key in the headers object, and put the name as written into { key }.`,
          SAID.headers,
          SOURCE.response,
        )
      : new InvalidResult(
          `The header name ${show(name)} has a character that is not allowed in header names.`,
          SAID.plain,
          SOURCE.http,
        )
  if (isDisallowed(name))
    throw new InvalidResult(
      `Functions can't add the header ${name}: leave it out.`,
      SAID.disallowed,
      SOURCE.disallowed,
    )
}

function readValues(name: string, values: unknown): string[] {
  if (!Array.isArray(values))
    throw new InvalidResult(
      `The header ${name} is ${show(values)}: write it as a list, [{ value: '…' }].`,
      SAID.headerNotArray,
      SOURCE.response,
    )
  if (values.length === 0)
    throw new InvalidResult(
      `The header ${name} is an empty list: leave the header out.`,
      SAID.headers,
      SOURCE.none,
    )
  return values.map((entry: unknown) => readValue(name, entry))
}

function readValue(name: string, entry: unknown): string {
  if (!isRecord(entry) || typeof entry['value'] !== 'string')
    throw new InvalidResult(
      `The header ${name} has the entry ${show(entry)}: each must be { value: '…' }, with a string.`,
      SAID.headers,
      SOURCE.response,
    )
  const { key, value } = entry as { key?: unknown; value: string }
  if (key !== undefined && (typeof key !== 'string' || key.toLowerCase() !== name))
    throw new InvalidResult(
      `The header ${name} has the key ${show(key)}, which is another name: use the same name, or leave the key out.`,
      SAID.headers,
      SOURCE.response,
    )
  const wrong = WRONG_IN_VALUE.exec(value)
  if (wrong)
    throw new InvalidResult(
      `The header ${name} has the character ${encodeURI(wrong[0].toWellFormed())} in its value ${show(value)}: header values are printable ASCII only.`,
      SAID.plain,
      SOURCE.http,
    )
  return value
}
