import type { Rebuilt, RequestEntry, State } from '../messages.js'

export interface Listener {
  /** At the start, and whenever the connection is there again. */
  state(state: State): void
  requests(entries: RequestEntry[]): void
  gallery(): void
  rebuilt(rebuilt: Rebuilt): void
  failed(message: string): void
  /** The server can't be reached; it is tried again. */
  lost(): void
}

const RETRY_MS = 3_000

/**
 * Follows what happens at the server, while the page can be seen: a browser opens six connections to a host
 * at most, and a tab in the background would keep one of them.
 */
export function listen(listener: Listener): void {
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined

  const close = () => {
    clearTimeout(retry)
    source?.close()
    source = undefined
  }
  const open = () => {
    close()
    const opened = new EventSource('/?events')
    source = opened
    const on = (event: string, told: (data: never) => void) =>
      opened.addEventListener(event, ({ data }: MessageEvent<string>) => told(JSON.parse(data) as never))
    on('state', (state: State) => listener.state(state))
    on('requests', (entries: RequestEntry[]) => listener.requests(entries))
    on('gallery', () => listener.gallery())
    on('rebuilt', (rebuilt: Rebuilt) => listener.rebuilt(rebuilt))
    on('failed', ({ message }: { message: string }) => listener.failed(message))
    opened.addEventListener('error', () => {
      if (opened !== source) return
      // Refused, as it is when too many listen: then the state is all that can be had.
      if (opened.readyState === EventSource.CLOSED) {
        retry = setTimeout(open, RETRY_MS)
        void askForState(listener)
      } else listener.lost()
    })
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) close()
    else open()
  })
  // Also in a tab that was opened in the background, so that it is filled when it is looked at.
  open()
}

async function askForState(listener: Listener): Promise<void> {
  try {
    listener.state((await (await fetch('/?state')).json()) as State)
  } catch {
    listener.lost()
  }
}
