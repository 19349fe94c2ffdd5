import type { Detail } from '../explanation.js'
import type { Grammar } from './token.js'

/** What `genato explain` and the page of `genato dev` show of an image. */
export function describe<P, R>({ head, tokens }: Grammar<P, R>, params: P): Record<string, Detail> {
  return Object.assign(head.describe(params), ...tokens.map((token) => token.describe(params))) as Record<
    string,
    Detail
  >
}
