import type { SentRequest } from '../origin-event.js'
import { checkReadOnly, readHeaders, type Headers } from './headers.js'
import { InvalidResult, isRecord, SAID, show, SOURCE } from './invalid.js'

/** The URI and the query string together must have fewer characters. */
const MAX_LENGTH = 8_192

/** @returns its URI, the only change that can lead to another object. @throws InvalidResult */
export function readRequest(request: Record<string, unknown>, sent: SentRequest): string {
  for (const name of ['method', 'clientIp'] as const)
    if (request[name] !== sent[name])
      throw new InvalidResult(
        `The ${name} is ${show(request[name])}: it is read-only, and was ${show(sent[name])}.`,
        SAID.plain,
        SOURCE.request,
      )
  if (request['body'] !== undefined)
    throw new InvalidResult(
      `The request has a body, ${show(request['body'])}: the distribution doesn't include bodies (IncludeBody), so there is no body to replace.`,
      SAID.body,
      SOURCE.none,
    )
  const headers = readHeaders(request['headers'])
  const before = readHeaders(sent.headers)
  checkReadOnly(headers, before)
  checkHost(headers, before)
  checkOrigin(request['origin'], sent.origin)
  return readUri(request, sent)
}

function readUri({ uri, querystring = '' }: Record<string, unknown>, sent: SentRequest): string {
  if (typeof uri !== 'string' || !uri.startsWith('/'))
    throw new InvalidResult(
      `The uri is ${show(uri)}: it must be a path that starts with a slash.`,
      SAID.uri,
      SOURCE.request,
    )
  if (typeof querystring !== 'string')
    throw new InvalidResult(
      `The querystring is ${show(querystring)}, not a string.`,
      SAID.plain,
      SOURCE.request,
    )
  const length = uri.length + querystring.length
  if (length >= MAX_LENGTH)
    throw new InvalidResult(
      `The uri has ${length} characters with its query string: CloudFront allows fewer than ${MAX_LENGTH}.`,
      SAID.uri,
      SOURCE.uri,
    )
  // CloudFront accepts the URI that it sent itself.
  if (uri !== sent.uri) checkEncoded('uri', uri, /[?#]/)
  checkEncoded('querystring', querystring, /#/)
  return uri
}

/** Letters outside ASCII pass: they go to the origin as UTF-8. */
function checkEncoded(name: string, text: string, delimiters: RegExp): void {
  // oxlint-disable-next-line no-control-regex
  const wrong = /[\u0000-\u0020\u007f]|%(?![0-9A-Fa-f]{2})/.exec(text) ?? delimiters.exec(text)
  if (!wrong && text.isWellFormed()) return
  throw new InvalidResult(
    `The ${name} ${show(text)} has ${wrong ? show(wrong[0]) : 'half of a surrogate pair'} in it, which must be percent-encoded: use encodeURIComponent.`,
    SAID.uri,
    SOURCE.uri,
  )
}

/** For S3, another host is another bucket. */
function checkHost(returned: Headers, sent: Headers): void {
  if (returned.get('host')?.join() !== sent.get('host')?.join())
    throw new InvalidResult(
      `The header host was changed to ${show(returned.get('host'))}: the local edge knows only this bucket, ${show(sent.get('host'))}.`,
      SAID.plain,
      SOURCE.local,
    )
}

function checkOrigin(origin: unknown, sent: SentRequest['origin']): void {
  const kinds = isRecord(origin) ? ['s3', 'custom'].filter((kind) => origin[kind] !== undefined) : []
  if (!isRecord(origin) || kinds.length !== 1)
    throw new InvalidResult(
      `The origin is ${show(origin)}: it must have exactly one of s3 and custom.`,
      SAID.origin,
      SOURCE.request,
    )
  const { s3 } = origin
  for (const [name, before] of Object.entries(sent.s3)) {
    const after = isRecord(s3) ? s3[name] : undefined
    if (JSON.stringify(after) === JSON.stringify(before)) continue
    throw new InvalidResult(
      kinds[0] === 's3'
        ? `The origin's ${name} was changed from ${show(before)} to ${show(after)}: CloudFront would use it, but the local edge can't.`
        : `The origin was changed to ${show(origin)}: CloudFront would use it, but the local edge can't.`,
      SAID.plain,
      SOURCE.local,
    )
  }
}
