import { quote, refusal } from './refusal.js'

/**
 * Whether all of the text matches. In CloudFront's engine, as in njs, `$` also matches before a line feed at the end.
 */
export function matches(pattern, text) {
  var match = pattern.exec(text)
  return match !== null && match[0] === text
}

/** Percent-decodes once. */
export function decode(raw) {
  try {
    return decodeURIComponent(raw)
  } catch (error) {
    throw refusal('BAD_ENCODING', quote(raw) + ' is not percent-encoded UTF-8.')
  }
}

/** Refuses what CloudFront, S3 and Lambda may read in different ways. */
export function refuseCharacters(text) {
  if (text.indexOf('\\') >= 0 || text.indexOf('\0') >= 0)
    throw refusal('BAD_ENCODING', quote(text) + ' contains a backslash or NUL: leave it out.')
}

function percent(character) {
  return '%' + character.charCodeAt(0).toString(16).toUpperCase()
}

/** In njs, many times as fast as `replace` with a pattern. */
function exchange(text, from, to) {
  return text.split(from).join(to)
}

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, percent)
}

/** An original's key in the one spelling of a URL, which has `,` `=` `+` plain too. */
export function encodeKey(key) {
  if (matches(/^[\w./~,=+-]*/, key)) return key
  return exchange(exchange(exchange(exchange(encode(key), '%2F', '/'), '%2C', ','), '%3D', '='), '%2B', '+')
}

/** An original's key in the characters of a rendition's key: `handler/shared/pictures/key.ts`. */
export function escapeKey(key) {
  if (matches(/^[\w./-]*/, key)) return key
  return exchange(exchange(exchange(encode(key), '%2F', '/'), '~', '%7E'), '%', '~')
}
