import type { EdgeAnswer } from '../edge.js'
import { VIA } from '../origin/origin-event.js'

/** The headers that CloudFront puts on each of its answers, whatever they are. */
export function viewerHeaders({ cacheResult, age }: EdgeAnswer, id: string): Record<string, string> {
  return {
    'x-cache': `${cacheResult} from cloudfront`,
    via: VIA,
    // Three letters of an airport, as real ones have; no such one is there.
    'x-amz-cf-pop': 'LOC50-P1',
    'x-amz-cf-id': id,
    ...(age === undefined ? {} : { age: String(age) }),
  }
}

/**
 * What the managed policy SimpleCORS adds: only for requests with an Origin, and nothing over what the
 * origin has said. Source: CloudFront developer guide, "Use managed response headers policies".
 */
export function corsHeaders(origin: string | undefined, { headers }: EdgeAnswer): Record<string, string> {
  return origin === undefined || 'access-control-allow-origin' in headers
    ? {}
    : { 'access-control-allow-origin': '*' }
}
