import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { percentDecode, percentEncode } from './percent.js'
import { s3Error } from './s3-error.js'
import type { S3Error, S3ErrorCode } from './s3-error.js'

// The algorithm: "Signature Calculations for the Authorization Header: Transferring Payload in a Single
// Chunk (AWS Signature Version 4)", Amazon S3 API Reference.
const ALGORITHM = 'AWS4-HMAC-SHA256'
const FIFTEEN_MINUTES_MS = 15 * 60 * 1000

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
}

export interface SignedRequest {
  method: string
  /** The path as sent, percent-encoded. */
  rawPath: string
  /** The query as sent, without the `?`; empty if there is none. */
  rawQuery: string
  /** In the form of `IncomingMessage.headersDistinct`. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export interface VerifyOptions {
  now: Date
  /** How far the request's date may be off, in ms; 15 minutes, like S3, if left out. */
  maxSkewMs?: number | undefined
  /** The only region accepted in the scope; any if left out. */
  region?: string | undefined
  /** The service in the scope; `s3` if left out. */
  service?: string | undefined
  /** sha256 of the body in hex. Other services than S3 don't want it as a header. */
  payloadHash?: string | undefined
}

export type Verdict = { ok: true; payloadHash: string } | ({ ok: false } & S3Error)

interface Authorization {
  accessKeyId: string
  date: string
  region: string
  service: string
  terminator: string
  signedHeaders: string[]
  signature: string
}

/**
 * Checks the AWS Signature Version 4 in the request's Authorization header.
 *
 * `payloadHash` is the signed `x-amz-content-sha256`: either 64 lower-case hex digits, which the caller must
 * still compare with the body, or `UNSIGNED-PAYLOAD`. A refusal is the S3 error to send. Presigned queries
 * count as anonymous requests. Chunked signatures (`STREAMING-…`), which functions never send, get 501.
 */
