import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** More pipelined requests than this are an attack: browsers send one at a time. */
const MOST_AT_ONCE = 1_000
/** How long a viewer has to notice that its connection has ended, in ms. */
const LAST_WORDS_MS = 5_000

interface Connection {
  /** Responses under way. */
  answering: number
  /** The bytes that end the connection, once those are sent. */
  last?: Buffer
}

/**
 * Tracks every connection of the servers, including those that Node detaches because they asked for another
 * protocol, and orders the raw responses that Node doesn't know of.
 */
export function trackConnections() {
  const open = new Map<Duplex, Connection>()
  const finish = (socket: Duplex, { answering, last }: Connection) => {
    if (answering > 0 || last === undefined) return
    if (socket.writable) socket.end(last)
    setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref()
  }
  return {
    watch(server: Server): Server {
      return server.on('connection', (socket: Duplex) => {
        open.set(socket, { answering: 0 })
        socket.once('close', () => open.delete(socket))
      })
    },
    /** Counts a response as begun. A pipelined one has no connection until its turn. */
    answer({ socket }: IncomingMessage, outgoing: ServerResponse): void {
      const connection = open.get(socket)
      if (!connection) return
      connection.answering++
      if (connection.answering > MOST_AT_ONCE) socket.destroy()
      outgoing.once('close', () => {
        connection.answering--
        finish(socket, connection)
      })
    },
    /** Ends a connection with these bytes, after the responses under way. */
    end(socket: Duplex, bytes: Buffer): void {
      const connection = open.get(socket)
      if (!connection) return void socket.destroy()
      connection.last ??= bytes
      finish(socket, connection)
    },
    destroyAll(): void {
      for (const socket of open.keys()) socket.destroy()
    },
  }
}
