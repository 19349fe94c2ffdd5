/** Begins every text that is signed. A later version of the scheme begins otherwise, so no signature fits both. */
const SCHEME = 'genato-1'

/**
 * The text that a signature covers.
 * @param path in the one spelling of its escapes, see `respell`.
 * @param expires unix seconds; `undefined`: never.
 */
export function signedText(path: string, expires: number | undefined): string {
  return `${SCHEME}\n${path}\n${expires ?? ''}`
}

/**
 * Gives a path's escapes their one spelling, so that a browser or proxy that encodes differently keeps the signature.
 * All but RFC 3986's unreserved characters is written `%HH`. A slash, comma, `=` or `+` stays as it is, plain or
 * encoded, because URLs of images mean something else by a plain one.
 * @throws {URIError} for broken escapes, and for half of a surrogate pair.
 */
export function respell(path: string): string {
  return path.replace(/[^/,=+]+/g, (run) =>
    encodeURIComponent(decodeURIComponent(run)).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  )
}
