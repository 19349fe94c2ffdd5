/**
 * Characters that a terminal acts on instead of showing them: controls (other than the line feed), line and
 * paragraph separators, marks and overrides of the writing direction, and the byte order mark. Sources: ECMA-48;
 * Unicode UAX #9, "Directional Formatting Characters".
 */
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * Makes a text safe to print. Paths, messages and object keys come from anyone, and must not move the cursor or
 * pass for other text.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '  ')
    .replace(UNPRINTABLE, (character) => `\\u{${hex(character)}}`)
}

/** The same for JSON, which means the same afterwards. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) => `\\u${hex(character).padStart(4, '0')}`)
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16)
}

/** Shortens a text, and says how long it was. */
export function cut(text: string, longest: number): string {
  return text.length > longest
    ? `${text.slice(0, longest).toWellFormed()}… (${text.length} characters)`
    : text
}

/** Indents each line that isn't empty. */
export function indent(text: string, by = '    '): string {
  // Not a pattern with ^, which also matches after \r and U+2028.
  return text
    .split('\n')
    .map((line) => (line === '' ? line : by + line))
    .join('\n')
}

/** `1 image`, `2,000 images`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`
}
