import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Edge, EdgeAnswer } from '../edge.js'
import { errorPage } from '../error-page.js'
import { newRequestId } from '../origin/event.js'
import { listen, listenFrom } from './listen.js'
import { LONGEST_REQUEST, MALFORMED, refusalOf, TOO_LARGE, type Refusal } from './refusals.js'
import type { Served } from './served.js'
import { forViewer } from './answer.js'
import { corsHeaders, viewerHeaders } from './headers.js'

export interface ViewerServer {
  port: number
  /** Answers what was asked, if that takes no longer than a moment, and ends every connection. */
  close(): Promise<void>
}

export interface ViewerServerOptions {
  edge: Edge
  /** Answers what is none of the edge's: the path `/`, which is nothing on AWS. Else it gives false. */
  page: { handle(incoming: http.IncomingMessage, outgoing: http.ServerResponse): boolean }
  host: string
  /** `undefined`: the first free one from 6480. */
  port: number | undefined
  onServed: (served: Served) => void
}

/** For headers, for whole requests, between requests, and for a viewer that takes no more of its answer. */
const LIMITS_MS = { headers: 20_000, request: 30_000, idle: 60_000, stalled: 30_000 }
/** Whoever stops the server does not want to wait for what is slow. */
const GRACE_MS = 800

/** @throws GenatoError PORT_IN_USE, PORT_REFUSED, BAD_HOST */
export async function startViewerServer(options: ViewerServerOptions): Promise<ViewerServer> {
  const { host, port } = options
  const state = { closing: false }
  /** How many answers are under way on a connection: requests may come faster than they are answered. */
  const answering = new WeakMap<Duplex, number>()
  const count = (socket: Duplex, more: number) => answering.set(socket, (answering.get(socket) ?? 0) + more)
  const respond = responder(options, state)
  const handle: http.RequestListener = (incoming, outgoing) => {
    const { socket } = incoming
    count(socket, 1)
    outgoing.once('close', () => count(socket, -1))
    incoming.resume()
    if (!options.page.handle(incoming, outgoing))
      respond(incoming, outgoing).catch(() => void outgoing.destroy())
  }
  const make = () =>
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
      // A method that Node would go another way with is answered like any other.
      .on('connect', (_, socket) => refuse(socket, answering.get(socket), MALFORMED))
      .on('clientError', (error: NodeJS.ErrnoException, socket) =>
        refuse(socket, answering.get(socket), error.code === 'HPE_HEADER_OVERFLOW' ? TOO_LARGE : MALFORMED),
      )
  const first = await listenFrom(make, host, port)
  const servers = [first]
  const taken = (first.address() as AddressInfo).port
  // "localhost" is ::1 for some clients; where there is no IPv6, 127.0.0.1 is all there is.
  if (host === '127.0.0.1')
    await listen(make(), '::1', taken).then(
      (server) => servers.push(server),
      () => undefined,
    )
  return {
    port: taken,
    async close() {
      state.closing = true
      const grace = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), GRACE_MS)
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
    const request = {
      id: newRequestId(),
      method,
      uri: pathOf(url),
      clientIp: (socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
    }
    const refusal = refusalOf(incoming, request.uri)
    const answer = refusal ? refused(refusal, request.id) : await edge.serve(request)
    const sent = forViewer(method, headers as Record<string, string | undefined>, answer, answer.parts)
    outgoing.writeHead(sent.status, {
      ...sent.headers,
      ...(refusal ? {} : corsHeaders(headers.origin, answer)),
      ...viewerHeaders(answer, request.id),
      // Of a refused request the rest may be anything.
      ...(refusal || state.closing ? { connection: 'close' } : {}),
    })
    outgoing.end(sent.body)
    // A viewer that takes nothing would keep its answer here for ever. Node ends the connection then.
    if (outgoing.writableLength > 0) outgoing.socket?.setTimeout(LIMITS_MS.stalled)
    onServed(servedOf(request, answer, sent, performance.now() - started))
  }
}

function refused({ status, said, reason }: Refusal, id: string): EdgeAnswer {
  return { ...errorPage(status, said, id), cacheResult: 'Error', parts: 'none', reason }
}

function servedOf(
  { id, method, uri }: { id: string; method: string; uri: string },
  { cacheResult, key, coldStartMs, reason, ...answer }: EdgeAnswer,
  { status, headers, body }: { status: number; headers: Record<string, string>; body: Buffer },
  ms: number,
): Served {
  const said = cacheResult === 'LambdaGeneratedResponse' && status >= 400 && answer.body.length > 0
  return {
    id,
    method,
    uri,
    status,
    cacheResult,
    contentType: headers['content-type'],
    bytes: body.length,
    ms,
    key,
    coldStartMs,
    reason: reason ?? (said ? answer.body.toString('utf8').trim() : undefined),
  }
}

/**
 * Answers where there is no request that Node could make out.
 * @param answering how many answers are under way on this connection: another can't come in between.
 */
function refuse(socket: Duplex, answering = 0, { status, said }: Refusal): void {
  if (!socket.writable || answering > 0) return void socket.destroy()
  const { headers, body } = errorPage(status, said, newRequestId())
  const lines = Object.entries({ ...headers, 'content-length': body.length, connection: 'close' })
  socket.end(
    [
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`,
      ...lines.map(([name, value]) => `${name}: ${value}`),
      '',
      body.toString(),
    ].join('\r\n'),
  )
}

/** The path of a request's target, which a proxy may have sent with the host before it. */
function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] ?? ''
  if (path === '') return '/'
  // A part of a string keeps the whole in memory, and paths are kept as long as their answers.
  return path.length === target.length ? path : Buffer.from(path, 'latin1').toString('latin1')
}
