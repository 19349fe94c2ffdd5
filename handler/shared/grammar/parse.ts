import { BadRequest } from '../contract.js'
import { decode } from './encoding.js'
import { readTokens } from './read-tokens.js'
import { settle } from './settle.js'
import type { Grammar } from './token.js'
import { canonicalPath } from './write.js'

/** What any grammar needs to know of the configuration. */
interface PathRules {
  /** `path`: the longest path in bytes. */
  readonly limits: { readonly path: number }
}

/**
 * Reads an image URL's path.
 * @param path percent-encoded, starting with `/`, without the query string.
 * @returns `undefined` if the path is a file's, not an image's.
 * @throws {BadRequest} TEXT_LIMIT for a path that is too long, BAD_ENCODING, BAD_OPTION, and the codes of the
 * grammar's head and tokens.
 */
export function parse<P, R extends PathRules>(grammar: Grammar<P, R>, path: string, rules: R): P | undefined {
  const [first = '', ...rest] = path.slice(1).split(',')
  const head = headToken(grammar, first)
  if (!path.startsWith('/') || path.slice(1).includes('/') || head === undefined) return undefined
  refuseLength(path, rules)
  const size = grammar.head.read(head, rules)
  const given = readTokens(grammar, rest.map(decode), rules)
  const params = settle(grammar, size, given, rules)
  // The canonical path must be readable too, and encoding makes an unencoded text longer.
  refuseLength(canonicalPath(grammar, params, rules), rules)
  return params
}

/** The first token if it claims to be a head. It may be percent-encoded, as every token may. */
function headToken<P, R>({ head }: Grammar<P, R>, raw: string): string | undefined {
  if (head.claims(raw)) return decode(raw)
  if (!raw.includes('%')) return undefined
  try {
    const text = decode(raw)
    return head.claims(text) ? text : undefined
  } catch {
    return undefined
  }
}

function refuseLength(path: string, { limits }: PathRules): void {
  const bytes = Buffer.byteLength(path)
  if (bytes > limits.path)
    throw new BadRequest(
      'TEXT_LIMIT',
      `The path is ${bytes} bytes long, and the limit is ${limits.path}: make the text shorter.`,
    )
}
