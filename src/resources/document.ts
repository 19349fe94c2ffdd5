/**
 * Puts a policy document into one form, so that documents with the same meaning compare as equal: AWS returns keys and
 * lists in another order, and lists of one as single values. Not for configurations, where order has a meaning.
 */
export function canonicalDocument(document: unknown): string {
  return JSON.stringify(
    canonical(typeof document === 'string' ? (JSON.parse(document) as unknown) : document),
  )
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(canonical)
    if (items.length === 1) return items[0]
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, canonical(item)]),
  )
}

export function sameDocument(one: unknown, other: unknown): boolean {
  return canonicalDocument(one) === canonicalDocument(other)
}
