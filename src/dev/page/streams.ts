import type http from 'node:http'
import { headersOf, send } from './answers.js'

/** A browser keeps six connections to one host; this is for several people with several tabs. */
const MOST_STREAMS = 32
/** What may wait for a reader that takes nothing, in bytes: then it is let go of, and asks again when it can. */
const MOST_WAITING = 512 * 1024
/** Shorter than what proxies take for a dead connection. */
const ALIVE_EVERY_MS = 20_000

/** Server-sent events to all who listen. */
export interface Streams {
  /** @param first what a new listener is told before anything else. */
  open(outgoing: http.ServerResponse, first: () => unknown): void
  tell(event: string, data: unknown): void
  /** Whether anybody listens. */
  any(): boolean
  close(): void
}

export function createStreams(): Streams {
  const open = new Set<http.ServerResponse>()
  let alive: NodeJS.Timeout | undefined
  const leave = (outgoing: http.ServerResponse) => {
    open.delete(outgoing)
    if (open.size > 0 || !alive) return
    clearInterval(alive)
    alive = undefined
  }
  const write = (text: string) => {
    for (const outgoing of open) {
      outgoing.write(text)
      if (outgoing.writableLength <= MOST_WAITING) continue
      leave(outgoing)
      outgoing.destroy()
    }
  }
  return {
    open(outgoing, first) {
      if (open.size >= MOST_STREAMS)
        return send(
          outgoing,
          503,
          { ...headersOf('text/plain; charset=utf-8'), 'retry-after': '5' },
          'Too many pages listen already.\n',
        )
      outgoing.writeHead(200, headersOf('text/event-stream; charset=utf-8'))
      if (outgoing.req.method === 'HEAD') return void outgoing.end()
      outgoing.write(`retry: 1000\n\n${message('state', first())}`)
      open.add(outgoing)
      outgoing.on('close', () => leave(outgoing))
      alive ??= setInterval(() => write(':\n\n'), ALIVE_EVERY_MS).unref()
    },
    tell: (event, data) => write(message(event, data)),
    any: () => open.size > 0,
    close() {
      for (const outgoing of open) {
        leave(outgoing)
        outgoing.end()
      }
    },
  }
}

/** JSON has no line break in it, so the data is one line whatever it says. */
function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
