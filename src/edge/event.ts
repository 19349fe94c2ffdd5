import { randomBytes } from 'node:crypto'

export interface ViewerRequest {
  method: string
  /** The path, percent-encoded as it came. The query string is not part of the cache key, and is dropped. */
  uri: string
  userAgent: string | undefined
  clientIp: string
}

/** The bucket behind the distribution. */
export interface Origin {
  /** Its domain. */
  domain: string
  /** What comes before every path: empty, or starting with a slash. */
  path: string
}

const DISTRIBUTION = 'E0LOCALGENATO0'

/**
 * The event that CloudFront sends for a cache miss, with a cache policy that forwards nothing of the
 * viewer's: its user agent is CloudFront's own then, and `host` is the origin's.
 * Source: CloudFront developer guide, "Lambda@Edge event structure", origin request.
 */
export function originRequestEvent(viewer: ViewerRequest, { domain, path }: Origin): object {
  return {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: 'd0localgenato0.cloudfront.net',
            distributionId: DISTRIBUTION,
            eventType: 'origin-request',
            requestId: requestId(),
          },
          request: {
            clientIp: viewer.clientIp,
            headers: {
              'x-forwarded-for': [{ key: 'X-Forwarded-For', value: viewer.clientIp }],
              'user-agent': [{ key: 'User-Agent', value: 'Amazon CloudFront' }],
              via: [{ key: 'Via', value: '1.1 localgenato.cloudfront.net (CloudFront)' }],
              host: [{ key: 'Host', value: domain }],
            },
            method: viewer.method,
            origin: {
              s3: {
                authMethod: 'none',
                customHeaders: {},
                domainName: domain,
                path,
                region: 'us-east-1',
              },
            },
            querystring: '',
            uri: viewer.uri,
          },
        },
      },
    ],
  }
}

/** 56 characters, as CloudFront's are. */
function requestId(): string {
  return `${randomBytes(40).toString('base64url')}==`
}
