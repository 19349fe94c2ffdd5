import type { Answer } from '../answer.js'
import { isDisallowed } from '../origin/result/headers.js'
import { isRecord, show } from '../origin/result/invalid.js'
import type { ViewerFunctionRequest } from './event.js'
import { InvalidViewerResult } from './invalid.js'

/** What the function decided: go on with this path, or this response. */
export type ViewerFunctionResult = { kind: 'request'; uri: string } | { kind: 'response'; answer: Answer }

/**
 * Source: CloudFront developer guide, "Restrictions on all edge functions", read-only headers in viewer request
 * events. A generated response can't have them either.
 */
const READ_ONLY = ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via']
/** RFC 9110's token without capitals. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
/** Printable ASCII without space, query and fragment. */
const PATH = /^[!"$->@-~]*$/
/** What HTTP doesn't allow in a value, and could end its line. */
const WRONG_IN_VALUE = /[^\t\u0020-\u007e]/u

/**
 * Reads the result as the guide describes it ("CloudFront Functions event structure"). What the function writes
 * into query string, headers and cookies of a request is checked, and then dropped: the cache policies have only
 * the path in the key and send nothing else to the origin.
 * @param sent the request of the event.
 * @throws InvalidViewerResult
 */
export function readViewerResult(value: unknown, sent: ViewerFunctionRequest): ViewerFunctionResult {
  if (!isRecord(value))
    throw new InvalidViewerResult(`the result is ${show(value)}, not a request or a response`)
  if (value['statusCode'] !== undefined) return { kind: 'response', answer: readResponse(value) }
  if (value['uri'] !== undefined) return { kind: 'request', uri: readRequest(value, sent) }
  throw new InvalidViewerResult(
    `the result ${show(value)} is neither a request, with a uri, nor a response, with a statusCode`,
  )
}

function readRequest(value: Record<string, unknown>, sent: ViewerFunctionRequest): string {
  const { method, uri, querystring = {}, headers = {}, cookies = {} } = value
  if (method !== sent.method)
    throw new InvalidViewerResult(
      `request.method is read-only: it was ${sent.method}, and is ${show(method)}`,
    )
  if (typeof uri !== 'string' || !uri.startsWith('/'))
    throw new InvalidViewerResult(`request.uri must begin with / (got ${show(uri)})`)
  // Not documented: the local edge is strict here.
  if (uri !== sent.uri && !PATH.test(uri))
    throw new InvalidViewerResult(`request.uri has a character that a path can't have: ${show(uri)}`)
  if (typeof querystring !== 'string') readValues('request.querystring', querystring)
  readValues('request.cookies', cookies)
  const returned = readHeaders('request.headers', headers)
  const before = readValues('request.headers', sent.headers)
  for (const name of READ_ONLY) {
    if (returned.get(name) !== before.get(name))
      throw new InvalidViewerResult(`request.headers['${name}'] is read-only`)
  }
  for (const name of returned.keys()) {
    if (isDisallowed(name) && !before.has(name))
      throw new InvalidViewerResult(`request.headers['${name}'] can't be added`)
  }
  return uri
}

function readResponse(value: Record<string, unknown>): Answer {
  const { statusCode, statusDescription = '', headers = {}, cookies = {}, body = '' } = value
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599)
    throw new InvalidViewerResult(
      `response.statusCode must be an integer from 200 to 599 (got ${show(statusCode)})`,
    )
  if (typeof statusDescription !== 'string')
    throw new InvalidViewerResult(
      `response.statusDescription must be a string (got ${show(statusDescription)})`,
    )
  readValues('response.cookies', cookies)
  const read = readHeaders('response.headers', headers)
  for (const name of read.keys()) {
    if (READ_ONLY.includes(name) || isDisallowed(name))
      throw new InvalidViewerResult(`response.headers['${name}'] can't be set`)
  }
  return { status: statusCode, headers: Object.fromEntries(read), body: readBody(body) }
}

function readBody(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  if (!isRecord(body))
    throw new InvalidViewerResult(`response.body must be a string or an object (got ${show(body)})`)
  const { encoding, data } = body
  if (encoding !== 'text' && encoding !== 'base64')
    throw new InvalidViewerResult(`response.body.encoding must be text or base64 (got ${show(encoding)})`)
  if (typeof data !== 'string')
    throw new InvalidViewerResult(`response.body.data must be a string (got ${show(data)})`)
  if (encoding === 'base64' && !/^[A-Za-z0-9+/]*={0,2}$/.test(data))
    throw new InvalidViewerResult('response.body.data is not base64')
  return Buffer.from(data, encoding === 'base64' ? 'base64' : 'utf8')
}

/** Several values of one header are joined with commas. */
function readHeaders(where: string, headers: unknown): Map<string, string> {
  const read = readValues(where, headers)
  for (const [name, value] of read) {
    if (/[A-Z]/.test(name))
      throw new InvalidViewerResult(`${where} must have header names in lower case (got ${name})`)
    if (!NAME.test(name))
      throw new InvalidViewerResult(`${where} has the name ${show(name)}, which HTTP doesn't allow`)
    if (WRONG_IN_VALUE.test(value))
      throw new InvalidViewerResult(`${where}['${name}'] has a character that is not printable ASCII`)
  }
  return read
}

/** Headers, cookies and parsed query strings have one shape: `{ name: { value, multiValue? } }`. */
function readValues(where: string, values: unknown): Map<string, string> {
  if (!isRecord(values)) throw new InvalidViewerResult(`${where} must be an object (got ${show(values)})`)
  return new Map(
    Object.entries(values).map(([name, entry]): [string, string] => {
      if (!isRecord(entry) || typeof entry['value'] !== 'string')
        throw new InvalidViewerResult(`${where}['${name}'] must be { value: '…' } (got ${show(entry)})`)
      const { value, multiValue } = entry as { value: string; multiValue?: unknown }
      if (multiValue === undefined) return [name, value]
      if (!Array.isArray(multiValue))
        throw new InvalidViewerResult(
          `${where}['${name}'].multiValue must be a list (got ${show(multiValue)})`,
        )
      const all = multiValue.map((one: unknown) => {
        if (!isRecord(one) || typeof one['value'] !== 'string')
          throw new InvalidViewerResult(`${where}['${name}'].multiValue has the entry ${show(one)}`)
        return one['value']
      })
      return [name, all.length === 0 ? value : all.join(', ')]
    }),
  )
}
