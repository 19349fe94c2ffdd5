import type { LogEvent } from './log-event.js'

/** What of a group was given already, as far back as it may come again. */
export interface Seen {
  /** Those of a page that were not given before, in order of their time. */
  fresh(page: readonly LogEvent[]): LogEvent[]
  /** The latest time of all events. */
  newest(): number
  /** Drops what is before the time from which on the group is read again: memory stays bounded. */
  forget(before: number): void
}

export function createSeen(): Seen {
  const times = new Map<string, number>()
  let newest = -Infinity
  return {
    fresh(page) {
      const found = page.filter(({ id, time }) => {
        if (times.has(id)) return false
        times.set(id, time)
        newest = Math.max(newest, time)
        return true
      })
      return found.sort((a, b) => a.time - b.time)
    },
    newest: () => newest,
    forget(before) {
      for (const [id, time] of times) if (time < before) times.delete(id)
    },
  }
}
