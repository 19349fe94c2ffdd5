import type { Answer, Parts } from '../answer.js'
import { precondition, rangeHolds, type RequestHeaders } from './conditional.js'
import { multipart } from './multipart.js'
import { readRanges } from './ranges.js'

/** What a 304 leaves out: it describes a body that is not sent. Source: RFC 9110, section 15.4.5. */
const OF_THE_BODY = ['content-type', 'content-length', 'accept-ranges']

const NOTHING = Buffer.alloc(0)

/**
 * What this viewer gets of an answer: all of it, parts, or only that it has not changed. The status,
 * headers with the right Content-Length, and the body, which HEAD has none of.
 * @param parts what a cached object allows is 'many'. Source: CloudFront developer guide, "How CloudFront
 * processes partial requests for an object".
 */
export function forViewer(method: string, asked: RequestHeaders, answer: Answer, parts: Parts): Answer {
  if (method === 'HEAD') return head(asked, answer)
  return answer.status === 200
    ? choose(asked, answer, parts)
    : sized(answer.status, answer.body, answer.headers)
}

/** A range means something for GET alone. Source: RFC 9110, section 14.2. */
function head(asked: RequestHeaders, answer: Answer): Answer {
  const { status, headers } =
    answer.status === 200
      ? choose({ ...asked, range: undefined }, answer, 'none')
      : sized(answer.status, answer.body, answer.headers)
  // What was asked for by HEAD alone has no body to count, and says how long it would be.
  const said = status === 200 && answer.body.length === 0 ? answer.headers['content-length'] : undefined
  return {
    status,
    headers: said === undefined ? headers : { ...headers, 'content-length': said },
    body: NOTHING,
  }
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
      return { status: 412, headers: { 'content-length': '0' }, body: NOTHING }
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
    return {
      status: 416,
      headers: { 'content-range': `bytes */${body.length}`, 'content-length': '0' },
      body: NOTHING,
    }
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
