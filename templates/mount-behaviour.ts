import { CACHE_TAG } from '../handler/shared/pictures/cache-tag.js'
import type { Mount } from '../handler/shared/pictures/mount.js'
import type { Behaviour } from './distribution.js'
import { PICTURES_HEADERS } from './headers-policy.js'

/** The ids of what stands behind the mounts: the bucket of renditions, the image function's URL, and both. */
export const RENDITIONS_ORIGIN = 'genato-renditions'
export const PICTURES_ORIGIN = 'genato-pictures'
export const PICTURES_GROUP = 'genato-renditions-first'

/** The CloudFront Function on every mount. */
export const GATE = 'gate'

/** The header of origins' responses in which CloudFront looks for cache tags. S3 sends it as user metadata. */
export const CACHE_TAG_HEADER = `x-amz-meta-${CACHE_TAG}`

/**
 * CloudFront asks the function only for a rendition that isn't stored. S3 answers 403 instead of 404, because
 * CloudFront may not list the bucket.
 */
export const PICTURES_FAILOVER = {
  members: [RENDITIONS_ORIGIN, PICTURES_ORIGIN],
  statuses: [403, 404],
} as const

/**
 * Only the path is in the cache key. The managed policies with that key keep every response for a second at
 * least, even one that says `no-store`; a minimum TTL of 0 keeps none. A response that says nothing isn't
 * kept either: genato's own always say how long.
 */
const PICTURES_CACHE = { policy: 'genato-pictures', ttl: { min: 0, default: 0, max: 31_536_000 } }

/**
 * The cache behaviour of a mount.
 * @param name its first segment, without slashes.
 * @param fresh where CloudFront looks first: `check` asks the function each time, `purge` the renditions.
 */
export function mountBehaviour(name: string, fresh: Mount['fresh']): Behaviour {
  return {
    path: `/${name}/*`,
    origin: fresh === 'purge' ? PICTURES_GROUP : PICTURES_ORIGIN,
    cache: PICTURES_CACHE,
    headers: PICTURES_HEADERS,
    functions: [{ event: 'viewer-request', function: GATE }],
  }
}
