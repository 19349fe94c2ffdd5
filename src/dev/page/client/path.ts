/** A host name as people paste it before a path: `localhost`, a name with dots, an address, or a name with a port. */
const HOST =
  /^(?:localhost|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?=[:/])|(?:\d+\.){3}\d+|\[[\da-f:.]+\]|[\w.-]*[a-z][\w.-]*(?=:\d))(?::\d+)?(?=[/?#]|$)/i
/** A host name has at most 253 characters. */
const LONGEST_HOST = 300
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i

/**
 * Reads the path from what somebody typed or pasted. From a whole URL, with a scheme or a host, it takes only the
 * path: CloudFront drops everything after a ?, and browsers drop everything after a #. In a bare path, both
 * characters belong to the path.
 */
export function pathOf(typed: string, origin: string): string {
  const text = typed.trim()
  const url = urlOf(text, origin)
  if (!url) return asSent(`/${text.replace(/^\/+/, '')}`, origin)
  // This page's own address: the hash holds the path that it shows.
  if (url.pathname === '/' && url.hash.startsWith('#/')) return asSent(url.hash.slice(1), origin)
  return url.pathname
}

/** The path as fetch will send it: special characters encoded, dot segments resolved. */
export function asSent(path: string, origin: string): string {
  const rooted = path.startsWith('/') ? path : `/${path}`
  try {
    return new URL(origin + encodeMarks(rooted).toWellFormed()).pathname
  } catch {
    return '/'
  }
}

function urlOf(text: string, origin: string): URL | undefined {
  const withoutSlashes = text.replace(/^\/\//, '')
  const isHost = HOST.test(withoutSlashes.slice(0, LONGEST_HOST))
  if (!SCHEME.test(text) && !isHost) return undefined
  try {
    return new URL(backslashesEncoded(isHost ? `//${withoutSlashes}` : text).toWellFormed(), origin)
  } catch {
    // Not a URL after all: treat it as a path, and let the service explain what is wrong.
    return undefined
  }
}

function encodeMarks(text: string): string {
  return backslashesEncoded(text).replaceAll('?', '%3F').replaceAll('#', '%23')
}

/** Browsers read a backslash in an http URL as a slash. */
function backslashesEncoded(text: string): string {
  return text.replaceAll('\\', '%5C')
}
