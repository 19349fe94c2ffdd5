import { timeText } from '../../../lib/units.js'
import type { RequestEntry } from '../messages.js'
import { resultWord } from '../request-words.js'
import { byId, make } from './elements.js'

/** The latest requests of all viewers, newest first. */
export interface RequestsView {
  add(entries: readonly RequestEntry[]): void
  /** Leaves a request out: the page sent it for itself, and nobody wants to read of it. */
  leaveOut(id: string): void
  known(id: string): RequestEntry | undefined
}

const SHOWN = 20
/** More than are shown, because this page looks up its own request here. */
const KEPT = 100
/** News of a request comes within moments of its answer. */
const LEFT_OUT = 500

export function createRequestsView(onPick: (path: string) => void): RequestsView {
  const body = byId('requests-body', HTMLElement)
  const section = byId('requests', HTMLElement)
  const entries = new Map<string, RequestEntry>()
  const leftOut = new Set<string>()
  const show = () => {
    section.hidden = entries.size === 0
    body.replaceChildren(
      ...[...entries.values()]
        .slice(-SHOWN)
        .toReversed()
        .map((entry) => row(entry, onPick)),
    )
  }
  return {
    leaveOut(id) {
      leftOut.add(id)
      const [oldest] = leftOut
      if (leftOut.size > LEFT_OUT && oldest !== undefined) leftOut.delete(oldest)
      if (entries.delete(id)) show()
    },
    known: (id) => entries.get(id),
    add(newer) {
      for (const entry of newer) if (!leftOut.has(entry.id)) entries.set(entry.id, entry)
      for (const id of entries.keys()) {
        if (entries.size <= KEPT) break
        entries.delete(id)
      }
      show()
    },
  }
}

function row(entry: RequestEntry, onPick: (path: string) => void) {
  const { method, path, status, ms } = entry
  const button = make('button', { type: 'button', className: 'link path', textContent: path })
  button.addEventListener('click', () => onPick(path))
  return make(
    'tr',
    {},
    make('td', { textContent: String(status), className: status >= 400 ? 'bad' : 'good' }),
    make('td', { textContent: resultWord(entry) }),
    make('td', { textContent: timeText(ms) }),
    make('td', {}, ...(method === 'GET' ? [] : [`${method} `]), button),
  )
}
