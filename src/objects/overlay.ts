import { hasETag, type Objects, type ReadableObjects } from './object-store.js'

/**
 * Reads `over` first, then `below`. Writes only to `over`: deleting there what lies over an object of `below` brings
 * that one back.
 */
export function overlay(over: Objects, below: ReadableObjects): Objects {
  return {
    get: async (key) => (await over.get(key)) ?? below.get(key),
    head: async (key) => (await over.head(key)) ?? below.head(key),
    async put(key, object, { ifAbsent = false, ifMatch } = {}) {
      if (ifAbsent && (await below.head(key))) return 'exists'
      if (ifMatch === undefined || (await over.head(key))) return over.put(key, object, { ifAbsent, ifMatch })
      const covered = await below.head(key)
      if (!covered) return 'absent'
      if (!hasETag(covered, ifMatch)) return 'changed'
      const put = await over.put(key, object, { ifAbsent: true })
      return put === 'exists' ? 'changed' : put
    },
    delete: async (key, options) => over.delete(key, options),
  }
}
