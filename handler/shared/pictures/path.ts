import { BadRequest } from '../contract.js'
import { quote } from '../grammar/encoding.js'
import { readTokens } from '../grammar/read-tokens.js'
import { settle } from '../grammar/settle.js'
import { writtenTokens } from '../grammar/written-tokens.js'
import { encodeSegments } from './encode-segments.js'
import { PICTURE_GRAMMAR } from './grammar.js'
import { isOriginalKey, LONGEST_KEY, renditionKey } from './key.js'
import { AS_IS } from './mount.js'
import type { Operations } from './operations.js'
import type { PictureRules } from './rules.js'
import { looksLikePictureSize } from './size.js'

/** What the grammar needs to know of a mount. */
export interface MountRules extends PictureRules {
  readonly name: string
}

/** What a viewer's path asks for. `key` is decoded, without the mount's prefix and without a leading slash. */
export type PicturePath =
  | {
      readonly kind: 'rendition'
      readonly mount: string
      readonly operations: Operations
      readonly key: string
    }
  | { readonly kind: 'as-is'; readonly mount: string; readonly key: string }

/** Every generation is as long. */
const SOME_GENERATION = '0'.repeat(12)

/**
 * Reads the path of a stored picture: `/<mount>/<size>[,<token>…]/<key>`, or `/<mount>/<key>`.
 * @param path percent-encoded, starting with `/`, without the query string.
 * @param mounts by name.
 * @returns `undefined` if the path is below no mount.
 * @throws {BadRequest} BAD_SIZE, SIZE_LIMIT, BAD_OPTION, CONFLICT, BAD_ENCODING, PATH_LIMIT, and NOT_FOUND for a path
 * that names no original.
 */
export function parsePicturePath(
  path: string,
  mounts: ReadonlyMap<string, MountRules>,
): PicturePath | undefined {
  const [start, name = ''] = /^\/([^/]*)\//.exec(path) ?? []
  if (start === undefined) return undefined
  const mount = mounts.get(name)
  if (!mount) {
    refuseEncodedMount(name, mounts)
    return undefined
  }
  const parsed = parseBelow(path.slice(start.length), mount)
  refuseLength(parsed)
  return parsed
}

/** The one spelling of a path. `parsePicturePath` gives the same for it as for every other spelling. */
export function canonicalPicturePath(parsed: PicturePath): string {
  const segments =
    parsed.kind === 'as-is' ? [parsed.mount] : [parsed.mount, canonicalOperations(parsed.operations)]
  return encodeSegments([...segments, ...parsed.key.split('/')])
}

/** The segment after the mount in its one spelling: `400x300,smart,webp,q=70`. */
export function canonicalOperations(operations: Operations): string {
  const tokens = writtenTokens(PICTURE_GRAMMAR, operations, { limits: { side: 0 } }).map(([row, value]) =>
    row.form === 'word' ? value : `${row.name}=${value}`,
  )
  return [PICTURE_GRAMMAR.head.write(operations), ...tokens].join(',')
}

/** CloudFront decodes unreserved characters before it chooses a behaviour, so such a path may lead here. */
function refuseEncodedMount(name: string, mounts: ReadonlyMap<string, MountRules>): void {
  if (!name.includes('%')) return
  let decoded: string
  try {
    decoded = decodeURIComponent(name)
  } catch {
    return
  }
  if (mounts.has(decoded))
    throw new BadRequest('BAD_ENCODING', `${quote(name)} is encoded needlessly: write ${decoded}.`)
}

/** @param rest what follows the mount and a slash. */
function parseBelow(rest: string, mount: MountRules): PicturePath {
  if (rest.startsWith('/') || rest.includes('//'))
    throw new BadRequest('BAD_ENCODING', 'The path contains // : leave out one of the two slashes.')
  const slash = rest.indexOf('/')
  const first = decodeOnce(slash < 0 ? rest : rest.slice(0, slash))
  const [head = '', ...tokens] = first.split(',')
  if (!looksLikePictureSize(head)) return { kind: 'as-is', mount: mount.name, key: readAsIsKey(rest) }
  refuseCharacters(first)
  const operations = settle(
    PICTURE_GRAMMAR,
    PICTURE_GRAMMAR.head.read(head, mount),
    readTokens(PICTURE_GRAMMAR, tokens, mount),
    mount,
  )
  return {
    kind: 'rendition',
    mount: mount.name,
    operations,
    key: readKey(slash < 0 ? '' : rest.slice(slash + 1)),
  }
}

function readAsIsKey(raw: string): string {
  const key = readKey(raw)
  // It can only begin with a size if a slash is written %2F, and then its one spelling would mean a rendition.
  if (looksLikePictureSize(key.split(/[/,]/, 1)[0] ?? ''))
    throw new BadRequest(
      'NOT_FOUND',
      `${quote(key)} begins with a size, and such a folder has renditions only: write a size before it.`,
    )
  return key
}

function readKey(raw: string): string {
  if (raw === '' || raw.endsWith('/'))
    throw new BadRequest('NOT_FOUND', 'The path names no picture: write its name at the end.')
  const key = decodeOnce(raw)
  refuseCharacters(key)
  if (!isOriginalKey(key))
    throw new BadRequest('BAD_ENCODING', `${quote(key)} contains an empty, . or .. segment: leave it out.`)
  return key
}

function decodeOnce(raw: string): string {
  try {
    const text = decodeURIComponent(raw)
    if (text.isWellFormed()) return text
  } catch {
    // Refused below.
  }
  throw new BadRequest(
    'BAD_ENCODING',
    `${quote(raw)} is not percent-encoded UTF-8: write % as %25, and every other byte as % and two hex digits.`,
  )
}

function refuseCharacters(text: string): void {
  if (/[\0\\]/.test(text))
    throw new BadRequest('BAD_ENCODING', `${quote(text)} contains a backslash or NUL: leave it out.`)
}

/** The rendition's key must fit into S3. */
function refuseLength(parsed: PicturePath): void {
  const operations =
    parsed.kind === 'as-is'
      ? AS_IS
      : parsed.operations.format.kind === 'auto'
        ? // Whatever the viewer accepts, the key is as long.
          { ...parsed.operations, format: { kind: 'auto' as const, accepted: 'none' as const } }
        : parsed.operations
  const { length } = renditionKey({ generation: SOME_GENERATION, ...parsed }, operations)
  if (length > LONGEST_KEY)
    throw new BadRequest(
      'PATH_LIMIT',
      `The rendition's key would be ${length} bytes long, and the limit is ${LONGEST_KEY}: give the original a shorter name.`,
    )
}
