import { createHash } from 'node:crypto'
import type { Detail } from '../explanation.js'
import type { Grammar, Token } from './token.js'

/** The one spelling of an image's path. `parse` gives the same parameters for it as for every other spelling. */
export function canonicalPath<P, R>(grammar: Grammar<P, R>, params: P, rules: R): string {
  const tokens = writtenTokens(grammar, params, rules).map(([token, value]) =>
    token.form === 'word' ? value : `${token.name}=${encodeURIComponent(value)}`,
  )
  return `/${[grammar.head.write(params), ...tokens].join(',')}`
}

/** The object key below `generated/<generation>/`: `[A-Za-z0-9/-]` only, so nothing in it is ever encoded. */
export function canonicalKey<P, R>(grammar: Grammar<P, R>, params: P, rules: R): string {
  const segments = writtenTokens(grammar, params, rules).map(([token, value]) => {
    const keyed = token.inKey === 'digest' ? digest(value) : value
    return token.form === 'word' ? keyed : `${token.name}-${keyed}`
  })
  return [grammar.head.write(params), ...segments].join('/')
}

/** What `genato explain` and the page of `genato dev` show of an image. */
export function describe<P, R>({ head, tokens }: Grammar<P, R>, params: P): Record<string, Detail> {
  return Object.assign(head.describe(params), ...tokens.map((token) => token.describe(params))) as Record<
    string,
    Detail
  >
}

function writtenTokens<P, R>(
  { canonicalOrder }: Grammar<P, R>,
  params: P,
  rules: R,
): [token: Token<P, R>, value: string][] {
  return canonicalOrder.flatMap((token): [Token<P, R>, string][] => {
    const value = token.write(params, rules)
    return value === undefined ? [] : [[token, value]]
  })
}

/** The first 32 hex digits of a value's SHA-256. At 128 bits, no two values share a key. */
function digest(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('hex').slice(0, 32)
}
