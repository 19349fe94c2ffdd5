import type { RequestEntry } from '../messages.js'
import { byId, make } from './elements.js'
import { isEnough, reasonOf, sourceInWords, type Seen } from './source.js'
import { timingRows } from './timings.js'

/** What stands beside the image: where the response came from, why it failed, how long it took. */
export interface Report {
  /** Hides what was said of the last response while waiting for the next. */
  wait(): void
  /** @param text the body, unless it is an image. */
  show(seen: Seen, text: string | undefined): void
  /** Takes news of a request, which may be this one. */
  update(entry: RequestEntry): void
  /** Shows nothing: there is no response. */
  clear(): void
}

/** The lines of the edge and the function arrive a little later than the response. */
const PATIENCE_MS = 300

/** @param known returns what is known of a request by its id. */
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
    section.classList.remove('waiting')
  }
  const wait = () => {
    clearTimeout(patience)
    answer = undefined
    section.classList.add('waiting')
  }
  return {
    wait,
    show(seen, text) {
      wait()
      answer = { seen, text }
      why.hidden = true
      if (isEnough(seen, known(seen.id))) write()
      else patience = setTimeout(write, PATIENCE_MS)
    },
    update(entry) {
      if (entry.id !== answer?.seen.id) return
      if (isEnough(answer.seen, entry) || !section.classList.contains('waiting')) write()
    },
    clear() {
      wait()
      source.replaceChildren()
      why.hidden = true
      times.hidden = true
    },
  }
}
