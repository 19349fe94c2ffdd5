import type { Answer } from './cache.js'

/** What the function returned, once it is known to be something that CloudFront takes. */
export type FunctionResult = { kind: 'request'; uri: string } | { kind: 'response'; answer: Answer }

/** What may be in an object that claims to be a response. */
interface Response {
  status: unknown
  headers?: unknown
  body?: unknown
  bodyEncoding?: unknown
}

/** Of a generated response, body as sent and headers. CloudFront developer guide, "Quotas on Lambda@Edge". */
const MAX_BYTES = 1024 * 1024

/** CloudFront would answer 502. */
export class InvalidResult extends Error {
  override readonly name = 'InvalidResult'
}

/** @throws InvalidResult that says what CloudFront would object to. */
export function readResult(value: unknown): FunctionResult {
  if (typeof value !== 'object' || value === null)
    throw new InvalidResult('The function returned neither a request nor a response.')
  if ('status' in value) return { kind: 'response', answer: readResponse(value) }
  if ('uri' in value && typeof value.uri === 'string' && value.uri.startsWith('/'))
    return { kind: 'request', uri: value.uri }
  throw new InvalidResult(
    'The function returned an object without a status or a uri that starts with a slash.',
  )
}

function readResponse({ status, headers, body, bodyEncoding }: Response): Answer {
  if (!/^[2-5]\d\d$/.test(String(status)))
    throw new InvalidResult(`The function's status ${JSON.stringify(status)} is not one from 200 to 599.`)
  if (body !== undefined && typeof body !== 'string')
    throw new InvalidResult("The function's body is not a string.")
  const read = readHeaders(headers)
  const bytes = (body?.length ?? 0) + JSON.stringify(read).length
  if (bytes > MAX_BYTES)
    throw new InvalidResult(
      `The function's response is ${bytes} bytes with its headers: CloudFront takes 1 MB.`,
    )
  return {
    status: Number(status),
    headers: read,
    body: Buffer.from(body ?? '', bodyEncoding === 'base64' ? 'base64' : 'utf8'),
  }
}

function readHeaders(headers: unknown): Record<string, string> {
  const read: Record<string, string> = {}
  if (headers === undefined) return read
  if (typeof headers !== 'object' || headers === null)
    throw new InvalidResult("The function's headers are not an object.")
  for (const [name, values] of Object.entries(headers)) {
    const list = Array.isArray(values) ? (values as unknown[]) : []
    const texts = list.map((item) => (item as { value?: unknown } | null)?.value)
    if (texts.length === 0 || !texts.every((text) => typeof text === 'string'))
      throw new InvalidResult(`The function's header ${name} is not a list of { value }.`)
    read[name.toLowerCase()] = texts.join(', ')
  }
  return read
}
