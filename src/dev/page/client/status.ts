import { byId } from './elements.js'

/** The line that says what has just happened. */
export interface Status {
  /** Stays until the next message. */
  say(text: string): void
  /** Disappears after a while, or when something else happens. */
  mention(text: string): void
  /** Clears a mention, because something else happens. */
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
