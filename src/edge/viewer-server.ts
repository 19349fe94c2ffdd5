import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { GenatoError, messageOf, systemCode, usageError } from '../errors.js'
import type { Edge, EdgeAnswer } from './edge.js'
import type { ViewerRequest } from './event.js'

/** A request that was answered. */
export interface Served {
  request: ViewerRequest
  answer: EdgeAnswer
  ms: number
}

export interface ViewerServer {
  port: number
  /** Ends every connection, also those that are busy. */
  close(): Promise<void>
}

export interface ViewerServerOptions {
  edge: Edge
  host: string
  /** `undefined`: the first free one from `DEFAULT_PORT`. */
  port: number | undefined
  onServed: (served: Served) => void
}

export const DEFAULT_PORT = 6480
const PORTS_TRIED = 20

/** @throws GenatoError PORT_IN_USE, BAD_HOST */
export async function startViewerServer({
  edge,
  host,
  port,
  onServed,
}: ViewerServerOptions): Promise<ViewerServer> {
  const handle: http.RequestListener = (incoming, outgoing) =>
    void respond(edge, incoming, outgoing, onServed).catch(() => outgoing.destroy())
  const first = await listenFrom(handle, host, port)
  const servers = [first]
  const taken = (first.address() as AddressInfo).port
  // "localhost" is ::1 for some clients; where there is no IPv6, 127.0.0.1 is all there is.
  if (host === '127.0.0.1')
    await listen(handle, '::1', taken).then(
      (server) => servers.push(server),
      () => undefined,
    )
  return {
    port: taken,
    async close() {
      await Promise.all(
        servers.map(async (server) => {
          const closed = new Promise((resolve) => {
            server.close(resolve)
          })
          server.closeAllConnections()
          await closed
        }),
      )
    },
  }
}

async function listenFrom(
  handle: http.RequestListener,
  host: string,
  port: number | undefined,
): Promise<http.Server> {
  const first = port ?? DEFAULT_PORT
  const last = port === undefined ? first + PORTS_TRIED - 1 : first
  for (let candidate = first; ; candidate++) {
    try {
      return await listen(handle, host, candidate)
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EADDRINUSE' && candidate < last) continue
      if (code === 'EADDRINUSE')
        throw new GenatoError(
          'PORT_IN_USE',
          `Port ${first} is in use${first === last ? '' : `, and so are the next ${PORTS_TRIED - 1}`}.`,
          {
            hint: 'End what listens there, or take another with --port. Without --port, the next free one is taken.',
            cause: error,
          },
        )
      if (code === 'EACCES')
        throw new GenatoError('PORT_REFUSED', `Port ${candidate} may not be listened on.`, {
          hint: 'Take one above 1023 with --port.',
          cause: error,
        })
      throw usageError(
        'BAD_HOST',
        `${host} can't be listened on: ${messageOf(error)}.`,
        '--host takes an address of this machine, such as 0.0.0.0 for all of them.',
      )
    }
  }
}

function listen(handle: http.RequestListener, host: string, port: number): Promise<http.Server> {
  return new Promise((resolve, reject) => {
    const server = http.createServer(handle)
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

async function respond(
  edge: Edge,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  onServed: (served: Served) => void,
): Promise<void> {
  const started = performance.now()
  incoming.resume()
  const request: ViewerRequest = {
    method: incoming.method ?? 'GET',
    uri: pathOf(incoming.url ?? '/'),
    userAgent: incoming.headers['user-agent'],
    clientIp: (incoming.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
  }
  const answer = await edge.serve(request)
  outgoing.writeHead(answer.status, {
    ...answer.headers,
    'content-length': answer.body.length,
    'x-cache': `${answer.cacheResult} from cloudfront`,
    ...(answer.age === undefined ? {} : { age: String(answer.age) }),
  })
  outgoing.end(request.method === 'HEAD' ? undefined : answer.body)
  onServed({ request, answer, ms: performance.now() - started })
}

/** The path of a request's target, which a proxy may have sent with the host before it. */
function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/]*/i, '').split('?', 1)[0] ?? ''
  return path === '' ? '/' : path
}
