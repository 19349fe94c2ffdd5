import { formatColor } from '../../../../handler/shared/grammar/color.js'
import { IMAGE_GRAMMAR } from '../../../../handler/shared/grammar/image-grammar.js'
import { DEFAULT_BACKGROUND, DEFAULT_FORMAT } from '../../../../handler/shared/grammar/image.js'
import { isWord } from '../../../../handler/shared/grammar/token.js'

/** A URL of the built-in generator as the form holds it: as it was written, neither checked nor corrected. */
export interface Wanted {
  width: string
  height: string
  /** `@2x`, `@3x`, or empty. */
  scale: string
  /** By the names of the grammar's tokens. `undefined` leaves the token out. */
  tokens: Readonly<Record<string, string | undefined>>
}

/** The page starts with this URL if it knows no other. */
export const FIRST = '/640x480,white,png'

/** The form always writes these. */
const DEFAULTS = { background: formatColor(DEFAULT_BACKGROUND), format: DEFAULT_FORMAT }

/**
 * Reads a path into the form. It accepts what it can: only the service knows which paths are right.
 * @returns `undefined` if the path does not start with a size.
 */
export function readPath(path: string): Wanted | undefined {
  const [size = '', ...texts] = path.replace(/^\//, '').split(',').map(decode)
  const [, width, height, scale = ''] = /^(\d+)(?:x(\d+))?(@[23]x)?$/i.exec(size) ?? []
  if (width === undefined || path.slice(1).includes('/')) return undefined
  const tokens: Record<string, string> = { ...DEFAULTS }
  for (const text of texts) {
    const [name, value] = readToken(text)
    if (value !== '' || text.includes('=')) tokens[name] = value
  }
  return { width, height: height ?? width, scale: scale.toLowerCase(), tokens }
}

/** Any word that is not a choice is taken for the background. */
function readToken(text: string): [name: string, value: string] {
  const lower = text.toLowerCase()
  for (const token of IMAGE_GRAMMAR.tokens) {
    if (token.form === 'option' && lower.startsWith(`${token.name}=`)) {
      const value = text.slice(token.name.length + 1)
      return [token.name, token.field.kind === 'color' ? withoutHash(value) : value]
    }
    if (token.form === 'word' && token.field.kind === 'choice' && token.spellings.includes(lower))
      return [token.name, String(token.read(lower))]
  }
  return ['background', withoutHash(lower)]
}

/** Writes the form as a path. A wrong value stays wrong in the path, and the service explains it. */
export function writePath({ width, height, scale, tokens }: Wanted): string {
  const written = IMAGE_GRAMMAR.tokens.flatMap((token) => {
    const { kind } = token.field
    const given = tokens[token.name]
    const value = kind === 'color' && given !== undefined ? withoutHash(given) : given
    if (isWord(token)) return encodeURIComponent(value || DEFAULTS[token.name as keyof typeof DEFAULTS])
    // Only an empty text has a meaning: no text.
    if (value === undefined || (value === '' && kind !== 'text')) return []
    return `${token.name}=${encodeURIComponent(value.toWellFormed())}`
  })
  return `/${[`${width}x${height}${scale}`, ...written].join(',')}`
}

/** CSS writes a colour with #. In a URL it would need encoding, and is optional. */
function withoutHash(color: string): string {
  return color.trim().replace(/^#/, '')
}

function decode(token: string): string {
  try {
    return decodeURIComponent(token)
  } catch {
    return token
  }
}
