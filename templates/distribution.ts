import type { DistributionConfig } from '@aws-sdk/client-cloudfront'

/** Our origin, among those that users may add. */
export const ORIGIN_ID = 'genato-images'

/**
 * AWS's CachingOptimizedForUncompressedObjects: a second at least, a day by default, a year at most, and
 * nothing but the path in the cache key. Images are compressed already, and its twin for compression
 * would keep three of each. Source: CloudFront developer guide, "Use managed cache policies".
 */
export const CACHE_POLICY = 'b2884449-e4de-46a7-ac36-70bc7f1ddd6d'

/** That policy's bounds, in seconds. The local edge keeps to them. Source: the same page. */
const CACHE_TTL = { min: 1, default: 86_400, max: 31_536_000 }

/** AWS's SimpleCORS: any page may read the images. Source: the same guide, managed response headers policies. */
export const HEADERS_POLICY = '60669652-455b-4ae9-85a4-c4c02393f86c'

/** A cache behaviour, as `genato deploy` makes it and the local edge serves it. */
export interface Behaviour {
  /** A path pattern; `*` is the default behaviour. */
  path: string
  /** The id of its origin. */
  origin: string
  /** Its cache policy and that policy's bounds in seconds. */
  cache: { policy: string; ttl: { min: number; default: number; max: number } }
  /** Its response headers policy. */
  headers: string
  /** What runs for its requests: `edge` is the Lambda@Edge function. */
  functions: readonly { event: 'origin-request'; function: 'edge' }[]
}

/** In order of precedence, the default one last. */
export const BEHAVIOURS: readonly Behaviour[] = [
  {
    path: '*',
    origin: ORIGIN_ID,
    cache: { policy: CACHE_POLICY, ttl: CACHE_TTL },
    headers: HEADERS_POLICY,
    functions: [{ event: 'origin-request', function: 'edge' }],
  },
]

/** The answers' own Cache-Control decides how long an error is kept, not CloudFront's 10 seconds. */
export const ERROR_CODES = [400, 403, 404, 500, 502, 503, 504]

export function errorResponses(
  codes: readonly number[],
): { ErrorCode: number; ErrorCachingMinTTL: number }[] {
  return codes.map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 }))
}

/** What a new distribution starts with; what makes it this stack's is put in where it is converged. */
export function newDistribution(callerReference: string, comment: string): DistributionConfig {
  return {
    CallerReference: callerReference,
    Comment: comment,
    Enabled: true,
    Origins: { Quantity: 0, Items: [] },
    DefaultCacheBehavior: {
      TargetOriginId: ORIGIN_ID,
      ViewerProtocolPolicy: 'https-only',
      AllowedMethods: {
        Quantity: 2,
        Items: ['GET', 'HEAD'],
        CachedMethods: { Quantity: 2, Items: ['GET', 'HEAD'] },
      },
    },
    IsIPV6Enabled: true,
  }
}
