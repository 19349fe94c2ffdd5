import type { Grammar, Token } from './token.js'

/** The tokens of a canonical path after its head, in their order. Runs in browsers too. */
export function writtenTokens<P, R>(
  { canonicalOrder }: Grammar<P, R>,
  params: P,
  rules: R,
): [token: Token<P, R>, value: string][] {
  return canonicalOrder.flatMap((token): [Token<P, R>, string][] => {
    const value = token.write(params, rules)
    return value === undefined ? [] : [[token, value]]
  })
}
