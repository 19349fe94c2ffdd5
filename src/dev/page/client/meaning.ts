import { detailRows } from '../detail-rows.js'
import type { Explained } from '../messages.js'
import { byId, make, rows } from './elements.js'
import { meaningInWords, ROOT_IN_WORDS } from './words.js'

/** Explains the path in the URL field before any image is generated. */
export interface Meaning {
  /** @returns `undefined` if another path was asked about meanwhile, or nobody answers. */
  explain(path: string): Promise<Explained | undefined>
}

/** After this, the last explanation would be mistaken for that of the new path. */
const LATE_MS = 400

export function createMeaning(): Meaning {
  const field = byId('url', HTMLInputElement)
  const line = byId('meaning', HTMLElement)
  const details = byId('details', HTMLElement)
  const list = byId('details-list', HTMLElement)
  let latest = 0

  const say = (words: string, wrong: boolean) => {
    field.setAttribute('aria-invalid', String(wrong))
    line.classList.toggle('wrong', wrong)
    // A screen reader should announce changes, not every key.
    if (line.textContent !== words) line.replaceChildren(...(wrong ? emphasized(words) : [words]))
  }
  const show = (explained: Explained, path: string) => {
    const wrong = explained.kind === 'rejected' || explained.kind === 'failed'
    const warned = explained.kind === 'image' && explained.warning !== undefined
    say(meaningInWords(explained, path), wrong || warned)
    details.hidden = wrong || explained.kind === 'folder'
    list.replaceChildren(...rows(entriesOf(explained)))
  }
  const showNone = (words: string) => {
    say(words, false)
    details.hidden = true
  }
  return {
    async explain(path) {
      const asked = ++latest
      if (path === '/') {
        showNone(ROOT_IN_WORDS)
        return undefined
      }
      const late = setTimeout(() => {
        if (asked === latest) showNone('Asking the function …')
      }, LATE_MS)
      try {
        const response = await fetch(`/?explain=${encodeURIComponent(path)}`)
        const explained = (await response.json()) as Explained
        if (asked !== latest) return undefined
        show(explained, path)
        return explained
      } catch {
        if (asked === latest) showNone('No explanation: genato dev does not answer.')
        return undefined
      } finally {
        clearTimeout(late)
      }
    },
  }
}

function entriesOf(explained: Explained): [string, string][] {
  if (explained.kind === 'file') return [['key', explained.key]]
  if (explained.kind !== 'image') return []
  // Those of auto differ in one word.
  const { keys: _keys, ...details } = explained.details
  return [
    ['canonical path', explained.canonicalPath],
    ['key', explained.key],
    ...detailRows(details),
    ...Object.entries(explained.headers),
  ]
}

/** `BAD_SIZE: …` with the code set off from the sentence. */
function emphasized(words: string): (Node | string)[] {
  const code = /^[A-Z_]+(?=: )/.exec(words)?.[0]
  return code === undefined ? [words] : [make('code', { textContent: code }), words.slice(code.length + 1)]
}
