/** Where an arrow key leads from an element in a row, as steps. */
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }

/** Moves the focus in a row of which one element at a time can be reached with the tab key. */
export function moveByKey(event: KeyboardEvent, row: readonly HTMLElement[]): void {
  const at = row.findIndex((element) => element === document.activeElement)
  const step = STEPS[event.key]
  const to =
    event.key === 'Home' ? 0 : event.key === 'End' ? row.length - 1 : step === undefined ? -1 : at + step
  const next = at < 0 ? undefined : row[to]
  if (!next) return
  event.preventDefault()
  for (const element of row) element.tabIndex = element === next ? 0 : -1
  next.focus()
}
