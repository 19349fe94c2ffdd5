import type { RequestEntry } from '../messages.js'
import { make } from './elements.js'
import { timeInWords } from './words.js'

/** A row for each thing that took time: its name, a bar against the whole, and the milliseconds. */
export function timingRows(entry: RequestEntry): HTMLElement[] {
  const whole = Math.max(entry.ms, 0.1)
  // While a process was started, it waited for that; what is no millisecond was no waiting.
  const waited = (entry.waitedMs ?? 0) - (entry.coldStartMs ?? 0)
  const parts: [name: string, ms: number | undefined][] = [
    ['waiting for a process', waited < 1 ? undefined : waited],
    ['starting a process', entry.coldStartMs],
    ['look-up', entry.function?.ms.lookup],
    ['render', entry.function?.ms.render],
    ['store', entry.function?.ms.store],
    ['in all, at the edge', entry.ms],
  ]
  return parts.flatMap(([name, ms]) => (ms === undefined ? [] : [row(name, ms, whole)]))
}

function row(name: string, ms: number, whole: number): HTMLElement {
  const bar = make('span', { className: 'bar' })
  bar.style.inlineSize = `${Math.min(100, Math.max(1, (ms / whole) * 100))}%`
  return make(
    'tr',
    {},
    make('th', { scope: 'row', textContent: name }),
    // For the eye only: the figure stands beside it.
    make('td', { ariaHidden: 'true' }, bar),
    make('td', { textContent: timeInWords(ms) }),
  )
}
