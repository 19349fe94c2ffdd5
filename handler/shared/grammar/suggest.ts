import { decode } from './encoding.js'
import { parse } from './parse.js'
import { isWord, type Grammar } from './token.js'

/** Nobody types a longer path by mistake. */
const LONGEST = 300

/**
 * Guesses the image that a file's path was probably meant to be. `/640x480.png`, `/640x480/white/png` and
 * `/640x480?text=Hi` (with an encoded `?`: a query never arrives) have all tokens of an image and the wrong
 * separators. `/white/png` lacks the size.
 * @returns a path that `parse` accepts, or `undefined`.
 */
export function suggest<P, R extends Parameters<typeof parse>[2]>(
  grammar: Grammar<P, R>,
  path: string,
  rules: R,
): string | undefined {
  if (path.length > LONGEST) return undefined
  try {
    const tokens = path
      .replace(/^\//, '')
      .replace(extensionOf(grammar), ',')
      .replace(/%3f/gi, '?')
      .split(/[/,?&]/)
      .map(decode)
    if (!grammar.head.claims(tokens[0] ?? '')) {
      // A single word is a file's name rather than a colour.
      if (tokens.length === 1) return undefined
      tokens.unshift(grammar.head.usual)
    }
    const image = `/${tokens.map(encode).join(',')}`
    return parse(grammar, image, rules) === undefined ? undefined : image
  } catch {
    // What can't be read as an image has no suggestion.
    return undefined
  }
}

/** The dot of an extension that is one of the grammar's choices. */
function extensionOf<P, R>({ tokens }: Grammar<P, R>): RegExp {
  const choices = tokens
    .filter(isWord)
    .filter(({ field }) => field.kind === 'choice')
    .flatMap(({ spellings }) => spellings)
  return new RegExp(`\\.(?=(?:${choices.join('|')})$)`, 'i')
}

/** Encodes a token for a path, but not the `=` of an option or the `@` of a size. */
function encode(token: string): string {
  const at = token.indexOf('=')
  if (at < 0) return encodeURIComponent(token).replace('%40', '@')
  return `${encodeURIComponent(token.slice(0, at))}=${encodeURIComponent(token.slice(at + 1))}`
}
