import type { DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'

/** The id of genato's origin. Users may add others. */
export const ORIGIN_ID = 'genato-images'

/**
 * AWS's CachingOptimizedForUncompressedObjects: a minimum TTL of one second, a default of a day, a maximum of a year,
 * and only the path in the cache key. Images are compressed already, and the variant for compressed objects would
 * cache each image three times. Source: CloudFront developer guide, "Use managed cache policies".
 */
export const CACHE_POLICY = 'b2884449-e4de-46a7-ac36-70bc7f1ddd6d'

/** That policy's TTLs, in seconds. The local edge applies them too. Source: the same page. */
const CACHE_TTL = { min: 1, default: 86_400, max: 31_536_000 }

/** AWS's SimpleCORS: any page may read the images. Source: the same guide, managed response headers policies. */
export const HEADERS_POLICY = '60669652-455b-4ae9-85a4-c4c02393f86c'

/** The Lambda@Edge function, which runs on cache misses. */
export interface OriginRequestFunction {
  event: 'origin-request'
  function: 'edge'
}

/** A CloudFront Function, which runs before the cache is asked. */
interface ViewerRequestFunction {
  event: 'viewer-request'
  /** Its name within the stack, such as `gate`. */
  function: string
}

type AttachedFunction = OriginRequestFunction | ViewerRequestFunction

/** A cache behaviour, as `genato deploy` creates it and the local edge serves it. */
export interface Behaviour<Attached extends AttachedFunction = AttachedFunction> {
  /** A path pattern. `*` is the default behaviour. */
  path: string
  /** The id of its origin, or of its group of origins. */
  origin: string
  /** Its cache policy and that policy's TTLs in seconds. */
  cache: { policy: string; ttl: { min: number; default: number; max: number } }
  /** Its response headers policy. */
  headers: string
  /** The functions that its requests run: at most one for each event. */
  functions: readonly Attached[]
}

/** In order of precedence, with the default behaviour last. */
export const BEHAVIOURS: readonly Behaviour<OriginRequestFunction>[] = [
  {
    path: '*',
    origin: ORIGIN_ID,
    cache: { policy: CACHE_POLICY, ttl: CACHE_TTL },
    headers: HEADERS_POLICY,
    functions: [{ event: 'origin-request', function: 'edge' }],
  },
]

/** How long an error is cached is decided by the response's Cache-Control, not by CloudFront's default of 10 seconds. */
export const ERROR_CODES = [400, 403, 404, 500, 502, 503, 504]

export function errorResponses(
  codes: readonly number[],
): { ErrorCode: number; ErrorCachingMinTTL: number }[] {
  return codes.map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 }))
}

/** A new cache behaviour. Policies and functions are added when the distribution is converged. */
export function newBehaviour(origin: string): DefaultCacheBehavior {
  return {
    TargetOriginId: origin,
    ViewerProtocolPolicy: 'https-only',
    AllowedMethods: {
      Quantity: 2,
      Items: ['GET', 'HEAD'],
      CachedMethods: { Quantity: 2, Items: ['GET', 'HEAD'] },
    },
  }
}

/** A new distribution. Origins, policies and functions are added when it is converged. */
export function newDistribution(callerReference: string, comment: string): DistributionConfig {
  return {
    CallerReference: callerReference,
    Comment: comment,
    Enabled: true,
    Origins: { Quantity: 0, Items: [] },
    DefaultCacheBehavior: newBehaviour(ORIGIN_ID),
    IsIPV6Enabled: true,
  }
}
