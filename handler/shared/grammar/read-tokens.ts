import { BadRequest } from '../contract.js'
import { commaInText, isFreeText, textWithCommas } from './comma-in-text.js'
import { quote } from './encoding.js'
import { didYouMean } from './nearest.js'
import {
  isWord,
  namedForms,
  type Grammar,
  type Named,
  type NamedForm,
  type Token,
  type Word,
} from './token.js'

/**
 * Reads the tokens after the head.
 * @param tokens decoded.
 * @returns the values of the given tokens, in the table's order.
 * @throws {BadRequest} for an empty, unknown, misspelt or repeated token, or a wrong value.
 */
export function readTokens<P, R>(
  grammar: Grammar<P, R>,
  tokens: readonly string[],
  rules: R,
): Map<Token<P, R>, unknown> {
  const { words, options } = sort(grammar, tokens)
  const given = new Map<Token<P, R>, unknown>()
  for (const token of grammar.tokens) {
    const word = words.get(token)
    if (word) {
      given.set(token, word.value)
      continue
    }
    const option = options.get(token)
    if (option === undefined) continue
    const value = option.form.read(option.value, rules)
    if (value === undefined) throw option.form.wrong(option.value, [])
    given.set(token, value)
  }
  return given
}

interface Sorted<P, R> {
  words: Map<Token<P, R>, { text: string; value: unknown }>
  options: Map<Token<P, R>, { form: NamedForm<R>; text: string; value: string }>
}

/** Finds the row of each token. Values of options are read later: a misplaced token is the clearer error. */
function sort<P, R>(grammar: Grammar<P, R>, tokens: readonly string[]): Sorted<P, R> {
  const found: Sorted<P, R> = { words: new Map(), options: new Map() }
  const cutText = textWithCommas(grammar, tokens)
  let unknown: string | undefined
  for (const [index, text] of tokens.entries()) {
    if (text === '') throw emptyToken(grammar, tokens)
    const cut = cutText(index)
    const word = findWord(grammar, text)
    if (word) {
      const before = found.words.get(word.row) ?? found.options.get(word.row)
      if (before) throw repeated(word.row.code, text, word.row.name, before.text)
      found.words.set(word.row, { text, value: word.value })
    } else if (cut !== undefined) {
      throw commaInText(text, cut)
    } else if (text.includes('=')) {
      const { row, form, value } = splitOption(grammar, text)
      const before = found.words.get(row) ?? found.options.get(row)
      if (before)
        throw row.form === 'option'
          ? repeated(row.code, text, `${form.name}=`)
          : repeated(row.code, text, row.name, before.text)
      found.options.set(row, { form, text, value })
    } else unknown ??= text
  }
  if (unknown !== undefined) throw unknownWord(grammar, unknown, found)
  return found
}

function findWord<P, R>(
  { tokens }: Grammar<P, R>,
  text: string,
): { row: Word<P, R>; value: unknown } | undefined {
  for (const row of tokens.filter(isWord)) {
    const value = row.read(text)
    if (value !== undefined) return { row, value }
  }
  return undefined
}

function splitOption<P, R>(grammar: Grammar<P, R>, text: string): Named<P, R> & { value: string } {
  const at = text.indexOf('=')
  const name = text.slice(0, at)
  const forms = namedForms(grammar)
  const named = forms.find(({ form }) => form.name === name.toLowerCase())
  if (named) return { ...named, value: text.slice(at + 1) }
  const names = forms.map(({ form }) => form.name)
  if (name.includes('?'))
    throw new BadRequest(
      'BAD_OPTION',
      `${quote(name)} contains a ?: CloudFront drops everything after a ?, so options follow a comma: write ,${names[0]}=… instead of ?${names[0]}=…`,
    )
  if (grammar.unknown) throw grammar.unknown(text, grammar)
  throw new BadRequest(
    'BAD_OPTION',
    `${quote(name)} is not an option: ${didYouMean(name, names)}the options are ${list(names.map((known) => `${known}=`))}.`,
  )
}

function emptyToken<P, R>(grammar: Grammar<P, R>, tokens: readonly string[]): BadRequest {
  const tips = [
    ...(grammar.tokens.some(({ field }) => field.kind === 'color')
      ? ['A # is written %23, or left out.']
      : []),
    ...(tokens.some((text) => isFreeText(grammar, text)) ? ['A comma in a text is written %2C.'] : []),
  ]
  return new BadRequest(
    'BAD_OPTION',
    `There is nothing between two commas, or after the last: remove the comma.${tips.length === 0 ? '' : ` (${tips.join(' ')})`}`,
  )
}

function repeated(code: string, text: string, what: string, before?: string): BadRequest {
  return new BadRequest(
    code,
    `${quote(text)} is a second ${what}${before === undefined ? '' : ` after ${quote(before)}`}: give only one.`,
  )
}

/** An unknown word is taken for the first word that is missing, or for what is misspelt or misplaced in it. */
function unknownWord<P, R>(grammar: Grammar<P, R>, text: string, { words }: Sorted<P, R>): BadRequest {
  const extension = fileExtension(grammar, text)
  if (extension) return extension
  if (grammar.head.repeats(text)) return repeated(grammar.head.code, text, grammar.head.name)
  if (grammar.unknown) return grammar.unknown(text, grammar)
  const rows = grammar.tokens.filter(isWord)
  const claiming = rows.find((row) => row.claims?.(text))
  if (claiming?.wrong) return claiming.wrong(text, [])
  const [missing, ...others] = rows.filter((row) => !words.has(row))
  if (missing?.wrong)
    return missing.wrong(
      text,
      others.flatMap(({ spellings }) => spellings),
    )
  const free = grammar.tokens.find(({ field }) => field.kind === 'text')
  return new BadRequest(
    'BAD_OPTION',
    `${quote(text)} is one word too many: ${list(rows.map(({ name }) => name))} ${rows.length === 1 ? 'is' : 'are'} given already.${free ? ` Write a text as ${free.name}=…` : ''}`,
  )
}

/** A choice that is written like a file's extension: `white.png`. */
function fileExtension<P, R>(grammar: Grammar<P, R>, text: string): BadRequest | undefined {
  const [, name, extension = ''] = /^(.+)\.(\w+)$/s.exec(text) ?? []
  const word = findWord(grammar, extension)
  if (name === undefined || word?.row.field.kind !== 'choice' || typeof word.value !== 'string')
    return undefined
  return new BadRequest(
    word.row.code,
    `${quote(text)} ends like a file name: write the ${word.row.name} after a comma, as in ${quote(`${name},${word.value}`)}.`,
  )
}

/** `a`, `a and b`, `a, b and c`. */
function list(words: readonly string[]): string {
  const [last = '', ...before] = words.toReversed()
  return before.length === 0 ? last : `${before.toReversed().join(', ')} and ${last}`
}
