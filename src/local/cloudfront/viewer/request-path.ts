/**
 * The path and the query of a request target. A proxy may send the host before them.
 * @param target as it is in the request line.
 */
export function readTarget(target: string): { path: string; query: string } {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '')
  const at = local.indexOf('?')
  const path = at === -1 ? local : local.slice(0, at)
  return { path: path === '' ? '/' : own(path, target), query: at === -1 ? '' : local.slice(at + 1) }
}

/** A slice keeps the whole string in memory, and the cache keeps paths. */
function own(part: string, whole: string): string {
  return part.length === whole.length ? part : Buffer.from(part, 'latin1').toString('latin1')
}
