import type { OriginalsChanged, Rebuilt, RequestEntry, State } from '../messages.js'

export interface Listener {
  /** Called at the start, and after each reconnection. */
  state(state: State): void
  requests(entries: RequestEntry[]): void
  gallery(): void
  originals(changed: OriginalsChanged['changed']): void
  rebuilt(rebuilt: Rebuilt): void
  failed(message: string): void
  /** Called when the server can't be reached. The connection is retried. */
  lost(): void
}

const RETRY_MS = 3_000

/**
 * Follows what happens on the server while the page is visible. A browser opens at most six connections to a host,
 * and a tab in the background would hold one of them.
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
    const on = (event: string, handle: (data: never) => void) =>
      opened.addEventListener(event, ({ data }: MessageEvent<string>) => handle(JSON.parse(data) as never))
    on('state', (state: State) => listener.state(state))
    on('requests', (entries: RequestEntry[]) => listener.requests(entries))
    on('gallery', () => listener.gallery())
    on('originals', ({ changed }: OriginalsChanged) => listener.originals(changed))
    on('rebuilt', (rebuilt: Rebuilt) => listener.rebuilt(rebuilt))
    on('failed', ({ message }: { message: string }) => listener.failed(message))
    opened.addEventListener('error', () => {
      if (opened !== source) return
      // Refused, because too many pages listen. This one can still get the state.
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
  // Even in a tab that opens in the background, so that it is filled when it becomes visible.
  open()
}

async function askForState(listener: Listener): Promise<void> {
  try {
    listener.state((await (await fetch('/?state')).json()) as State)
  } catch {
    listener.lost()
  }
}
