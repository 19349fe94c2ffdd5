/** What the form says of an image of the built-in generator, as it was written: not checked, not corrected. */
export interface Wanted {
  width: string
  height: string
  /** `@2x`, `@3x`, or nothing. */
  scale: string
  background: string
  format: string
  /** `undefined`: left out, so the configured one. Empty: none. */
  text: string | undefined
  /** `undefined`: automatic. */
  foreground: string | undefined
  /** Empty: the format's own. */
  quality: string
}

export const FORMATS = ['png', 'jpg', 'webp', 'avif', 'gif', 'svg'] as const
/** Where quality means something, and what it is where it is left out. */
export const QUALITY: Readonly<Record<string, number>> = { jpg: 80, webp: 80, avif: 50 }
/** What the page begins with where nothing else is known. */
export const FIRST = '/640x480,white,png'
const DEFAULT_BACKGROUND = 'cccccc'

/**
 * Reads a path into the form. Which path is right is the service's to say: this takes what it can.
 * @returns `undefined` if it does not start with a size.
 */
export function readPath(path: string): Wanted | undefined {
  const [size = '', ...tokens] = path.replace(/^\//, '').split(',').map(decode)
  const [, width, height, scale = ''] = /^(\d+)(?:x(\d+))?(@[23]x)?$/i.exec(size) ?? []
  if (width === undefined || path.slice(1).includes('/')) return undefined
  const wanted: Wanted = {
    width,
    height: height ?? width,
    scale: scale.toLowerCase(),
    background: DEFAULT_BACKGROUND,
    format: 'png',
    text: undefined,
    foreground: undefined,
    quality: '',
  }
  for (const token of tokens) {
    const lower = token.toLowerCase()
    const value = token.slice(token.indexOf('=') + 1)
    if (lower.startsWith('text=')) wanted.text = value
    else if (lower.startsWith('fg=')) wanted.foreground = withoutHash(value)
    else if (lower.startsWith('q=')) wanted.quality = value
    else if (lower === 'jpeg') wanted.format = 'jpg'
    else if (FORMATS.some((format) => format === lower)) wanted.format = lower
    else if (token !== '') wanted.background = withoutHash(lower)
  }
  return wanted
}

/** Writes the form as a path. What is wrong in the form is wrong in the path, and the service says so. */
export function writePath(wanted: Wanted): string {
  const { width, height, scale, background, format, text, foreground, quality } = wanted
  const tokens = [`${width}x${height}${scale}`]
  tokens.push(encodeURIComponent(withoutHash(background) || DEFAULT_BACKGROUND), format)
  if (text !== undefined) tokens.push(`text=${encodeURIComponent(text.toWellFormed())}`)
  if (foreground !== undefined && foreground !== '')
    tokens.push(`fg=${encodeURIComponent(withoutHash(foreground))}`)
  if (quality !== '' && format in QUALITY) tokens.push(`q=${encodeURIComponent(quality)}`)
  return `/${tokens.join(',')}`
}

/** CSS writes a colour with it; in a URL it would have to be encoded, and may as well be left out. */
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
