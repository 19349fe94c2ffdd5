import { BadRequest } from '../contract.js'
import { blend, COLOR_NAMES, contrasting, formatColor, parseColor, WHITE, type Color } from './color.js'
import { decode, nameCharacter, quote } from './encoding.js'
import {
  DEFAULT_BACKGROUND,
  DEFAULT_FORMAT,
  defaultQuality,
  FORMATS,
  normalizeText,
  type Format,
  type ImageParams,
  type Rules,
} from './image.js'
import { format as formatPath } from './format.js'
import { nearest } from './nearest.js'
import { looksLikeSize, parseSize } from './size.js'

const OPTIONS = ['text', 'fg', 'q'] as const
type Option = (typeof OPTIONS)[number]

const FORMAT_NAMES: readonly string[] = [...Object.keys(FORMATS), 'jpeg']

/**
 * Reads an image URL's path.
 * @param path percent-encoded, starting with `/`, without the query string.
 * @returns `undefined` if the path is not an image's: that of a file.
 * @throws {BadRequest} BAD_SIZE, BAD_COLOR, BAD_FORMAT, BAD_OPTION, BAD_ENCODING, NO_ALPHA, SIZE_LIMIT,
 * TEXT_LIMIT
 */
export function parse(path: string, rules: Rules): ImageParams | undefined {
  const [first = '', ...rest] = path.slice(1).split(',')
  const size = sizeToken(first)
  if (!path.startsWith('/') || path.slice(1).includes('/') || size === undefined) return undefined
  refuseLength(path, rules)
  const { width, height } = parseSize(size, rules.limits.side)
  const tokens = sortTokens(rest.map(decode))

  const background = tokens.background ?? DEFAULT_BACKGROUND
  const format = tokens.format ?? DEFAULT_FORMAT
  const text = readText(tokens.options.get('text'), rules)
  const foreground = readForeground(tokens.options.get('fg'))
  refuseAlpha(format, background, 'background')
  if (foreground) refuseAlpha(format, foreground, 'text colour')
  const params: ImageParams = {
    width,
    height,
    background,
    format,
    text,
    foreground: text === '' || !foreground ? contrasting(background) : foreground,
    quality: readQuality(tokens.options.get('q'), format),
  }
  // A text that came unencoded is longer in its canonical path, which has to be readable as well.
  refuseLength(formatPath(params, rules.text), rules)
  return params
}

function refuseLength(path: string, { limits }: Rules): void {
  const bytes = Buffer.byteLength(path)
  if (bytes > limits.path)
    throw new BadRequest(
      'TEXT_LIMIT',
      `The path is ${bytes} bytes long, and at most ${limits.path} are read: make the text shorter.`,
    )
}

/** The first token if it claims to be a size. Its escapes are looked through, as every token's are. */
function sizeToken(raw: string): string | undefined {
  if (looksLikeSize(raw)) return decode(raw)
  if (!raw.includes('%')) return undefined
  try {
    const text = decode(raw)
    return looksLikeSize(text) ? text : undefined
  } catch {
    return undefined
  }
}

interface Tokens {
  background?: Color
  format?: Format
  options: Map<Option, string>
}

