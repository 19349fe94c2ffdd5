import type { Objects } from './object-store.js'

/** Reads `over` first, then `below`. Writes only to `over`. */
export function overlay(over: Objects, below: Pick<Objects, 'get' | 'head'>): Objects {
  return {
    get: async (key) => (await over.get(key)) ?? below.get(key),
    head: async (key) => (await over.head(key)) ?? below.head(key),
    async put(key, object, { ifAbsent = false } = {}) {
      if (ifAbsent && (await below.head(key))) return 'exists'
      return over.put(key, object, { ifAbsent })
    },
  }
}
