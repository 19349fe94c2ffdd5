import type { EdgeRequest } from '../origin/origin.js'
import { DISTRIBUTION } from '../origin/origin-event.js'

/** A value of a header, a cookie or a query parameter. With several of one name, the first is `value`. */
interface ViewerValue {
  value: string
  /** All of them, if there are several. */
  multiValue?: { value: string }[]
}

export interface ViewerFunctionRequest {
  method: string
  /** The path as the viewer sent it. */
  uri: string
  /** Names and values as sent, without decoding. */
  querystring: Record<string, ViewerValue>
  /** Names in lower case, without `cookie`. */
  headers: Record<string, ViewerValue>
  cookies: Record<string, ViewerValue>
}

/** Source: CloudFront developer guide, "CloudFront Functions event structure". */
export interface ViewerFunctionEvent {
  version: '1.0'
  context: {
    distributionDomainName: string
    distributionId: string
    eventType: 'viewer-request'
    requestId: string
  }
  viewer: { ip: string }
  request: ViewerFunctionRequest
}

/**
 * A CloudFront Function. It resolves to whatever the code returned: nothing is checked yet.
 * @throws whatever the code throws, and where it runs for too long.
 */
export type ViewerFunction = (event: ViewerFunctionEvent) => Promise<unknown>

export function viewerFunctionEvent(request: EdgeRequest): ViewerFunctionEvent {
  const { cookie = [], ...headers } = request.headers ?? {}
  return {
    version: '1.0',
    context: { ...DISTRIBUTION, eventType: 'viewer-request', requestId: request.id },
    viewer: { ip: request.clientIp },
    request: {
      method: request.method,
      uri: request.uri,
      querystring: grouped(pairs((request.query ?? '').split('&'))),
      headers: grouped(
        Object.entries(headers).flatMap(([name, values]) =>
          (values ?? []).map((value): Pair => [name.toLowerCase(), value]),
        ),
      ),
      cookies: grouped(pairs(cookie.flatMap((line) => line.split(/;\s*/)))),
    },
  }
}

type Pair = [name: string, value: string]

/** `a=1`, with everything after the first `=` as the value. */
function pairs(parts: readonly string[]): Pair[] {
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=')
      return at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
    })
}

function grouped(all: readonly Pair[]): Record<string, ViewerValue> {
  const byName = new Map<string, string[]>()
  for (const [name, value] of all) {
    const values = byName.get(name)
    if (values) values.push(value)
    else byName.set(name, [value])
  }
  // A parameter may be named __proto__: Object.fromEntries makes it an own property like any other.
  return Object.fromEntries(
    [...byName].map(([name, values]): [string, ViewerValue] => [
      name,
      values.length === 1
        ? { value: values[0] ?? '' }
        : { value: values[0] ?? '', multiValue: values.map((value) => ({ value })) },
    ]),
  )
}
