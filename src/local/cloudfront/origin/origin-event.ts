import { HOME_REGION } from '../../../lib/home-region.js'
import { randomBytes } from 'node:crypto'

export interface ViewerRequest {
  method: string
  /** The path, percent-encoded as it came. The query string is dropped: it is not part of the cache key. */
  uri: string
  clientIp: string
  /** The viewer's `Range`. */
  range?: string | undefined
}

/** A bucket that is an origin of the distribution. */
export interface Origin {
  domain: string
  /** Comes before every path. Empty, or starts with a slash. */
  path: string
}

/** Names in lower case; each header may have several values. */
type EventHeaders = Record<string, { key: string; value: string }[]>

/** The request of an origin-request event, as it is sent to the function. */
export interface SentRequest {
  clientIp: string
  headers: EventHeaders
  method: string
  origin: { s3: SentOrigin }
  querystring: string
  uri: string
}

interface SentOrigin {
  authMethod: string
  customHeaders: EventHeaders
  domainName: string
  path: string
  region: string
}

export interface OriginRequestEvent {
  Records: [
    {
      cf: {
        config: {
          distributionDomainName: string
          distributionId: string
          eventType: 'origin-request'
          requestId: string
        }
        request: SentRequest
      }
    },
  ]
}

export const DISTRIBUTION = {
  distributionDomainName: 'd0localgenato0.cloudfront.net',
  distributionId: 'E0LOCALGENATO0',
}
/** The name of the edge location's server, for origin and viewer. Real ones have 32 hex digits too. */
export const VIA = `1.1 ${Buffer.from('genato dev').toString('hex').padEnd(32, '0')}.cloudfront.net (CloudFront)`

/**
 * The event that CloudFront sends for a cache miss, with a cache policy that forwards none of the viewer's
 * headers: the user agent is then CloudFront's own, and `host` is the origin's. With origin access control,
 * the authentication method is `none`, because that field only knows access identities. The guide's example
 * also has a Cache-Control header, which is the viewer's and not forwarded by this policy. Source: CloudFront
 * developer guide, "Lambda@Edge event structure", example origin request.
 * @param more.headers those that CloudFront adds for the origin, such as `range`. Names in lower case.
 */
export function originRequestEvent(
  viewer: ViewerRequest,
  { domain, path }: Origin,
  more: { requestId: string; headers: Record<string, string> },
): OriginRequestEvent {
  const request: SentRequest = {
    clientIp: viewer.clientIp,
    headers: eventHeaders({
      'x-forwarded-for': viewer.clientIp,
      'user-agent': 'Amazon CloudFront',
      via: VIA,
      host: domain,
      ...more.headers,
    }),
    method: viewer.method,
    origin: {
      s3: { authMethod: 'none', customHeaders: {}, domainName: domain, path, region: HOME_REGION },
    },
    querystring: '',
    uri: viewer.uri,
  }
  const config = { ...DISTRIBUTION, eventType: 'origin-request' as const, requestId: more.requestId }
  return { Records: [{ cf: { config, request } }] }
}

function eventHeaders(headers: Record<string, string>): EventHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [{ key: titleCase(name), value }]]),
  )
}

/** Each part with an initial capital, as Lambda@Edge writes header names itself. */
function titleCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}

/** 56 characters, like CloudFront's. */
export function newRequestId(): string {
  return `${randomBytes(40).toString('base64url')}==`
}
