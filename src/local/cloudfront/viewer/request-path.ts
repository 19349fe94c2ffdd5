/**
 * The path and the query of a request's target, which a proxy may have sent with the host before it.
 * @param target as it stands in the request line.
 */
export function readTarget(target: string): { path: string; query: string } {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '')
  const at = local.indexOf('?')
  const path = at === -1 ? local : local.slice(0, at)
  return { path: path === '' ? '/' : own(path, target), query: at === -1 ? '' : local.slice(at + 1) }
}

/** A part of a string keeps the whole in memory, and paths are kept as long as their answers. */
function own(part: string, whole: string): string {
  return part.length === whole.length ? part : Buffer.from(part, 'latin1').toString('latin1')
}
