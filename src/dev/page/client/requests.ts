import type { RequestEntry } from '../messages.js'
import { byId, make } from './elements.js'
import { timeInWords } from './words.js'

/** The latest requests, newest first, whoever made them. */
export interface RequestsView {
  add(entries: readonly RequestEntry[]): void
  known(id: string): RequestEntry | undefined
}

const SHOWN = 20
/** More than are shown: the answer to this page's own request may be looked for among them. */
const KEPT = 100

export function createRequestsView(onPick: (path: string) => void): RequestsView {
  const body = byId('requests-body', HTMLElement)
  const section = byId('requests', HTMLElement)
  const entries = new Map<string, RequestEntry>()
  return {
    known: (id) => entries.get(id),
    add(newer) {
      for (const entry of newer) entries.set(entry.id, entry)
      for (const id of entries.keys()) {
        if (entries.size <= KEPT) break
        entries.delete(id)
      }
      section.hidden = entries.size === 0
      body.replaceChildren(
        ...[...entries.values()]
          .slice(-SHOWN)
          .toReversed()
          .map((entry) => row(entry, onPick)),
      )
    },
  }
}

function row({ method, path, status, cacheResult, ms }: RequestEntry, onPick: (path: string) => void) {
  const button = make('button', { type: 'button', className: 'link path', textContent: path })
  button.addEventListener('click', () => onPick(path))
  return make(
    'tr',
    {},
    make('td', { textContent: String(status), className: status >= 400 ? 'bad' : 'good' }),
    make('td', { textContent: shortWord(cacheResult) }),
    make('td', { textContent: timeInWords(ms) }),
    make('td', {}, ...(method === 'GET' ? [] : [`${method} `]), button),
  )
}

/** As `genato dev` writes it on the terminal. */
function shortWord(cacheResult: string): string {
  return cacheResult === 'LambdaGeneratedResponse' ? 'Lambda' : cacheResult
}
