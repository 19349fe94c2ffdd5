import type http from 'node:http'
import { headersOf, send } from './answers.js'

/** A browser keeps six connections to one host. This is enough for several people with several tabs. */
const MOST_STREAMS = 32
/** How many bytes may wait for a slow reader. Beyond that it is disconnected, and reconnects when it can. */
const MOST_WAITING = 512 * 1024
/** Shorter than the time after which proxies close an idle connection. */
const ALIVE_EVERY_MS = 20_000

/** Server-sent events to all open pages. */
export interface Streams {
  /** @param first the data of a new listener's first event. */
  open(outgoing: http.ServerResponse, first: () => unknown): void
  emit(event: string, data: unknown): void
  /** Whether any page listens. */
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
          'Too many pages are open.\n',
        )
      outgoing.writeHead(200, headersOf('text/event-stream; charset=utf-8'))
      if (outgoing.req.method === 'HEAD') return void outgoing.end()
      outgoing.write(`retry: 1000\n\n${message('state', first())}`)
      open.add(outgoing)
      outgoing.on('close', () => leave(outgoing))
      alive ??= setInterval(() => write(':\n\n'), ALIVE_EVERY_MS).unref()
    },
    emit: (event, data) => write(message(event, data)),
    any: () => open.size > 0,
    close() {
      for (const outgoing of open) {
        leave(outgoing)
        outgoing.end()
      }
    },
  }
}

/** JSON has no line breaks, so the data is always one line. */
function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
