import { BadRequest } from '../contract.js'

/** C0, DEL, C1, and Unicode's line and paragraph separators. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u

/**
 * Percent-decodes a string once.
 * @throws {BadRequest} BAD_ENCODING for a broken escape, bytes that are not UTF-8, a control character
 * or half of a surrogate pair.
 */
export function decode(raw: string): string {
  let text: string
  try {
    text = decodeURIComponent(raw)
  } catch {
    throw new BadRequest(
      'BAD_ENCODING',
      `${quote(raw)} is not percent-encoded UTF-8: write % as %25, and every other byte as % and two hex digits.`,
    )
  }
  if (!text.isWellFormed())
    throw new BadRequest('BAD_ENCODING', `${quote(raw)} contains half of a surrogate pair: send UTF-8.`)
  if (CONTROL.test(text))
    throw new BadRequest('BAD_ENCODING', `${quote(text)} contains a control character: leave it out.`)
  return text
}

/**
 * Decodes the path of a file to its object key, which has no leading slash.
 * @throws {BadRequest} BAD_ENCODING as `decode` does, and for `.` and `..` segments.
 */
export function decodeFilePath(path: string): string {
  const key = decode(path.replace(/^\//, ''))
  if (key.split('/').some((segment) => segment === '.' || segment === '..'))
    throw new BadRequest('BAD_ENCODING', `${quote(path)} contains a . or .. segment: leave it out.`)
  return key
}

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Encodes an object key as S3's signature demands: all but RFC 3986's unreserved characters and slashes. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeStrictly).join('/')
}

const MOST_QUOTED = 60

/** Quotes a value for an error message: shortened, with markup and invisible characters escaped. */
export function quote(value: string): string {
  const characters = Array.from(value.toWellFormed())
  const shown = characters
    .slice(0, MOST_QUOTED)
    .map((character) =>
      /[\p{L}\p{N} !#$%()*+,\-./:;=?@[\]^_|~]/u.test(character) ? character : escapeCodePoint(character),
    )
  return `"${shown.join('')}${characters.length > MOST_QUOTED ? '…' : ''}"`
}

/** Names a character for an error message: its code point, after the character itself if that is visible. */
export function nameCharacter(character: string): string {
  const visible = /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) && !/[<>&"']/.test(character)
  return visible ? `${character} (${codePoint(character)})` : codePoint(character)
}

function escapeCodePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
