import { BadRequest } from '../contract.js'
import { encodeStrictly, quote } from './encoding.js'
import { nearest } from './nearest.js'
import { isOption, isWord, type Grammar } from './token.js'

/** The search ends after this many pieces, however long the path is. */
const MOST_PIECES = 16

/** Whether a token is an option that takes any text: `text=…`. */
export function isFreeText<P, R>({ tokens }: Grammar<P, R>, token: string): boolean {
  const name = token.slice(0, Math.max(token.indexOf('='), 0)).toLowerCase()
  return tokens.some((row) => row.form === 'option' && row.field.kind === 'text' && row.name === name)
}

/**
 * Finds texts whose commas were not encoded, which cut `text=Hello, World` into two tokens.
 * @returns a function that gives the whole text if the token at `index` is a later piece of one. Ask in ascending
 * order: each text is searched once.
 */
export function textWithCommas<P, R>(
  grammar: Grammar<P, R>,
  tokens: readonly string[],
): (index: number) => string | undefined {
  let text: { start: number; end?: number } | undefined
  return (index) => {
    if (text) text.end ??= endOfText(grammar, tokens, text.start)
    const cut =
      text?.end !== undefined && index < text.end
        ? tokens
            .slice(text.start, text.end)
            .join(',')
            .replace(/^[^=]*=/, '')
        : undefined
    if (isFreeText(grammar, tokens[index] ?? '')) text = { start: index }
    return cut
  }
}

/**
 * @returns the index after the last token that can only be a piece of the text: it starts with white space, or
 * resembles no other token.
 */
function endOfText<P, R>(grammar: Grammar<P, R>, tokens: readonly string[], start: number): number {
  const other = tokens.findIndex(
    (token, index) =>
      index > start && (index > start + MOST_PIECES || (!/^\s/.test(token) && resembles(grammar, token))),
  )
  return other < 0 ? tokens.length : other
}

/** Whether a token is right, or a misspelling of one that is. */
function resembles<P, R>({ head, tokens }: Grammar<P, R>, token: string): boolean {
  const words = tokens.filter(isWord)
  if (head.claims(token) || words.some((row) => row.read(token) !== undefined)) return true
  const name = token.split('=')[0] ?? ''
  const names = tokens.filter(isOption).map((row) => row.name)
  if (token.includes('=') && nearest(name, names) !== undefined) return true
  return (
    nearest(
      token,
      words.flatMap(({ spellings }) => spellings),
    ) !== undefined
  )
}

export function commaInText(piece: string, text: string): BadRequest {
  return new BadRequest(
    'BAD_OPTION',
    `${quote(piece)} is cut off from the text, because commas separate tokens: write a comma in a text as %2C, as in text=${encodeStrictly(text.slice(0, 60).toWellFormed())}`,
  )
}
