import type { Answer, Parts } from '../answer.js'
import { precondition, rangeHolds, type RequestHeaders } from './conditional.js'
import { multipart } from './multipart.js'
import { readRanges } from './ranges.js'

/** A 304 leaves out headers that describe the body. Source: RFC 9110, section 15.4.5. */
const OF_THE_BODY = ['content-type', 'content-length', 'accept-ranges']

const NOTHING = Buffer.alloc(0)

/**
 * The part of a response that this viewer gets: all of it, ranges, or "not modified". With the right
 * Content-Length, and without a body for HEAD.
 * @param parts 'many' for a cached object. Source: CloudFront developer guide, "How CloudFront
 * processes partial requests for an object".
 */
export function forViewer(method: string, asked: RequestHeaders, answer: Answer, parts: Parts): Answer {
  if (method === 'HEAD') return head(asked, answer)
  return answer.status === 200
    ? choose(asked, answer, parts)
    : sized(answer.status, answer.body, answer.headers)
}

/** Ranges apply to GET only. Source: RFC 9110, section 14.2. */
function head(asked: RequestHeaders, answer: Answer): Answer {
  const { status, headers } =
    answer.status === 200
      ? choose({ ...asked, range: undefined }, answer, 'none')
      : sized(answer.status, answer.body, answer.headers)
  if (status !== answer.status || answer.body.length > 0) return { status, headers, body: NOTHING }
  // There is no body to measure. The bucket states its length; the function doesn't.
  const { 'content-length': _, ...rest } = headers
  const said = answer.headers['content-length']
  return { status, headers: said === undefined ? rest : { ...rest, 'content-length': said }, body: NOTHING }
}

function choose(asked: RequestHeaders, answer: Answer, parts: Parts): Answer {
  const { headers, body } = answer
  const verdict = precondition(asked, headers)
  switch (verdict) {
    case 'not-modified':
      return {
        status: 304,
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_BODY.includes(name))),
        body: NOTHING,
      }
    case 'failed':
      return sized(412, NOTHING, whereFrom(headers))
    case 'send':
      return asked['range'] === undefined || parts === 'none' || !rangeHolds(asked, headers)
        ? sized(200, body, headers)
        : partial(asked['range'], answer, parts)
    default:
      return verdict satisfies never
  }
}

function partial(asked: string, { headers, body }: Answer, parts: Parts): Answer {
  const ranges = readRanges(asked, body.length)
  if (ranges === 'whole' || (Array.isArray(ranges) && ranges.length > 1 && parts === 'one'))
    return sized(200, body, headers)
  if (ranges === 'unsatisfiable')
    return sized(416, NOTHING, { ...whereFrom(headers), 'content-range': `bytes */${body.length}` })
  const [only] = ranges
  if (ranges.length === 1 && only)
    return sized(206, body.subarray(only.first, only.last + 1), {
      ...headers,
      'content-range': `bytes ${only.first}-${only.last}/${body.length}`,
    })
  const several = multipart(body, ranges, headers['content-type'] ?? 'application/octet-stream')
  return sized(206, several.body, { ...headers, 'content-type': several.contentType })
}

function sized(status: number, body: Buffer, headers: Record<string, string>): Answer {
  return { status, headers: { ...headers, 'content-length': String(body.length) }, body }
}

function whereFrom({ server, date }: Record<string, string>): Record<string, string> {
  return { ...(server === undefined ? {} : { server }), ...(date === undefined ? {} : { date }) }
}