function sortTokens(tokens: string[]): Tokens {
  const found: Tokens = { options: new Map() }
  const unknown: string[] = []
  /** The last text so far, and where it ends if its commas were not encoded: looked for once. */
  let text: { start: number; end?: number } | undefined
  for (const [index, token] of tokens.entries()) {
    if (token === '')
      throw new BadRequest(
        'BAD_OPTION',
        `There is nothing between two commas, or after the last: take the comma out. (A # is written %23, or left out${tokens.some(isText) ? '; a comma in a text, %2C' : ''}.)`,
      )
    if (text) text.end ??= endOfText(tokens, text.start)
    const cut = text?.end !== undefined && index < text.end ? tokens.slice(text.start, text.end) : undefined
    if (isText(token)) text = { start: index }
    const format = parseFormat(token)
    const color = format ? undefined : parseColor(token)
    if (format) {
      if (found.format) throw repeated('BAD_FORMAT', token, 'format', found.format)
      found.format = format
    } else if (color) {
      if (found.background) throw repeated('BAD_COLOR', token, 'background')
      found.background = color
    } else if (cut !== undefined) {
      throw commaInText(token, cut.join(',').slice('text='.length))
    } else if (token.includes('=')) {
      const [option, value] = splitOption(token)
      if (found.options.has(option)) throw repeated('BAD_OPTION', token, `${option}=`)
      found.options.set(option, value)
    } else unknown.push(token)
  }
  const [first] = unknown
  if (first !== undefined) throw blame(first, found)
  return found
}

function isText(token: string): boolean {
  return /^text=/i.test(token)
}

/**
 * A text with commas that were not encoded is cut at each: `text=Hello, World`.
 * @returns the index behind the last token that can only be a piece of it: it starts with white space, or is
 * nothing else, nor nearly.
 */
function endOfText(tokens: readonly string[], start: number): number {
  const other = tokens.findIndex(
    (token, index) =>
      index > start && (index > start + MOST_PIECES || (!/^\s/.test(token) && !isStrange(token))),
  )
  return other < 0 ? tokens.length : other
}

/** More of them are neither shown nor looked for, however long the path is. */
const MOST_PIECES = 16

/** Whether a token is neither right anywhere, nor a misspelling of what is. */
function isStrange(token: string): boolean {
  if (parseFormat(token) || parseColor(token) || looksLikeSize(token)) return false
  const name = token.split('=')[0] ?? ''
  if (token.includes('=') && nearest(name, OPTIONS) !== undefined) return false
  return nearest(token, [...COLOR_NAMES, ...FORMAT_NAMES]) === undefined
}

function commaInText(piece: string, text: string): BadRequest {
  return new BadRequest(
    'BAD_OPTION',
    `${quote(piece)} is cut off the text, because commas separate tokens: a comma in a text is written %2C, as in text=${encodeURIComponent(text.slice(0, 60).toWellFormed())}`,
  )
}

function parseFormat(token: string): Format | undefined {
  const lower = token.toLowerCase()
  if (lower === 'jpeg') return 'jpg'
  return Object.hasOwn(FORMATS, lower) ? (lower as Format) : undefined
}

function splitOption(token: string): [Option, string] {
  const at = token.indexOf('=')
  const name = token.slice(0, at)
  const option = OPTIONS.find((known) => known === name.toLowerCase())
  if (option) return [option, token.slice(at + 1)]
  if (name.includes('?'))
    throw new BadRequest(
      'BAD_OPTION',
      `${quote(name)} has a ? in it: options come behind a comma, because CloudFront drops what follows a ?: write ,text=… instead of ?text=…`,
    )
  throw new BadRequest(
    'BAD_OPTION',
    `${quote(name)} is not an option: ${didYouMean(name, OPTIONS)}there are text=, fg= and q=.`,
  )
}

/** An unknown bare token is taken to be what is missing, the background before the format. */
function blame(token: string, found: Tokens): BadRequest {
  const ended = endingIn(token)
  if (ended) return ended
  if (/[x@]/i.test(token) && looksLikeSize(token)) return repeated('BAD_SIZE', token, 'size')
  if (token.startsWith('#')) return badColor(token)
  if (!found.background) return badColor(token, found.format ? [] : FORMAT_NAMES)
  if (!found.format)
    return new BadRequest(
      'BAD_FORMAT',
      `${quote(token)} is not a format: ${didYouMean(token, FORMAT_NAMES)}there are ${Object.keys(FORMATS).join(', ')}.`,
    )
  return new BadRequest(
    'BAD_OPTION',
    `${quote(token)} is one word too many: background and format are given. A text is written text=…`,
  )
}

