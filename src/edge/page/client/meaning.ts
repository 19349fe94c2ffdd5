import type { Explained } from '../messages.js'
import { byId, make, rows } from './elements.js'
import { meaningInWords } from './words.js'

/** What the function says of the path in the URL field, before any image is made. */
export interface Meaning {
  /** @returns what it means; `undefined` if it was asked of another path meanwhile, or nobody answers. */
  explain(path: string): Promise<Explained | undefined>
}

export function createMeaning(): Meaning {
  const field = byId('url', HTMLInputElement)
  const line = byId('meaning', HTMLElement)
  const details = byId('details', HTMLElement)
  const list = byId('details-list', HTMLElement)
  let latest = 0

  const show = (explained: Explained, path: string) => {
    const wrong = explained.kind === 'rejected' || explained.kind === 'failed'
    field.setAttribute('aria-invalid', String(wrong))
    line.classList.toggle('wrong', wrong)
    const words = meaningInWords(explained, path)
    // A screen reader is told of what changed, not of every key.
    if (line.textContent !== words) line.replaceChildren(...(wrong ? emphasized(words) : [words]))
    details.hidden = wrong || explained.kind === 'folder'
    list.replaceChildren(...rows(entriesOf(explained)))
  }
  return {
    async explain(path) {
      const asked = ++latest
      try {
        const response = await fetch(`/?explain=${encodeURIComponent(path)}`)
        const explained = (await response.json()) as Explained
        if (asked !== latest) return undefined
        show(explained, path)
        return explained
      } catch {
        return undefined
      }
    },
  }
}

function entriesOf(explained: Explained): [string, string][] {
  if (explained.kind === 'file') return [['key', explained.key]]
  if (explained.kind !== 'image') return []
  return [
    ['canonical path', explained.canonicalPath],
    ['key', explained.key],
    ...Object.entries(explained.details).map(([name, value]): [string, string] => [name, String(value)]),
    ...Object.entries(explained.headers),
  ]
}

/** `BAD_SIZE: …`: the code stands out, the sentence is what is read. */
function emphasized(words: string): (Node | string)[] {
  const code = /^[A-Z_]+(?=: )/.exec(words)?.[0]
  return code === undefined ? [words] : [make('code', { textContent: code }), words.slice(code.length + 1)]
}
