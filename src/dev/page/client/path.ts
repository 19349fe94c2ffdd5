/** A name that somebody pastes with a path behind it: with dots and an end of letters, or with a port. */
const HOST =
  /^(?:localhost|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?=[:/])|(?:\d+\.){3}\d+|\[[\da-f:.]+\]|[\w.-]*[a-z][\w.-]*(?=:\d))(?::\d+)?(?=[/?#]|$)/i
/** A host's name has 253 characters at most. */
const LONGEST_HOST = 300
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i

/**
 * The path that is meant by what somebody typed or pasted. Of a whole URL, with a scheme or a host, it is
 * the path alone: CloudFront drops what follows a ?, browsers what follows a #. In a path that was typed, both
 * are meant as part of it.
 */
export function pathOf(typed: string, origin: string): string {
  const text = typed.trim()
  const url = urlOf(text, origin)
  if (!url) return asSent(`/${text.replace(/^\/+/, '')}`, origin)
  // This page's own address, which says what it shows.
  if (url.pathname === '/' && url.hash.startsWith('#/')) return asSent(url.hash.slice(1), origin)
  return url.pathname
}

/** A path as fetch will send it: other characters encoded, dots resolved. */
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
    // No URL after all: taken for a path, of which the service says what is wrong.
    return undefined
  }
}

function encodeMarks(text: string): string {
  return backslashesEncoded(text).replaceAll('?', '%3F').replaceAll('#', '%23')
}

/** In an http URL, a browser takes it for a slash. */
function backslashesEncoded(text: string): string {
  return text.replaceAll('\\', '%5C')
}
