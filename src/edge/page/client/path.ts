/**
 * The path that a browser sends for what somebody typed or pasted: of a whole URL its path. A # and a ? that
 * were typed are meant as part of it: a browser would keep the one, and CloudFront drops what follows the other.
 */
export function pathOf(typed: string, origin: string): string {
  const text = typed.trim()
  if (/^https?:\/\//i.test(text)) {
    try {
      const { pathname, search, hash } = new URL(text)
      return pathname + encodeMarks(search + hash)
    } catch {
      // No URL after all: taken for a path, of which the service says what is wrong.
    }
  }
  const path = `/${encodeMarks(text).replace(/^[/\\]+/, '')}`
  try {
    // As fetch will send it: other characters encoded, dots resolved.
    return new URL(origin + path.toWellFormed()).pathname
  } catch {
    return '/'
  }
}

function encodeMarks(text: string): string {
  return text.replaceAll('?', '%3F').replaceAll('#', '%23')
}
