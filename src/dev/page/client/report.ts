import type { RequestEntry } from '../messages.js'
import { byId, make } from './elements.js'
import { isEnough, reasonOf, sourceInWords, type Seen } from './source.js'
import { timingRows } from './timings.js'

/** What is said of an answer beside its image: where it came from, why it failed, how long it took. */
export interface Report {
  /** Another answer is waited for: what was said of the one before is not seen meanwhile. */
  wait(): void
  /** @param text what it says, if it is no image. */
  tell(seen: Seen, text: string | undefined): void
  /** More is known of a request, which may be this one. */
  update(entry: RequestEntry): void
  /** There is no answer. */
  clear(): void
}

/** The edge's and the function's lines come a little later than the answer itself. */
const PATIENCE_MS = 300

/** @param known what is known of a request by its id. */
export function createReport(known: (id: string) => RequestEntry | undefined): Report {
  const section = byId('picture', HTMLElement)
  const source = byId('cache', HTMLElement)
  const why = byId('why', HTMLElement)
  const times = byId('times', HTMLElement)
  let answer: { seen: Seen; text: string | undefined } | undefined
  let patience: ReturnType<typeof setTimeout> | undefined

  const write = () => {
    clearTimeout(patience)
    if (!answer) return
    const { seen, text } = answer
    const entry = known(seen.id)
    source.replaceChildren(
      make('b', { textContent: seen.word, className: seen.status >= 400 ? 'bad' : 'good' }),
      ` ${sourceInWords(seen, entry)}`,
    )
    const reason = reasonOf(seen, text, entry)
    byId('reason', HTMLElement).textContent = reason ?? ''
    why.hidden = reason === undefined
    times.hidden = entry === undefined
    if (entry) byId('timings', HTMLElement).replaceChildren(...timingRows(entry))
    section.classList.remove('untold')
  }
  const wait = () => {
    clearTimeout(patience)
    answer = undefined
    section.classList.add('untold')
  }
  return {
    wait,
    tell(seen, text) {
      wait()
      answer = { seen, text }
      why.hidden = true
      if (isEnough(seen, known(seen.id))) write()
      else patience = setTimeout(write, PATIENCE_MS)
    },
    update(entry) {
      if (entry.id !== answer?.seen.id) return
      if (isEnough(answer.seen, entry) || !section.classList.contains('untold')) write()
    },
    clear() {
      wait()
      source.replaceChildren()
      why.hidden = true
      times.hidden = true
    },
  }
}
