import { HEADERS_POLICIES } from '../../../../templates/headers-policy.js'
import type { EdgeAnswer } from '../edge-answer.js'
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
 * A response's headers after the behaviour's response headers policy: removals first, then additions. CORS headers are
 * added only for requests with an `Origin`. Source: CloudFront developer guide, "Understand response headers
 * policies".
 * @param origin the viewer's `Origin`. @param policy its id.
 */
export function withPolicy(
  headers: Record<string, string>,
  origin: string | undefined,
  policy: string | undefined,
): Record<string, string> {
  const known = policy === undefined ? undefined : HEADERS_POLICIES.get(policy)
  if (!known) return headers
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !known.remove.includes(name)))
  for (const { name, value, override } of [...(origin === undefined ? [] : known.cors), ...known.set]) {
    if (override || !(name in kept)) kept[name] = value
  }
  return kept
}