export function verifySignature(
  request: SignedRequest,
  credentials: Credentials,
  options: VerifyOptions,
): Verdict {
  const headers = canonicalHeaders(request.headers)
  const header = headers.get('authorization')
  if (header === undefined) return refuse('AccessDenied')
  if (!header.startsWith(`${ALGORITHM} `)) return refuse('InvalidArgument', 'Unsupported Authorization Type')
  const authorization = parseAuthorization(header)
  if (!authorization) return refuse('AuthorizationHeaderMalformed')
  if (!sameText(authorization.accessKeyId, credentials.accessKeyId)) return refuse('InvalidAccessKeyId')
  if (!sameToken(headers.get('x-amz-security-token'), credentials.sessionToken)) return refuse('InvalidToken')

  const timestamp = headers.get('x-amz-date') ?? ''
  const signedAt = parseTimestamp(timestamp)
  if (signedAt === undefined) {
    return refuse('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  }
  const maxSkewMs = options.maxSkewMs ?? FIFTEEN_MINUTES_MS
  if (Math.abs(options.now.getTime() - signedAt) > maxSkewMs) return refuse('RequestTimeTooSkewed')
  const wrongScope = checkScope(authorization, timestamp, options)
  if (wrongScope !== undefined) return refuse('AuthorizationHeaderMalformed', wrongScope)

  if (hasUnsignedHeader(headers, authorization.signedHeaders)) {
    return refuse('AccessDenied', 'There were headers present in the request which were not signed')
  }
  const payloadHash = headers.get('x-amz-content-sha256') ?? options.payloadHash
  if (payloadHash === undefined) {
    return refuse('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  }
  if (payloadHash.startsWith('STREAMING-')) return refuse('NotImplemented')
  if (payloadHash !== 'UNSIGNED-PAYLOAD' && !/^[0-9a-f]{64}$/.test(payloadHash)) {
    return refuse('InvalidArgument', 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value.')
  }

  const path = percentDecode(request.rawPath)
  const query = canonicalQuery(request.rawQuery)
  if (!path || query === undefined) return refuse('InvalidURI')
  const canonicalRequest = [
    request.method,
    // Unlike other services, S3 encodes the path once and keeps `//`, `.` and `..`.
    percentEncode(path, '/'),
    query,
    ...authorization.signedHeaders.map((name) => `${name}:${headers.get(name) ?? ''}`),
    '',
    authorization.signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
  const expected = sign(canonicalRequest, timestamp, authorization, credentials.secretAccessKey)
  if (!timingSafeEqual(expected, Buffer.from(authorization.signature, 'hex'))) {
    return refuse('SignatureDoesNotMatch')
  }
  return { ok: true, payloadHash }
}

function refuse(code: S3ErrorCode, message?: string): Verdict {
  return { ok: false, ...s3Error(code, message) }
}

function canonicalHeaders(headers: SignedRequest['headers']): Map<string, string> {
  const canonical = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const values = typeof value === 'string' ? [value] : value
    canonical.set(name.toLowerCase(), values.map((one) => one.trim().replaceAll(/\s+/g, ' ')).join(','))
  }
  return canonical
}

function parseAuthorization(header: string): Authorization | undefined {
  const fields = new Map<string, string>()
  for (const field of header.slice(ALGORITHM.length + 1).split(',')) {
    const equals = field.indexOf('=')
    const name = field.slice(0, Math.max(equals, 0)).trim()
    if (name === '' || fields.has(name)) return undefined
    fields.set(name, field.slice(equals + 1).trim())
  }
  const scope = (fields.get('Credential') ?? '').split('/')
  const [accessKeyId, date, region, service, terminator] = scope
  const signedHeaders = fields.get('SignedHeaders')
  const signature = fields.get('Signature')
  if (scope.length !== 5 || !accessKeyId || !date || !region || !service || !terminator) return undefined
  if (!signedHeaders || signature === undefined || !/^[0-9a-f]{64}$/.test(signature)) return undefined
  return {
    accessKeyId,
    date,
    region,
    service,
    terminator,
    signedHeaders: signedHeaders.split(';'),
    signature,
  }
}

/** Milliseconds since the epoch of `YYYYMMDDTHHMMSSZ`. */
function parseTimestamp(timestamp: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp)
  if (!parts) return undefined
  const [, year, month, day, hours, minutes, seconds] = parts
  const time = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`)
  return Number.isNaN(time) ? undefined : time
}

function checkScope(
  scope: Authorization,
  timestamp: string,
  { region, service = 's3' }: VerifyOptions,
): string | undefined {
  const malformed = 'The authorization header is malformed;'
  if (scope.service !== service)
    return `${malformed} incorrect service. This endpoint belongs to "${service}".`
  if (scope.terminator !== 'aws4_request') return `${malformed} the credential must end in "aws4_request".`
  if (scope.date !== timestamp.slice(0, 8)) return `${malformed} the date is not that of x-amz-date.`
  if (region !== undefined && scope.region !== region) {
    return `${malformed} the region '${scope.region}' is wrong; expecting '${region}'`
  }
  return undefined
}

function hasUnsignedHeader(headers: ReadonlyMap<string, string>, signedHeaders: readonly string[]): boolean {
  const signed = new Set(signedHeaders)
  if (!signed.has('host')) return true
  return [...headers.keys()].some((name) => name.startsWith('x-amz-') && !signed.has(name))
}

function canonicalQuery(rawQuery: string): string | undefined {
  const pairs: [name: string, value: string][] = []
  for (const pair of rawQuery.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = percentDecode(equals < 0 ? pair : pair.slice(0, equals))
    const value = percentDecode(equals < 0 ? '' : pair.slice(equals + 1))
    if (!name || !value) return undefined
    pairs.push([percentEncode(name), percentEncode(value)])
  }
  // By the encoded name, then by the encoded value. Sorted as joined pairs, `a-=` would come before `a=`.
  pairs.sort(([name, value], [otherName, otherValue]) => order(name, otherName) || order(value, otherValue))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

function order(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

function sign(canonicalRequest: string, timestamp: string, scope: Authorization, secret: string): Buffer {
  const path = [scope.date, scope.region, scope.service, scope.terminator]
  const hash = createHash('sha256').update(canonicalRequest).digest('hex')
  const stringToSign = [ALGORITHM, timestamp, path.join('/'), hash].join('\n')
  let key = Buffer.from(`AWS4${secret}`)
  for (const part of [...path, stringToSign]) key = createHmac('sha256', key).update(part).digest()
  return key
}

function sameToken(sent: string | undefined, expected: string | undefined): boolean {
  if (sent === undefined || expected === undefined) return sent === expected
  return sameText(sent, expected)
}

// timingSafeEqual() needs equal lengths, which digests have.
function sameText(left: string, right: string): boolean {
  const [one, other] = [left, right].map((text) => createHash('sha256').update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}
