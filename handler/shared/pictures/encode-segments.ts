/**
 * Writes the one spelling of a path: RFC 3986's unreserved characters and `,` `=` `+` plain, all else `%HH` in
 * capitals.
 * @param segments decoded.
 * @throws {URIError} for half of a surrogate pair.
 */
export function encodeSegments(segments: readonly string[]): string {
  return segments
    .map(
      (segment) =>
        `/${encodeURIComponent(segment)
          .replace(/%(2C|3D|2B)/g, decodeURIComponent)
          .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)}`,
    )
    .join('')
}