/** A format as files' names have it: `white.png`. */
function endingIn(token: string): BadRequest | undefined {
  const [, name, ending = ''] = /^(.+)\.(\w+)$/s.exec(token) ?? []
  const format = parseFormat(ending)
  if (name === undefined || !format) return undefined
  return new BadRequest(
    'BAD_FORMAT',
    `${quote(token)} ends like a file's name: a format comes behind a comma, as in ${quote(`${name},${format}`)}.`,
  )
}

function repeated(code: string, token: string, what: string, before?: string): BadRequest {
  return new BadRequest(
    code,
    `${quote(token)} is a second ${what}${before ? ` after ${before}` : ''}: give one only.`,
  )
}

/** @param others what may have been meant instead of a colour. */
function badColor(token: string, others: readonly string[] = []): BadRequest {
  return new BadRequest(
    'BAD_COLOR',
    `${quote(token)} is not a colour: ${didYouMean(token, [...COLOR_NAMES, ...others]) || nearestHex(token)}write a CSS colour name, or 3, 4, 6 or 8 hex digits.`,
  )
}

function nearestHex(token: string): string {
  const digits = /^#?([0-9a-f]+)$/i.exec(token)?.[1]?.toLowerCase()
  if (digits === undefined) return ''
  return `did you mean ${nearestLength(digits)}? Else `
}

/** Rather opaque than translucent: alpha is seldom meant. */
function nearestLength(digits: string): string {
  if (digits.length < 3) return digits.repeat(3).slice(0, 3)
  if (digits.length === 5) return digits + digits.slice(-1)
  return digits.slice(0, digits.length < 8 ? 6 : 8)
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates)
  return near === undefined ? '' : `did you mean ${near}? Else `
}

function readText(value: string | undefined, { text: usual, limits, lacking }: Rules): string {
  if (value === undefined) return usual
  const text = normalizeText(value)
  const length = Array.from(text).length
  if (length > limits.text)
    throw new BadRequest(
      'TEXT_LIMIT',
      `The text is ${length} characters long, and at most ${limits.text} are drawn: make it shorter.`,
    )
  const missing = lacking(text)
  if (missing.length > 0)
    throw new BadRequest(
      'BAD_OPTION',
      `The font has no ${missing.slice(0, 8).map(nameCharacter).join(', ')}${missing.length > 8 ? ' …' : ''}: leave such characters out of text=, or configure a font that has them.`,
    )
  return text
}

function readForeground(value: string | undefined): Color | undefined {
  if (value === undefined) return undefined
  const color = parseColor(value)
  if (!color) throw badColor(value)
  return color
}

function readQuality(value: string | undefined, format: Format): number | undefined {
  const usual = defaultQuality(format)
  if (value === undefined) return usual
  if (usual === undefined)
    throw new BadRequest(
      'BAD_OPTION',
      `${quote(`q=${value}`)} means nothing in ${format}: leave it out, or ask for jpg, webp or avif.`,
    )
  if (!/^([1-9]\d?|100)$/.test(value)) {
    const number = Math.round(Number.parseFloat(value))
    const near = Number.isFinite(number) ? Math.min(Math.max(number, 1), 100) : usual
    throw new BadRequest(
      'BAD_OPTION',
      `${quote(value)} is not a quality: write a whole number from 1 to 100, such as q=${near}.`,
    )
  }
  return Number(value)
}

function refuseAlpha(format: Format, color: Color, what: string): void {
  const { alpha } = FORMATS[format]
  if (alpha === 'any' || color.a === 255 || (alpha === 'on or off' && color.a === 0)) return
  const lack = alpha === 'none' ? 'transparency' : 'half-transparent pixels'
  throw new BadRequest(
    'NO_ALPHA',
    `${format} has no ${lack}, which the ${what} ${formatColor(color)} needs: take png, webp or avif, or an opaque colour, such as ${formatColor(blend(color, WHITE, 1))}.`,
  )
}
