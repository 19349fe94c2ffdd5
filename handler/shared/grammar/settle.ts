import type { Grammar, Token } from './token.js'

/**
 * Fills in the defaults, and rejects values that conflict.
 * @param head the parameters that the head gave.
 * @param given from `readTokens`.
 * @throws {BadRequest} the codes of the grammar's tokens.
 */
export function settle<P, R>(
  grammar: Grammar<P, R>,
  head: Partial<P>,
  given: ReadonlyMap<Token<P, R>, unknown>,
  rules: R,
): P {
  let params = head as P
  for (const token of grammar.tokens) params = { ...params, ...token.settle(given.get(token), params, rules) }
  for (const [token, value] of given) token.refuse?.(value, params)
  return params
}
