/** An answer that the edge can send, and keep. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

interface Entry {
  answer: Answer
  /** ms since the epoch. */
  stored: number
  expires: number
}

interface Cached {
  answer: Answer
  /** Seconds since it was stored. */
  age: number
}

export interface EdgeCache {
  /** What is fresh. */
  get(key: string): Cached | undefined
  /** Keeps an answer as long as its headers say; what was used longest ago makes room. */
  put(key: string, answer: Answer): void
  clear(): void
}

/** The cache policy CachingOptimized, in seconds. */
const TTL = { min: 1, default: 86_400, max: 31_536_000 }
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
      if (entry.expires <= now()) {
        drop(key, entry)
        return undefined
      }
      entries.delete(key)
      entries.set(key, entry)
      return { answer: entry.answer, age: Math.floor((now() - entry.stored) / 1000) }
    },
    put(key, answer) {
      const before = entries.get(key)
      if (before) drop(key, before)
      const seconds = timeToLive(answer)
      if (seconds <= 0 || sizeOf(key, answer) > maxBytes) return
      entries.set(key, { answer, stored: now(), expires: now() + seconds * 1000 })
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

/**
 * Seconds that an answer is kept. Errors are kept only as long as their own headers say, because the
 * distribution's error caching times are 0; everything else within the cache policy's bounds.
 */
export function timeToLive({ status, headers }: Pick<Answer, 'status' | 'headers'>): number {
  const directives = readDirectives(headers['cache-control'] ?? '')
  const asked = Number(directives.get('s-maxage') ?? directives.get('max-age') ?? Number.NaN)
  const refused = ['no-store', 'no-cache', 'private'].some((name) => directives.has(name))
  if (status >= 400) return refused || !(asked >= 0) ? 0 : Math.min(asked, TTL.max)
  if (refused) return TTL.min
  return Math.min(Math.max(asked >= 0 ? asked : TTL.default, TTL.min), TTL.max)
}

function readDirectives(header: string): Map<string, string> {
  const directives = new Map<string, string>()
  for (const part of header.split(',')) {
    const [name = '', value = ''] = part.trim().split('=', 2)
    directives.set(name.toLowerCase(), value.replaceAll('"', ''))
  }
  return directives
}

function sizeOf(key: string, { body }: Answer): number {
  return key.length + body.length + OVERHEAD
}
