import type { Detail } from '../explanation.js'
import { cssHex, parseColor, sameColor, WHITE, type Color } from '../grammar/color.js'
import type { Word } from '../grammar/token.js'
import { lowerCase } from './ascii.js'
import { conflict } from './conflict.js'
import {
  DEFAULT_QUALITY,
  PICTURE_FORMATS,
  type Operations,
  type PictureFormat,
  type WantedFormat,
} from './operations.js'
import { flagRow, numberRow } from './row-kinds.js'
import type { PictureRules } from './rules.js'

const FORMAT_WORDS = [...PICTURE_FORMATS, 'auto', 'json'] as const
type FormatWord = (typeof FORMAT_WORDS)[number]

export const format: Word<Operations, PictureRules, FormatWord> = {
  form: 'word',
  name: 'format',
  field: { kind: 'choice', choices: FORMAT_WORDS },
  code: 'BAD_OPTION',
  spellings: [...FORMAT_WORDS, 'jpeg'],
  read(word) {
    const lower = lowerCase(word)
    return lower === 'jpeg' ? 'jpg' : FORMAT_WORDS.find((known) => known === lower)
  },
  settle: (word) => ({ format: wanted(word) }),
  write: ({ format: value }) => (value.kind === 'original' ? undefined : (fixedFormat(value) ?? value.kind)),
  writeKey: ({ format: value }) =>
    value.kind === 'auto' && value.accepted !== undefined ? `auto-${value.accepted}` : undefined,
  describe: ({ format: value }) => ({
    format: fixedFormat(value) ?? (value.kind === 'original' ? "the original's" : value.kind),
  }),
}

function wanted(word: FormatWord | undefined): WantedFormat {
  if (word === undefined) return { kind: 'original' }
  return word === 'auto' || word === 'json' ? { kind: word } : { kind: 'fixed', format: word }
}

function fixedFormat(value: WantedFormat): PictureFormat | undefined {
  return value.kind === 'fixed' ? value.format : undefined
}

export const background: Word<Operations, PictureRules, Color> = {
  form: 'word',
  name: 'background',
  field: { kind: 'color' },
  code: 'BAD_OPTION',
  spellings: ['white', 'black', 'transparent'],
  read(word) {
    const lower = lowerCase(word)
    const known =
      background.spellings.includes(lower) ||
      /^#?([0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(lower)
    return known ? parseColor(lower) : undefined
  },
  settle: (color, { format: value }) => ({
    background:
      color === undefined ||
      color.a === 0 ||
      // A JPEG is always put onto white.
      (fixedFormat(value) === 'jpg' && sameColor(color, WHITE))
        ? undefined
        : color,
  }),
  refuse(color, { format: value }) {
    if (value.kind === 'json')
      throw conflict(`json describes the original, which has no background: leave out ${colorWord(color)}.`)
    if (fixedFormat(value) === 'jpg' && color.a !== 255)
      throw conflict(
        `jpg can't be transparent, and ${colorWord(color)} is${color.a === 0 ? '' : ' partly'}: use an opaque colour, png, webp or avif.${colorWord(color) === 'ffaaccee' ? ' To place the crop by faces, write faces or face=1.' : ''}`,
      )
  },
  write: ({ background: color }) => color && colorWord(color),
  writeKey: ({ background: color }) => color && `bg-${hex(color)}`,
  describe: ({ background: color }): Record<string, Detail> => (color ? { background: cssHex(color) } : {}),
}

function hex(color: Color): string {
  return cssHex(color).slice(1)
}

function colorWord(color: Color): string {
  if (color.a === 0) return 'transparent'
  const digits = hex(color)
  return digits === 'ffffff' ? 'white' : digits === '000000' ? 'black' : digits
}

export const quality = numberRow('q', 'a quality', [1, 100], {
  settle: (value, operations) => ({
    quality: value === usualQuality(operations) ? undefined : value,
  }),
  refuse(value, operations) {
    if (operations.format.kind === 'auto' || usualQuality(operations) !== undefined) return
    const now = fixedFormat(operations.format) ?? operations.format.kind
    throw conflict(
      now === 'original'
        ? `q=${value} needs a format that is named: add jpg, webp, avif or auto.`
        : `q=${value} means nothing in ${now}: leave it out, or ask for jpg, webp, avif or auto.`,
    )
  },
  write: (operations) => (operations.quality === undefined ? undefined : String(operations.quality)),
  describe(operations): Record<string, Detail> {
    const value = operations.quality ?? usualQuality(operations)
    return value === undefined ? {} : { quality: value }
  },
})

function usualQuality({ format: value }: Operations): number | undefined {
  const named = fixedFormat(value)
  return named && DEFAULT_QUALITY[named]
}

export const still: Word<Operations, PictureRules, true> = {
  ...flagRow('still'),
  refuse(_, { format: value }) {
    if (value.kind === 'fixed' && ['jpg', 'png', 'avif'].includes(value.format))
      throw conflict(`still means nothing in ${value.format}, which is never animated here: leave it out.`)
  },
}
