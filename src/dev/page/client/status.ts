import { byId } from './elements.js'

/** The line that tells what has just happened. */
export interface Status {
  /** Stays until something else is said. */
  say(text: string): void
  /** Goes by itself, or with the next thing that happens. */
  mention(text: string): void
  /** Something else happens. */
  next(): void
}

const MENTIONED_MS = 6_000

export function createStatus(): Status {
  const line = byId('status', HTMLElement)
  let timer: ReturnType<typeof setTimeout> | undefined
  const say = (text: string) => {
    clearTimeout(timer)
    timer = undefined
    line.textContent = text
  }
  return {
    say,
    mention(text) {
      say(text)
      timer = setTimeout(() => say(''), MENTIONED_MS)
    },
    next() {
      if (timer !== undefined) say('')
    },
  }
}
