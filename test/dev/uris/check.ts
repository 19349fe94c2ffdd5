import { CONTENT_TYPES, type UriCase } from './request.js'
import type { WireAnswer } from '../../support/load/wire.js'

const IMAGE_CACHE_CONTROL = 'public, max-age=86400, s-maxage=31536000'
const CODES = [
  'BAD_SIZE',
  'BAD_COLOR',
  'BAD_FORMAT',
  'BAD_OPTION',
  'BAD_ENCODING',
  'NO_ALPHA',
  'SIZE_LIMIT',
  'TEXT_LIMIT',
]
/** Anything else came from the request. */
const HEADERS =
  /^(content-type|content-length|content-range|cache-control|etag|last-modified|accept-ranges|server|x-cache|age|date|connection|keep-alive|x-content-type-options|transfer-encoding|vary|via|x-amz-cf-(id|pop)|x-amz-[\w-]+|access-control-[\w-]+|content-security-policy|x-frame-options|referrer-policy|cross-origin-[\w-]+|retry-after|allow)$/
/** Statuses of the edge's own responses. */
const OWN = [206, 304, 400, 403, 405, 408, 411, 412, 414, 416, 417, 421, 426, 431, 494, 501]
/** Ends lines, hides text, or turns its direction. */
// oxlint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u

/**
 * What is wrong with a response, judged only by the table of statuses.
 * @param marker the content of a file outside the bucket.
 */
export function problemWith(
  asked: UriCase,
  answer: WireAnswer | 'closed',
  marker: string,
): string | undefined {
  const { expected } = asked
  // Closing the connection refuses the request too.
  if (answer === 'closed') return expected.kind === 'refused' ? undefined : 'the connection was closed'
  const { status, headers, body } = answer
  const strange = Object.keys(headers).find((name) => !HEADERS.test(name))
  if (strange !== undefined) return `has the header ${strange}`
  if (status >= 500 && status !== 501) return `is a ${status}`
  if (body.includes(marker) || body.includes('root:x:')) return 'contains a file from outside the bucket'
  const type = headers['content-type'] ?? ''
  if (type.startsWith('text/html') && echoes(asked.target, body)) return 'repeats the request in its HTML'
  switch (expected.kind) {
    case 'image':
      if (status !== 200) return `is ${status}, not 200: ${body.toString().slice(0, 200)}`
      if (type !== CONTENT_TYPES[expected.image.format]) return `is ${type}`
      return problemWithTable(asked, answer)
    case 'rejected': {
      const code = /^(\w+): /.exec(body.toString())?.[1] ?? ''
      if (status !== 400) return `is ${status}, not 400`
      if (asked.method !== 'HEAD' && !expected.codes.includes(code))
        return `is ${code}, not ${expected.codes.join(' or ')}`
      return problemWithTable(asked, answer)
    }
    case 'missing':
      return status === 404 ? problemWithTable(asked, answer) : `is ${status}, not 404`
    case 'nowhere':
      return status === 404 || status === 400
        ? problemWithTable(asked, answer)
        : `is ${status}, not 404 or 400`
    case 'refused':
      return expected.statuses.includes(status) ? problemOfOwn(answer) : `is ${status}, and should be refused`
    case 'any':
      return problemWithTable(asked, answer)
    default:
      return expected satisfies never
  }
}

function problemWithTable(asked: UriCase, answer: WireAnswer): string | undefined {
  const { status, headers } = answer
  const type = headers['content-type'] ?? ''
  const cacheControl = headers['cache-control']
  // Only in development, / is a page, which is not cached and not sniffed.
  if (isRoot(asked.target) && cacheControl === 'no-store')
    return headers['x-content-type-options'] === 'nosniff' ? undefined : 'has no nosniff'
  if (status === 200) {
    if (!Object.values(CONTENT_TYPES).some((known) => known === type)) return `has the type ${type}`
    if (cacheControl !== IMAGE_CACHE_CONTROL) return `has the Cache-Control ${cacheControl}`
    if (!/^"[0-9a-f]{32}"$/.test(headers['etag'] ?? '')) return `has the ETag ${headers['etag']}`
    return type === CONTENT_TYPES.svg && asked.method === 'GET' ? problemWithSvg(answer.body) : undefined
  }
  const fromFunction = headers['x-content-type-options'] !== undefined && cacheControl !== undefined
  if (!fromFunction) return problemOfOwn(answer)
  if (type !== 'text/plain; charset=utf-8') return `has the type ${type}`
  if (headers['x-content-type-options'] !== 'nosniff') return 'has no nosniff'
  if (status !== 400 && status !== 404) return `is ${status}`
  const kept = status === 400 ? 'public, max-age=3600' : 'public, max-age=60'
  if (cacheControl !== kept) return `has the Cache-Control ${cacheControl}`
  return asked.method === 'HEAD' ? undefined : problemWithText(status, answer.body)
}

function problemWithText(status: number, body: Buffer): string | undefined {
  const text = body.toString('utf8')
  const code = /^(\w+): .*\n$/s.exec(text)?.[1] ?? ''
  if (!(status === 400 ? CODES : ['NOT_FOUND']).includes(code)) return `has the code ${JSON.stringify(code)}`
  if (/[<>]/.test(text)) return `contains markup: ${text}`
  if (INVISIBLE.test(text)) return `contains invisible characters: ${JSON.stringify(text)}`
  return text.length > 2_001 ? `is ${text.length} characters long` : undefined
}

function problemOfOwn({ status, headers, body }: WireAnswer): string | undefined {
  if (!OWN.includes(status)) return `is ${status}`
  const kept = headers['cache-control']
  if (status >= 400 && kept !== undefined && !/no-store|no-cache|max-age=0/.test(kept))
    return `may be cached: ${kept}`
  // Browsers guess the type of a response without one.
  return body.length > 0 && headers['content-type'] === undefined ? 'has a body, and no type' : undefined
}

/** The elements of this service's images. Any other element came from a text. */
const ELEMENTS = new Set(['svg', 'rect', 'text', 'tspan', 'path', 'g', 'title', 'style', 'defs'])

/** libxml2 checks in the test that it is valid XML. */
function problemWithSvg(body: Buffer): string | undefined {
  const text = body.toString('utf8')
  for (const [, name = ''] of text.matchAll(/<\/?([^\s/>]*)/g))
    if (!ELEMENTS.has(name)) return `has the element ${name}: ${text}`
  for (const [tag] of text.replaceAll(/"[^"<]*"/g, '""').matchAll(/<[^>]*>/g))
    if (/\bon|href|['&]/i.test(tag)) return `has ${tag}`
  return undefined
}

/** Whether the response repeats a part of the request that could be markup. */
function echoes(target: Buffer, body: Buffer): boolean {
  const sent = target.toString('latin1')
  return [sent, unescaped(sent)].some((text) =>
    text
      .split(/[/,?\s]+/)
      .some(
        (piece) => piece.length > 3 && /[<>"'&]/.test(piece) && body.includes(Buffer.from(piece, 'latin1')),
      ),
  )
}

function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}

function isRoot(target: Buffer): boolean {
  return /^(https?:\/\/?[^/?#]*)?\/?([?#]|$)/i.test(target.toString('latin1'))
}
