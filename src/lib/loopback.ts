import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

export interface Loopback {
  /** `http://127.0.0.1:<port>` */
  endpoint: string
  /** Drops every connection at once. */
  close(): Promise<void>
}

/** Serves HTTP on a free port of 127.0.0.1. Rejects if it can't listen. */
export async function serveOnLoopback(
  listener: RequestListener,
  onError: ((error: unknown) => void) | undefined,
): Promise<Loopback> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.on('error', (error) => onError?.(error))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  let closed: Promise<void> | undefined
  async function stop(): Promise<void> {
    const ended = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await ended
  }
  return { endpoint: `http://127.0.0.1:${address.port}`, close: async () => (closed ??= stop()) }
}
