import { randomBytes } from 'node:crypto'

export interface ViewerRequest {
  method: string
  /** The path, percent-encoded as it came. The query string is not part of the cache key, and is dropped. */
  uri: string
  clientIp: string
  /** The viewer's `Range`. */
  range?: string | undefined
}

/** The bucket behind the distribution. */
export interface Origin {
  /** Its domain. */
  domain: string
  /** What comes before every path: empty, or starting with a slash. */
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

const DISTRIBUTION = {
  distributionDomainName: 'd0localgenato0.cloudfront.net',
  distributionId: 'E0LOCALGENATO0',
}
/** The edge location's server, for the origin and for the viewer. Real ones have 32 hex digits as well. */
export const VIA = `1.1 ${Buffer.from('genato dev').toString('hex').padEnd(32, '0')}.cloudfront.net (CloudFront)`

/**
 * The event that CloudFront sends for a cache miss, with a cache policy that forwards nothing of the
 * viewer's: its user agent is CloudFront's own then, and `host` is the origin's. With origin access control,
 * the authentication method is `none`: that field knows access identities only. The guide's example has a
 * Cache-Control besides, which is a header of the viewer's that this policy does not forward.
 * Source: CloudFront developer guide, "Lambda@Edge event structure", example origin request.
 * @param more.headers what CloudFront adds for the origin, such as `range`; names in lower case.
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
      s3: { authMethod: 'none', customHeaders: {}, domainName: domain, path, region: 'us-east-1' },
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

/** Initial capitals for each part, as Lambda@Edge writes the names that it has to write itself. */
function titleCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}

/** 56 characters, as CloudFront's are. */
export function newRequestId(): string {
  return `${randomBytes(40).toString('base64url')}==`
}
