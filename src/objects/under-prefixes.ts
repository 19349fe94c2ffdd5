import type { ReadableObjects } from './object-store.js'

/**
 * Several sources as one bucket, each below a prefix of its own.
 * @param sources by prefixes that end in a slash, none of which begins with another. The empty prefix takes the rest.
 */
export function underPrefixes(sources: ReadonlyMap<string, ReadableObjects>): ReadableObjects {
  const place = (key: string): { source: ReadableObjects; rest: string } | undefined => {
    const prefix = [...sources.keys()].find((one) => one !== '' && key.startsWith(one)) ?? ''
    const source = sources.get(prefix)
    return source && { source, rest: key.slice(prefix.length) }
  }
  return {
    async get(key) {
      const at = place(key)
      const found = await at?.source.get(at.rest)
      return found && { ...found, key }
    },
    async head(key) {
      const at = place(key)
      const found = await at?.source.head(at.rest)
      return found && { ...found, key }
    },
    async open(key) {
      const at = place(key)
      if (at?.source.open) {
        const found = await at.source.open(at.rest)
        return found && { ...found, key }
      }
      const found = await at?.source.get(at.rest)
      return found && { ...found, key, size: found.body.length }
    },
  }
}
