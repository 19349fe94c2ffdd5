import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { errorPage } from '../answer.js'
import type { Edge } from '../edge.js'
import type { EdgeAnswer } from '../edge-answer.js'
import { newRequestId } from '../origin/origin-event.js'
import { forViewer } from './viewer-answer.js'
import { trackConnections } from './connections.js'
import { viewerHeaders, withPolicy } from './viewer-headers.js'
import { listen, listenFrom } from './listen.js'
import { LONGEST_REQUEST, MALFORMED, refusalOf, TOO_LARGE, type Refusal } from './refusals.js'
import { servedOf, type Served } from './served.js'
import { readTarget } from './request-path.js'

export interface ViewerServer {
  port: number
  /** Responds to requests under way, if that takes only a moment, and ends every connection. */
  close(): Promise<void>
}

export interface ViewerServerOptions {
  edge: Pick<Edge, 'serve'>
  /**
   * Handles requests that are not for the edge: the path `/`, which is nothing on AWS. Returns false for
   * others.
   */
  page: { handle(incoming: http.IncomingMessage, outgoing: http.ServerResponse): boolean }
  host: string
  /** `undefined`: the first free one from 6480. */
  port: number | undefined
  onServed: (served: Served) => void
}

/** For headers, for whole requests, between requests, and for a viewer that stops reading its response. */
const LIMITS_MS = { headers: 20_000, request: 30_000, idle: 60_000, stalled: 30_000 }
/** After this, stopping the server no longer waits for slow responses. */
const GRACE_MS = 800

/** @throws GenatoError PORT_IN_USE, PORT_REFUSED, BAD_HOST */
export async function startViewerServer(options: ViewerServerOptions): Promise<ViewerServer> {
  const { host, port, page, onServed } = options
  const state = { closing: false }
  const connections = trackConnections()
  const respond = responder(options, state)
  const handle: http.RequestListener = (incoming, outgoing) => {
    connections.answer(incoming, outgoing)
    incoming.resume()
    if (!page.handle(incoming, outgoing)) respond(incoming, outgoing).catch(() => void outgoing.destroy())
  }
  /** For bytes that Node could not parse as a request. */
  const refuse = (socket: Duplex, refusal: Refusal) => {
    const id = newRequestId()
    const answer = refused(refusal, id)
    connections.end(socket, rawAnswer(answer, id))
    onServed(servedOf({ id, method: '', uri: '' }, answer, answer, 0))
  }
  const make = () =>
    connections.watch(
      http
        .createServer(
          {
            maxHeaderSize: LONGEST_REQUEST,
            headersTimeout: LIMITS_MS.headers,
            requestTimeout: LIMITS_MS.request,
            keepAliveTimeout: LIMITS_MS.idle,
            connectionsCheckingInterval: 5_000,
          },
          handle,
        )
        // CloudFront ignores the header. Node would respond with 417.
        .on('checkExpectation', handle)
        .on('connect', (_, socket) => refuse(socket, MALFORMED))
        .on('clientError', (error: NodeJS.ErrnoException, socket) => {
          if (error.code === 'HPE_HEADER_OVERFLOW') refuse(socket, TOO_LARGE)
          else if (error.code?.startsWith('HPE_')) refuse(socket, MALFORMED)
          // The viewer is gone, or too slow.
          else socket.destroy()
        }),
    )
  const first = await listenFrom(make, host, port)
  const servers = [first]
  const taken = (first.address() as AddressInfo).port
  // Some clients resolve "localhost" to ::1. On a machine without IPv6, this fails and is not needed.
  if (host === '127.0.0.1')
    await listen(make(), '::1', taken).then(
      (server) => servers.push(server),
      () => undefined,
    )
  return {
    port: taken,
    async close() {
      state.closing = true
      const grace = setTimeout(() => connections.destroyAll(), GRACE_MS)
      await Promise.all(servers.map(closed))
      clearTimeout(grace)
    },
  }
}

function closed(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

function responder({ edge, onServed }: ViewerServerOptions, state: { closing: boolean }) {
  return async (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => {
    const started = performance.now()
    const { method = 'GET', url = '/', headers, socket } = incoming
    const { path: uri, query } = readTarget(url)
    const request = {
      id: newRequestId(),
      method,
      uri,
      query,
      headers: incoming.headersDistinct,
      range: method === 'GET' ? headers.range : undefined,
      clientIp: (socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
      whenLeft: (listener: () => void) => void outgoing.once('close', listener),
    }
    const refusal = refusalOf(incoming, request.uri)
    const answer = refusal ? refused(refusal, request.id) : await edge.serve(request)
    // A request that was cut off, or never begun, is not reported.
    if (outgoing.destroyed && answer.status >= 500) return
    const sent = forViewer(method, headers as Record<string, string | undefined>, answer, answer.parts)
    outgoing.writeHead(sent.status, {
      ...withPolicy(sent.headers, headers.origin, answer.headersPolicy),
      ...viewerHeaders(answer, request.id),
      // The rest of a refused request may be anything.
      ...(refusal || state.closing ? { connection: 'close' } : {}),
    })
    outgoing.end(sent.body)
    // A viewer that reads nothing would keep its response in memory forever. The timeout ends its connection.
    if (outgoing.writableLength > 0) outgoing.socket?.setTimeout(LIMITS_MS.stalled)
    onServed(servedOf(request, answer, sent, performance.now() - started))
  }
}

function refused({ status, said, reason }: Refusal, id: string): EdgeAnswer {
  return { ...errorPage(status, said, id), cacheResult: 'Error', parts: 'none', reason }
}

function rawAnswer(answer: EdgeAnswer, id: string): Buffer {
  const { status, headers, body } = answer
  const all = { ...headers, 'content-length': body.length, ...viewerHeaders(answer, id), connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([
    Buffer.from(
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Request Header Too Large'}\r\n${lines.join('')}\r\n`,
    ),
    body,
  ])
}
