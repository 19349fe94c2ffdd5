import { BadRequest } from '../contract.js'
import type { Detail } from '../explanation.js'
import { quote } from '../grammar/encoding.js'
import type { NamedForm, Option, Word } from '../grammar/token.js'
import { lowerCase } from './ascii.js'
import { conflict } from './conflict.js'
import { COMPASS, type Compass, type Operations, type Place, type Region } from './operations.js'
import { numberForm, numberRow } from './row-kinds.js'
import type { PictureRules } from './rules.js'
import { size } from './size.js'

const FITS = ['cover', 'contain', 'inside'] as const
type Fit = (typeof FITS)[number]

export const fit: Word<Operations, PictureRules, Fit> = {
  form: 'word',
  name: 'fit',
  field: { kind: 'choice', choices: FITS },
  code: 'BAD_OPTION',
  spellings: FITS,
  read: (word) => FITS.find((known) => known === lowerCase(word)),
  // With one side given, the other follows: nothing is cut or added, so every fit gives the same picture.
  settle: (value = 'cover', operations) => ({ fit: isOneSided(operations) ? 'cover' : value }),
  write: (operations) => (operations.fit === 'cover' ? undefined : operations.fit),
  describe: (operations): Record<string, Detail> => (isOneSided(operations) ? {} : { fit: operations.fit }),
}

const PLACE_WORDS = ['center', 'centre', ...COMPASS, 'smart', 'faces'] as const

const faceNumber = numberForm('face', 'the number of a face', 1, 15)

const face: NamedForm<PictureRules, Place> = {
  ...faceNumber,
  read(value, rules) {
    const index = faceNumber.read(value, rules)
    return index === undefined ? undefined : { kind: 'face', index }
  },
}

const at: NamedForm<PictureRules, Place> = {
  name: 'at',
  field: { kind: 'pattern', example: '30x70' },
  read(value) {
    const [match, x, y] = /^(0|[1-9]\d?|100)x(0|[1-9]\d?|100)$/i.exec(value) ?? []
    return match === undefined ? undefined : { kind: 'point', x: Number(x), y: Number(y) }
  },
  wrong: (value) =>
    new BadRequest(
      'BAD_OPTION',
      `${quote(value)} is not a point: write whole percent of width and height from 0 to 100, such as at=30x70.`,
    ),
}

/** The words, `face=` and `at=` are one row, because only one of them can place a crop. */
export const place: Word<Operations, PictureRules, Place> = {
  form: 'word',
  name: 'place',
  field: { kind: 'choice', choices: ['center', ...COMPASS, 'smart', 'faces'] },
  code: 'CONFLICT',
  spellings: PLACE_WORDS,
  named: [face, at],
  read(word) {
    const lower = lowerCase(word)
    if (lower === 'center' || lower === 'centre') return { kind: 'centre' }
    if (lower === 'smart' || lower === 'faces') return { kind: lower }
    const compass = COMPASS.find((known) => known === lower)
    return compass && { kind: 'compass', at: compass }
  },
  settle: (value = { kind: 'centre' }) => ({ place: oneSpelling(value) }),
  refuse(value, operations) {
    const token = placeToken(value)
    if (isOneSided(operations))
      throw conflict(
        `${token} means nothing with ${size.write(operations)}, because nothing is cut when only one side is given: leave it out, or give both sides, such as 400x300,${token}.`,
      )
    if (operations.fit === 'inside')
      throw conflict(
        `${token} means nothing with inside, which keeps the whole picture without bars: leave it out, or use cover or contain.`,
      )
    if (operations.fit === 'contain' && value.kind !== 'centre' && value.kind !== 'compass')
      throw conflict(
        `${token} chooses what cover keeps, and contain cuts nothing: leave out one of the two, or use ${COMPASS.join(', ')}.`,
      )
  },
  write: (operations) => (operations.place.kind === 'centre' ? undefined : placeToken(operations.place)),
  // With inside and with one side given, there is nothing to place.
  describe: (operations): Record<string, Detail> =>
    isOneSided(operations) || operations.fit === 'inside' ? {} : { place: placeToken(operations.place) },
}

export const pad = numberRow('pad', 'a padding in percent', [0, 200], {
  settle: (value) => ({ pad: value }),
  refuse(value, operations) {
    if (!placesFaces(operations))
      throw conflict(`pad=${value} is space around faces: leave it out, or add faces or face=1.`)
  },
  write: (operations) => (operations.pad === undefined ? undefined : String(operations.pad)),
  describe: (operations) => (operations.pad === undefined ? {} : { pad: operations.pad }),
})

export const crop: Option<Operations, PictureRules, Region> = {
  form: 'option',
  name: 'crop',
  field: { kind: 'pattern', example: '100x80+10+5' },
  code: 'BAD_OPTION',
  read(value) {
    const [match, width, height, left, top] =
      /^([1-9]\d{0,4})x([1-9]\d{0,4})\+(0|[1-9]\d{0,4})\+(0|[1-9]\d{0,4})$/i.exec(value) ?? []
    if (match === undefined) return undefined
    return { left: Number(left), top: Number(top), width: Number(width), height: Number(height) }
  },
  wrong: (value) =>
    new BadRequest(
      'BAD_OPTION',
      `${quote(value)} is not a region: write WIDTHxHEIGHT+LEFT+TOP in whole pixels of the original, such as crop=100x80+10+5.`,
    ),
  settle: (value) => ({ crop: value }),
  refuse(value, operations) {
    if (placesFaces(operations))
      throw conflict(
        `crop=${cropValue(value)} and ${placeToken(operations.place)} both choose the part to keep: leave out one of the two.`,
      )
  },
  write: (operations) => operations.crop && cropValue(operations.crop),
  describe: (operations) => (operations.crop ? { crop: { ...operations.crop } } : {}),
}

function isOneSided({ width, height }: Pick<Operations, 'width' | 'height'>): boolean {
  return width === undefined || height === undefined
}

function placesFaces(operations: Operations): boolean {
  return operations.place.kind === 'faces' || operations.place.kind === 'face'
}

function cropValue({ left, top, width, height }: Region): string {
  return `${width}x${height}+${left}+${top}`
}

function placeToken(value: Place): string {
  switch (value.kind) {
    case 'centre':
      return 'center'
    case 'compass':
      return value.at
    case 'smart':
    case 'faces':
      return value.kind
    case 'face':
      return `face=${value.index}`
    case 'point':
      break
  }
  return `at=${value.x}x${value.y}`
}

const SAME_AS_POINT: Readonly<Record<string, Compass>> = {
  '50x0': 'top',
  '50x100': 'bottom',
  '0x50': 'left',
  '100x50': 'right',
  '0x0': 'topleft',
  '100x0': 'topright',
  '0x100': 'bottomleft',
  '100x100': 'bottomright',
}

/** Some points have a name already. */
function oneSpelling(value: Place): Place {
  if (value.kind !== 'point') return value
  if (value.x === 50 && value.y === 50) return { kind: 'centre' }
  const compass = SAME_AS_POINT[`${value.x}x${value.y}`]
  return compass === undefined ? value : { kind: 'compass', at: compass }
}
