import { BadRequest } from '../contract.js'
import { readTokens } from '../grammar/read-tokens.js'
import { settle } from '../grammar/settle.js'
import { writtenTokens } from '../grammar/written-tokens.js'
import { PICTURE_GRAMMAR } from './grammar.js'
import { AS_IS } from './mount.js'
import type { Accepted, Operations } from './operations.js'
import type { PictureRules } from './rules.js'

/** S3's limit, in bytes. */
export const LONGEST_KEY = 1024

/** Sides were checked before the key was written. */
const ANY_SIDE: PictureRules = { limits: { side: Number.POSITIVE_INFINITY } }

/** Names an original: its key, below the mount named. */
export interface Original {
  /** 12 hex digits. */
  readonly generation: string
  readonly mount: string
  /** Decoded, without the mount's prefix and without a leading slash. */
  readonly key: string
}

/** What a path that the gate writes asks for. */
export interface RenditionPath extends Original {
  readonly operations: Operations | typeof AS_IS
}

/**
 * The key of a stored rendition: `<mount>/<generation>/<escaped key>/<operations>`. After a slash, it is also the path
 * that leaves the gate. All characters are `A-Z a-z 0-9 - . _ ~ /`, so that CloudFront, S3 and Lambda can't sign
 * different spellings of it. The mount comes first, because CloudFront's cache doesn't tell behaviours apart: a viewer
 * who asks for such a path literally gets to the gate, never past it.
 */
export function renditionKey(original: Original, operations: Operations | typeof AS_IS): string {
  const last = operations === AS_IS ? AS_IS : operationsKey(operations)
  return `${original.mount}/${original.generation}/${escapeKey(original.key)}/${last}`
}

/** The last segment of a rendition's key: `400x300_smart_webp_q-70`. Also the form of an allow-list's entries. */
export function operationsKey(operations: Operations): string {
  const tokens = writtenTokens(PICTURE_GRAMMAR, operations, ANY_SIDE).map(
    ([row, value]) =>
      row.writeKey?.(operations) ??
      (row.form === 'word' ? value : `${row.name}=${value}`).replace(/[=+]/g, '-'),
  )
  return [PICTURE_GRAMMAR.head.write(operations), ...tokens].join('_')
}

/**
 * Reads the last segment of a rendition's key, strictly: only what `operationsKey` writes is accepted.
 * `auto` may lack what the viewer accepts, as it does in an allow-list.
 */
export function readOperationsKey(text: string): Operations | undefined {
  const [head = '', ...rest] = text.split('_')
  const accepted = rest
    .map((token) => /^auto-(avif|webp|none)$/.exec(token)?.[1])
    .find((word) => word !== undefined)
  try {
    const given = readTokens(PICTURE_GRAMMAR, rest.map(tokenOfKey), ANY_SIDE)
    const read = settle(PICTURE_GRAMMAR, PICTURE_GRAMMAR.head.read(head, ANY_SIDE), given, ANY_SIDE)
    const operations: Operations =
      accepted === undefined ? read : { ...read, format: { kind: 'auto', accepted: accepted as Accepted } }
    return operationsKey(operations) === text ? operations : undefined
  } catch (error) {
    if (error instanceof BadRequest) return undefined
    throw error
  }
}

/** The token of a URL for a token of a key. */
function tokenOfKey(token: string): string {
  if (token.startsWith('auto-')) return 'auto'
  const [name, value] = split(token, '-')
  if (value === undefined) return token
  if (name === 'bg') return value
  return `${name}=${name === 'crop' ? value.replaceAll('-', '+') : value}`
}

function split(text: string, separator: string): [before: string, after?: string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

/**
 * Writes an original's key in the characters of a rendition's key: the UTF-8 bytes outside `A-Z a-z 0-9 - . _ /`
 * become `~HH`.
 * @throws {URIError} for half of a surrogate pair, which `isOriginalKey` refuses.
 */
export function escapeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%', '~')
}

/** @returns the key that `escapeKey` wrote so, or `undefined` if it wrote none so. */
export function unescapeKey(text: string): string | undefined {
  if (!/^[\w\-./~]*$/.test(text)) return undefined
  try {
    const key = decodeURIComponent(text.replaceAll('~', '%'))
    return escapeKey(key) === text ? key : undefined
  } catch {
    return undefined
  }
}

/** Whether a key can name an original: no empty, `.` or `..` segments, no NUL, no backslash, Unicode only. */
export function isOriginalKey(key: string): boolean {
  return (
    !/[\0\\]/.test(key) &&
    key.isWellFormed() &&
    key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  )
}

/**
 * Reads a path that leaves the gate, strictly: only what `renditionKey` writes is accepted.
 * @param path with its leading slash, as it is in an event's `rawPath`.
 */
export function parseRenditionPath(path: string): RenditionPath | undefined {
  if (path.length > LONGEST_KEY + 1) return undefined
  const [match, mount = '', generation = '', escaped = '', last = ''] =
    /^\/([a-z][a-z\d-]*)\/([\da-f]{12})\/(.+)\/([^/]+)$/.exec(path) ?? []
  const key = unescapeKey(escaped)
  if (match === undefined || key === undefined || !isOriginalKey(key)) return undefined
  const original = { generation, mount, key }
  if (last === AS_IS) return { ...original, operations: AS_IS }
  const operations = readOperationsKey(last)
  if (operations === undefined || isUndecided(operations)) return undefined
  return { ...original, operations }
}

/** The gate always says what the viewer accepts. */
function isUndecided({ format }: Operations): boolean {
  return format.kind === 'auto' && format.accepted === undefined
}
