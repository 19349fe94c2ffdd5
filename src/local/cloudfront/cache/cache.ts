import type { Answer } from '../answer.js'
import { isPurged, tagsOf, type Purge } from './purge.js'
import { lifetime, type Lifetime, type TimeToLive } from './time-to-live.js'

export interface Cached {
  answer: Answer
  /** Seconds since it was stored, or last found to be unchanged. */
  age: number
  /** Whether it may be sent without asking the origin. */
  fresh: boolean
  /** Whether it may be sent while it is revalidated. */
  whileRevalidated: boolean
  /** Whether it may be sent if the origin fails. */
  ifError: boolean
}

export interface EdgeCache {
  /** The cached response, fresh or not. */
  get(key: string): Cached | undefined
  /**
   * Keeps a response for as long as its headers say, and drops those that were used longest ago to make room.
   * @param ttl the bounds of the behaviour's cache policy.
   */
  put(key: string, answer: Answer, ttl: TimeToLive): void
  /** Drops the responses that it names, fresh or not. Returns how many. */
  purge(purge: Purge): number
  clear(): void
}

interface Entry {
  answer: Answer
  life: Lifetime
  tags: ReadonlySet<string>
  /** ms since the epoch. */
  stored: number
}

/** An estimate of what an entry takes beside its body, in bytes. */
const OVERHEAD = 1_000

/**
 * @param maxBytes the limit for all entries together.
 * @param tagHeader the header of responses that lists their cache tags, in lower case.
 */
export function createCache(maxBytes: number, now: () => number = Date.now, tagHeader?: string): EdgeCache {
  // A Map keeps the order of insertion. An entry is inserted again on each use, so the first is the oldest.
  const entries = new Map<string, Entry>()
  let bytes = 0
  const drop = (key: string, entry: Entry) => {
    entries.delete(key)
    bytes -= sizeOf(key, entry.answer)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      entries.delete(key)
      entries.set(key, entry)
      const { answer, life, stored } = entry
      const age = (now() - stored) / 1000
      return {
        answer,
        age: Math.floor(age),
        fresh: age < life.fresh,
        whileRevalidated: age < life.fresh + life.whileRevalidated,
        ifError: answer.status < 400 && age < life.fresh + life.ifError,
      }
    },
    put(key, answer, ttl) {
      const before = entries.get(key)
      const life = lifetime(answer, now(), ttl)
      // An error that isn't kept doesn't remove a response that can be sent again once the origin is back.
      if (life.fresh <= 0 && answer.status >= 500) return
      if (before) drop(key, before)
      if (life.fresh <= 0 || sizeOf(key, answer) > maxBytes) return
      const tags = tagsOf(tagHeader === undefined ? undefined : answer.headers[tagHeader])
      entries.set(key, { answer, life, tags, stored: now() })
      bytes += sizeOf(key, answer)
      for (const [oldest, entry] of entries) {
        if (bytes <= maxBytes) break
        drop(oldest, entry)
      }
    },
    purge(purge) {
      const purged = [...entries].filter(([key, { tags }]) => isPurged(purge, key, tags))
      for (const [key, entry] of purged) drop(key, entry)
      return purged.length
    },
    clear() {
      entries.clear()
      bytes = 0
    },
  }
}

function sizeOf(key: string, { headers, body }: Answer): number {
  let bytes = key.length + body.length + OVERHEAD
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0)
  return bytes
}
