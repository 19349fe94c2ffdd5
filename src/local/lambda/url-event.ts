import { randomUUID } from 'node:crypto'
import { traceId } from './context.js'

/** A request to a function URL. The local one takes no request bodies. */
export interface UrlRequest {
  method: string
  /** As sent, percent-encoded; begins with a slash. */
  path: string
  /** As sent, without the `?`. */
  query?: string | undefined
  /** By their names, in any case; several values of one name are joined with commas. */
  headers: Readonly<Record<string, string>>
  sourceIp: string
}

export interface UrlIdentity {
  /** `<id>.lambda-url.<region>.on.aws` */
  domain: string
  /** 12 digits. */
  account: string
}

/**
 * The event of payload format 2.0. Source: Lambda developer guide, "Invoking Lambda function URLs", request
 * payload format. Whether Lambda decodes the path is not documented: here it is passed as sent.
 */
export function urlEvent(request: UrlRequest, { domain, account }: UrlIdentity, now = new Date()) {
  const { method, path, query = '', sourceIp } = request
  const { cookie, ...headers } = lowerCase(request.headers)
  const [prefix = ''] = domain.split('.')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...headers,
      host: domain,
      'x-amzn-trace-id': traceId().replace(/;.*$/, ''),
      'x-forwarded-for': headers['x-forwarded-for'] ?? sourceIp,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    ...(query === '' ? {} : { queryStringParameters: parameters(query) }),
    requestContext: {
      accountId: account,
      apiId: prefix,
      domainName: domain,
      domainPrefix: prefix,
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    isBase64Encoded: false,
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** Several values of one name are joined with commas. */
function parameters(query: string): Record<string, string> {
  const joined = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined.get(name)
    joined.set(name, before === undefined ? value : `${before},${value}`)
  }
  return Object.fromEntries(joined)
}

/** `12/Mar/2020:19:03:58 +0000` */
function logTime(at: Date): string {
  const [, day = '', month = '', year = '', time = ''] = at.toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}
