import type { UriCase } from '../uris/request.js'
import type { WireAnswer } from '../../support/load/wire.js'
import { MARKER, MOUNTS, PLACE } from './world.js'

/** A request, and what its answer must be beside the rules for every answer. */
export interface Attack extends UriCase {
  /** @returns what is wrong. */
  judge?: (answer: WireAnswer) => string | undefined
}

/** An attack whose target is text. Characters outside ASCII are sent as UTF-8. */
export function attack(
  family: string,
  target: string,
  judge?: Attack['judge'],
  { method = 'GET', headers = '' } = {},
): Attack {
  const bytes = Buffer.from(target, 'utf8')
  const raw =
    headers === ''
      ? undefined
      : Buffer.concat([
          Buffer.from(`${method} `),
          bytes,
          Buffer.from(` HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`, 'latin1'),
        ])
  return {
    family,
    method,
    target: bytes,
    expected: { kind: 'any' },
    ...(judge && { judge }),
    ...(raw && { raw }),
  }
}

/** Judges by status and, but for HEAD, by the error's code. */
export function refusedAs(method: string, ...wanted: readonly string[]): Attack['judge'] {
  return (answer) => {
    const seen = `${answer.status} ${codeOf(answer)}`
    const right = wanted.some(
      (one) => one === seen || (method === 'HEAD' && one.startsWith(String(answer.status))),
    )
    return right ? undefined : `is ${seen}, not ${wanted.join(' or ')}`
  }
}

/** Codes of the URL references, of stored pictures and of generated ones. */
const CODES = new Map([
  [
    400,
    'BAD_SIZE SIZE_LIMIT BAD_OPTION CONFLICT BAD_ENCODING PATH_LIMIT BAD_CROP NO_FACE BAD_COLOR BAD_FORMAT NO_ALPHA TEXT_LIMIT',
  ],
  [403, 'NOT_ALLOWED BAD_SIGNATURE MODERATED'],
  [404, 'NOT_FOUND'],
  [410, 'EXPIRED'],
  [415, 'NOT_A_PICTURE BROKEN TOO_SLOW BYTES_LIMIT PIXELS_LIMIT FRAMES_LIMIT'],
])
/** Answers of the edge itself. */
const OWN = [304, 400, 403, 405, 412, 414, 416, 417, 421, 431, 501]
/** Anything else came from the request, or tells what only the service should know. */
const HEADERS =
  /^(content-type|content-length|content-range|cache-control|etag|last-modified|accept-ranges|server|x-cache|age|date|connection|keep-alive|x-content-type-options|transfer-encoding|vary|via|x-amz-cf-(id|pop)|access-control-[\w-]+|content-security-policy|allow|x-amz-server-side-encryption)$/
const IMAGES = /^image\/(jpeg|png|webp|avif|gif|svg\+xml)$/
/** Ends lines, hides text, or turns its direction. */
// oxlint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u

/** What is wrong with an answer, whatever was asked. */
export function problemWith(asked: Attack, answer: WireAnswer | 'closed'): string | undefined {
  if (answer === 'closed') return 'the connection was closed'
  return problemOfAll(asked, answer) ?? asked.judge?.(answer)
}

function problemOfAll({ target, method }: Attack, answer: WireAnswer): string | undefined {
  const { status, headers, body } = answer
  if (status >= 500) return `is a ${status}: ${body.toString().slice(0, 200)}`
  if (body.includes(MARKER)) return 'contains a file that no viewer may see'
  // The page of genato dev.
  if (/^\/[?#]/.test(target.toString('latin1'))) return undefined
  const strange = Object.keys(headers).find((name) => !HEADERS.test(name))
  if (strange !== undefined) return `has the header ${strange}`
  const type = headers['content-type'] ?? ''
  const mount = mountOf(target)
  const isPicture = status === 200 || status === 206
  if (isPicture) {
    if (type !== 'application/json' && !IMAGES.test(type)) return `has the type ${type}`
    if (mount === undefined) return undefined
    if (headers['x-content-type-options'] !== 'nosniff') return 'has no nosniff'
    if (!headers['content-security-policy']?.includes('sandbox')) return 'has no sandbox'
    if (headers['vary'] !== 'Accept') return `has the Vary ${headers['vary']}`
    if (body.includes(PLACE) && !('asIs' in MOUNTS[mount])) return 'has metadata of the original'
    return undefined
  }
  if (OWN.includes(status) && !type.startsWith('text/plain')) return undefined
  if (method === 'HEAD') return CODES.has(status) || OWN.includes(status) ? undefined : `is ${status}`
  if (type !== 'text/plain; charset=utf-8') return `is ${status} with the type ${type}`
  if (headers['x-content-type-options'] !== 'nosniff') return 'has no nosniff'
  const codes = CODES.get(status)?.split(' ') ?? []
  if (!codes.includes(codeOf(answer))) return `is ${status} ${body.toString().slice(0, 100)}`
  const text = body.toString()
  if (!/^[A-Z_]+: .+\n$/.test(text)) return `is no line: ${JSON.stringify(text)}`
  if (INVISIBLE.test(text)) return `contains invisible characters: ${JSON.stringify(text)}`
  return body.length > 6_001 ? `is ${body.length} bytes long` : undefined
}

export function codeOf({ body }: WireAnswer): string {
  return /^(\w+): /.exec(body.toString())?.[1] ?? ''
}

function mountOf(target: Buffer): keyof typeof MOUNTS | undefined {
  const [, name = ''] = /^\/([a-z]+)\//.exec(target.toString('latin1')) ?? []
  return name in MOUNTS ? (name as keyof typeof MOUNTS) : undefined
}
