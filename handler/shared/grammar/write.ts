import { createHash } from 'node:crypto'
import type { Grammar } from './token.js'
import { writtenTokens } from './written-tokens.js'

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

/** The first 32 hex digits of a value's SHA-256. At 128 bits, no two values share a key. */
function digest(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('hex').slice(0, 32)
}
