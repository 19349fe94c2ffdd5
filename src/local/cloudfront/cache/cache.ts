import type { Answer } from '../answer.js'
import { lifetime, type Lifetime } from './time-to-live.js'

export interface Cached {
  answer: Answer
  /** Seconds since it was stored, or last found to be unchanged. */
  age: number
  /** Whether it may be sent as it is; else only until it is known what the origin has now. */
  fresh: boolean
  /** Whether it may be sent while it is asked for anew. */
  whileRevalidated: boolean
  /** Whether it may be sent if the origin fails. */
  ifError: boolean
}

export interface EdgeCache {
  /** What is there, fresh or not. */
  get(key: string): Cached | undefined
  /** Keeps an answer as long as its headers say; what was used longest ago makes room. */
  put(key: string, answer: Answer): void
  clear(): void
}

interface Entry {
  answer: Answer
  life: Lifetime
  /** ms since the epoch. */
  stored: number
}

/** What an entry takes beside its body, at a guess. */
const OVERHEAD = 1_000

/** @param maxBytes of all entries together. */
export function createCache(maxBytes: number, now: () => number = Date.now): EdgeCache {
  // A Map keeps the order of insertion: what was used is put in again, so the first is the oldest.
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
    put(key, answer) {
      const before = entries.get(key)
      const life = lifetime(answer, now())
      // An error that is not kept leaves what may be sent once the origin is there again.
      if (life.fresh <= 0 && answer.status >= 500) return
      if (before) drop(key, before)
      if (life.fresh <= 0 || sizeOf(key, answer) > maxBytes) return
      entries.set(key, { answer, life, stored: now() })
      bytes += sizeOf(key, answer)
      for (const [oldest, entry] of entries) {
        if (bytes <= maxBytes) break
        drop(oldest, entry)
      }
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
