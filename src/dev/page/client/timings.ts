import { stepsOf } from '../../../../handler/shared/log.js'
import { timeText } from '../../../lib/units.js'
import type { RequestEntry } from '../messages.js'
import { make } from './elements.js'

/** A row for each thing that took time: its name, a bar relative to the total, and the time. */
export function timingRows(entry: RequestEntry): HTMLElement[] {
  const whole = Math.max(entry.ms, 0.1)
  // The wait includes the start of a process. Under a millisecond, it was no wait.
  const waited = (entry.waitedMs ?? 0) - (entry.coldStartMs ?? 0)
  const parts: [name: string, ms: number | undefined][] = [
    ['waiting for a process', waited < 1 ? undefined : waited],
    ['starting a process', entry.coldStartMs],
    ...(entry.function ? stepsOf(entry.function) : []),
    ['total, at the edge', entry.ms],
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
    // Decoration only: the figure is in the next cell.
    make('td', { ariaHidden: 'true' }, bar),
    make('td', { textContent: timeText(ms) }),
  )
}
