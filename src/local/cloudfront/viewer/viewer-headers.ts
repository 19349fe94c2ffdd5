import { HEADERS_POLICY } from '../../../../templates/distribution.js'
import type { EdgeAnswer } from '../edge.js'
import { VIA } from '../origin/origin-event.js'

/** The headers that CloudFront adds to every response. */
export function viewerHeaders({ cacheResult, age }: EdgeAnswer, id: string): Record<string, string> {
  return {
    'x-cache': `${cacheResult} from cloudfront`,
    via: VIA,
    // Real ones start with the three letters of an airport. There is no airport LOC.
    'x-amz-cf-pop': 'LOC50-P1',
    'x-amz-cf-id': id,
    ...(age === undefined ? {} : { age: String(age) }),
  }
}

/**
 * The headers that the behaviour's response headers policy adds. The local edge knows the managed policy
 * SimpleCORS: it adds CORS headers only to requests with an Origin, and doesn't override the origin's.
 * Source: CloudFront developer guide, "Use managed response headers policies".
 * @param origin the viewer's `Origin`.
 */
export function policyHeaders(
  origin: string | undefined,
  { headers, headersPolicy }: EdgeAnswer,
): Record<string, string> {
  return headersPolicy !== HEADERS_POLICY || origin === undefined || 'access-control-allow-origin' in headers
    ? {}
    : { 'access-control-allow-origin': '*' }
}
