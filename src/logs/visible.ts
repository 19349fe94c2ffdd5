// What moves a terminal's cursor, or turns the direction of what follows: paths and messages are a stranger's.
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** A text with nothing in it that a terminal obeys, line breaks apart. */
export function visible(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(UNSAFE, (character) => {
    if (character === '\t') return '  '
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
