import type http from 'node:http'
import { isIP } from 'node:net'
import { GENERATED } from '../../../handler/shared/contract.js'
import type { ObjectFolder } from '../../objects/folder.js'

/**
 * On each of the page's responses: no caching, no content sniffing, and no reading or framing by other sites.
 */
const ALWAYS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
}

/** For everything except the page itself: opened as a document, it can do nothing. */
const INERT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"

export function headersOf(contentType: string, policy = INERT): Record<string, string> {
  return { ...ALWAYS, 'content-type': contentType, 'content-security-policy': policy }
}

export function send(
  outgoing: http.ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array,
): void {
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : body)
}

export function sendText(outgoing: http.ServerResponse, status: number, text: string): void {
  send(outgoing, status, headersOf('text/plain; charset=utf-8'), `${text}\n`)
}

export function sendJson(outgoing: http.ServerResponse, value: unknown): void {
  send(outgoing, 200, headersOf('application/json'), JSON.stringify(value))
}

/**
 * Sends a stored image to the gallery, without the edge and the function: opening the gallery must not start
 * processes, fill the cache, or log a line for each image.
 */
export async function sendStored(
  images: Pick<ObjectFolder, 'get'> | undefined,
  key: string,
  outgoing: http.ServerResponse,
): Promise<void> {
  const object = key.startsWith(GENERATED) ? await images?.get(key) : undefined
  if (!object?.contentType.startsWith('image/')) return sendText(outgoing, 404, 'There is no such image.')
  send(outgoing, 200, headersOf(object.contentType), object.body)
}

/**
 * Whether the request comes from another site's page. That page could not read the response, but it could
 * make this machine work, or show stored images. `same-site` is refused too: all ports of localhost are one
 * site.
 */
export function isForeign(incoming: http.IncomingMessage, anyHost: boolean): boolean {
  const { 'sec-fetch-site': from, host = '' } = incoming.headers
  return (from !== undefined && from !== 'same-origin' && from !== 'none') || !(anyHost || isLocal(host))
}

/**
 * Whether the request names this machine. Another site's name may resolve to this machine too, and its pages
 * could then read everything (DNS rebinding).
 */
function isLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
}
