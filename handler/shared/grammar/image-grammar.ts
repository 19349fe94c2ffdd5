import { BadRequest } from '../contract.js'
import {
  blend,
  COLOR_NAMES,
  contrasting,
  cssHex,
  formatColor,
  parseColor,
  sameColor,
  WHITE,
  type Color,
} from './color.js'
import { nameCharacter, quote } from './encoding.js'
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
import { didYouMean } from './nearest.js'
import { looksLikeSize, parseSize } from './size.js'
import type { Grammar, Head, Option, Word } from './token.js'
import { wrongColor } from './wrong-color.js'

const FORMAT_NAMES = Object.keys(FORMATS)

const size: Head<ImageParams, Rules> = {
  name: 'size',
  code: 'BAD_SIZE',
  usual: '640x480',
  claims: looksLikeSize,
  repeats: (token) => /[x@]/i.test(token) && looksLikeSize(token),
  read: (token, { limits }) => parseSize(token, limits.side),
  write: ({ width, height }) => `${width}x${height}`,
  describe: ({ width, height }) => ({ width, height }),
}

const background: Word<ImageParams, Rules, Color> = {
  form: 'word',
  name: 'background',
  field: { kind: 'color' },
  code: 'BAD_COLOR',
  spellings: COLOR_NAMES,
  claims: (word) => word.startsWith('#'),
  read: parseColor,
  wrong: wrongColor,
  settle: (color) => ({ background: color ?? DEFAULT_BACKGROUND }),
  refuse: (color, { format }) => refuseAlpha(format, color, 'background'),
  write: (params) => formatColor(params.background),
  describe: (params) => ({ background: cssHex(params.background) }),
}

const format: Word<ImageParams, Rules, Format> = {
  form: 'word',
  name: 'format',
  field: { kind: 'choice', choices: FORMAT_NAMES },
  code: 'BAD_FORMAT',
  spellings: [...FORMAT_NAMES, 'jpeg'],
  read(word) {
    const lower = word.toLowerCase()
    if (lower === 'jpeg') return 'jpg'
    return Object.hasOwn(FORMATS, lower) ? (lower as Format) : undefined
  },
  wrong: (word) =>
    new BadRequest(
      'BAD_FORMAT',
      `${quote(word)} is not a format: ${didYouMean(word, format.spellings)}the formats are ${FORMAT_NAMES.join(', ')}.`,
    ),
  settle: (value = DEFAULT_FORMAT) => ({ format: value }),
  write: (params) => params.format,
  describe: (params) => ({ format: params.format, contentType: FORMATS[params.format].contentType }),
}

const text: Option<ImageParams, Rules, string> = {
  form: 'option',
  name: 'text',
  field: { kind: 'text' },
  code: 'BAD_OPTION',
  inKey: 'digest',
  read(value, { limits, lacking }) {
    const normal = normalizeText(value)
    const length = Array.from(normal).length
    if (length > limits.text)
      throw new BadRequest(
        'TEXT_LIMIT',
        `The text is ${length} characters long, and the limit is ${limits.text}: make it shorter.`,
      )
    const missing = lacking(normal)
    if (missing.length > 0)
      throw new BadRequest(
        'BAD_OPTION',
        `The font has no ${missing.slice(0, 8).map(nameCharacter).join(', ')}${missing.length > 8 ? ' …' : ''}: leave such characters out of text=, or configure a font that has them.`,
      )
    return normal
  },
  // `read` accepts any text, or throws itself.
  wrong: (value) => new BadRequest('BAD_OPTION', `${quote(value)} is not a text.`),
  settle: (value, _, rules) => ({ text: value ?? rules.text }),
  write: (params, rules) => (params.text === rules.text ? undefined : params.text),
  describe: (params) => ({ text: params.text === '' ? null : params.text }),
}

const foreground: Option<ImageParams, Rules, Color> = {
  form: 'option',
  name: 'fg',
  field: { kind: 'color' },
  code: 'BAD_OPTION',
  read: parseColor,
  wrong: wrongColor,
  /** Without a text, every colour gives the same image, and so has to give the same path. */
  settle: (color, params) => ({
    foreground: color && params.text !== '' ? color : contrasting(params.background),
  }),
  refuse: (color, params) => refuseAlpha(params.format, color, 'text colour'),
  write: (params) =>
    params.text === '' || sameColor(params.foreground, contrasting(params.background))
      ? undefined
      : formatColor(params.foreground),
  describe: (params) => ({ textColor: params.text === '' ? null : cssHex(params.foreground) }),
}

const quality: Option<ImageParams, Rules, string> = {
  form: 'option',
  name: 'q',
  field: { kind: 'number', min: 1, max: 100 },
  code: 'BAD_OPTION',
  // What is right, and what is nearest, depends on the format: `refuse` decides.
  read: (value) => value,
  wrong: (value) => new BadRequest('BAD_OPTION', `${quote(value)} is not a quality.`),
  settle: (value, params) => ({
    quality: value === undefined ? defaultQuality(params.format) : Number(value),
  }),
  refuse(value, params) {
    const usual = defaultQuality(params.format)
    if (usual === undefined)
      throw new BadRequest(
        'BAD_OPTION',
        `${quote(`q=${value}`)} means nothing in ${params.format}: leave it out, or ask for jpg, webp or avif.`,
      )
    if (/^([1-9]\d?|100)$/.test(value)) return
    const number = Math.round(Number.parseFloat(value))
    const near = Number.isFinite(number) ? Math.min(Math.max(number, 1), 100) : usual
    throw new BadRequest(
      'BAD_OPTION',
      `${quote(value)} is not a quality: write a whole number from 1 to 100, such as q=${near}.`,
    )
  },
  write: (params) =>
    params.quality === undefined || params.quality === defaultQuality(params.format)
      ? undefined
      : String(params.quality),
  describe: (params) => ({ quality: params.quality ?? null }),
}

/** The built-in generator's URLs: `/640x480,white,png,text=Hi`. */
export const IMAGE_GRAMMAR: Grammar<ImageParams, Rules> = {
  head: size,
  tokens: [background, format, text, foreground, quality],
  canonicalOrder: [background, format, foreground, quality, text],
}

function refuseAlpha(format: Format, color: Color, what: string): void {
  const { alpha } = FORMATS[format]
  if (alpha === 'any' || color.a === 255 || (alpha === 'on or off' && color.a === 0)) return
  const lack = alpha === 'none' ? 'transparency' : 'half-transparent pixels'
  throw new BadRequest(
    'NO_ALPHA',
    `${format} has no ${lack}, which the ${what} ${formatColor(color)} needs: use png, webp or avif, or an opaque colour, such as ${formatColor(blend(color, WHITE, 1))}.`,
  )
}
