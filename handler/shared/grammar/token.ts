import type { BadRequest } from '../contract.js'
import type { Detail } from '../explanation.js'

/**
 * A URL grammar is a table: a head (the size), and a row for each token that may follow it after a comma.
 * Parsing, the canonical path, the object key, the explanation, suggestions and the form of `genato dev` all
 * follow from the table. `P` is the parameters of an image, `R` what the grammar needs to know of the configuration.
 */
export interface Grammar<P, R> {
  readonly head: Head<P, R>
  /** In the order in which they are settled and explained: a row may depend on the rows above it. */
  readonly tokens: readonly Token<P, R>[]
  /** The same rows, in the order of a canonical path. */
  readonly canonicalOrder: readonly Token<P, R>[]
  /**
   * The error for a token that no row reads. By default, it is taken for the first word that is missing, whose `wrong`
   * is called.
   */
  unknown?(token: string, grammar: Grammar<P, R>): BadRequest
}

/** The first token. It decides whether a path is an image's at all. */
export interface Head<P, R> {
  readonly name: string
  /** Of the error for a second head. */
  readonly code: string
  /** Used for a path that lacks only its head. */
  readonly usual: string
  /** Whether a token claims to be a head, right or wrong. */
  claims(token: string): boolean
  /** Whether a later token can only be a second head: `640` may also be a colour. */
  repeats(token: string): boolean
  /** @throws {BadRequest} */
  read(token: string, rules: R): Partial<P>
  write(params: P): string
  describe(params: P): Record<string, Detail>
}

/** How a person chooses a value. */
export type Field =
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'color' }
  | { readonly kind: 'text' }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'flag' }
  /** A text of a fixed form. */
  | { readonly kind: 'pattern'; readonly example: string }

interface Row<P, R, V> {
  readonly name: string
  readonly field: Field
  /** Of the error for a repeated token. */
  readonly code: string
  /** The value, or its default, as parameters. Only the rows above are settled in `params`. */
  settle(value: V | undefined, params: P, rules: R): Partial<P>
  /** Rejects a value that conflicts with the settled parameters. @throws {BadRequest} */
  refuse?(value: V, params: P): void
  /** @returns `undefined` for a default that the canonical path leaves out. */
  write(params: P, rules: R): string | undefined
  /** The token in a key, where it differs from that in a path by more than its separators. */
  writeKey?(params: P): string | undefined
  /** `digest`: the key holds the value's digest, because the value may be long or need encoding. */
  readonly inKey?: 'digest'
  describe(params: P): Record<string, Detail>
}

/** A token without a name, recognized by its value: `white`, `png`. */
export interface Word<P, R, V = unknown> extends Row<P, R, V> {
  readonly form: 'word'
  /** @returns `undefined` if the word is not a value of this token. */
  read(word: string): V | undefined
  /** Candidates for a misspelt word. */
  readonly spellings: readonly string[]
  /** @param others what else may have been meant. */
  wrong?(word: string, others: readonly string[]): BadRequest
  /** Whether a wrong word can only have been meant as this token, even if this token was given already. */
  claims?(word: string): boolean
  /** Other ways to give this token, each with a name: `face=2` beside `faces`. `write` writes them with the name. */
  readonly named?: readonly NamedForm<R, V>[]
}

/** `q=80`: a name and a value. */
export interface NamedForm<R, V = unknown> {
  readonly name: string
  readonly field: Field
  /**
   * Reads the value alone, without regard to the other tokens.
   * @returns `undefined` if it is not a value of this token.
   * @throws {BadRequest} for a value that is not allowed.
   */
  read(value: string, rules: R): V | undefined
  wrong(value: string, others: readonly string[]): BadRequest
}

/** A token with a name: `q=80`. */
export interface Option<P, R, V = unknown> extends Row<P, R, V>, NamedForm<R, V> {
  readonly form: 'option'
  readonly name: string
  readonly field: Field
}

export type Token<P, R> = Word<P, R> | Option<P, R>

export function isWord<P, R>(token: Token<P, R>): token is Word<P, R> {
  return token.form === 'word'
}

export function isOption<P, R>(token: Token<P, R>): token is Option<P, R> {
  return token.form === 'option'
}

/** A named form, and the row whose value it gives. */
export interface Named<P, R> {
  readonly row: Token<P, R>
  readonly form: NamedForm<R>
}

/** Everything that is written `name=value`. */
export function namedForms<P, R>({ tokens }: Grammar<P, R>): Named<P, R>[] {
  return tokens.flatMap((row): Named<P, R>[] =>
    isOption(row) ? [{ row, form: row }] : (row.named ?? []).map((form) => ({ row, form })),
  )
}
