import { BadRequest } from '../contract.js'
import { quote } from '../grammar/encoding.js'
import type { Option, Word } from '../grammar/token.js'
import type { Operations } from './operations.js'
import { flagRow, numberRow } from './row-kinds.js'
import type { PictureRules } from './rules.js'

const TURNS = ['90', '180', '270'] as const

export const rotate: Option<Operations, PictureRules, Operations['rotate']> = {
  form: 'option',
  name: 'rotate',
  field: { kind: 'choice', choices: TURNS },
  code: 'BAD_OPTION',
  read: (value) => {
    const turn = TURNS.find((known) => known === value)
    return turn && (Number(turn) as 90 | 180 | 270)
  },
  wrong: (value) =>
    new BadRequest(
      'BAD_OPTION',
      `${quote(value)} is not a turn: write rotate=90, rotate=180 or rotate=270, clockwise, or leave it out.`,
    ),
  settle: (value = 0) => ({ rotate: value }),
  write: (operations) => (operations.rotate === 0 ? undefined : String(operations.rotate)),
  describe: (operations) => (operations.rotate === 0 ? {} : { rotate: operations.rotate }),
}

export const flop = flagRow('flop')

/** The last of the three rows that turn and mirror: it gives each of the eight orientations its one spelling. */
export const flip: Word<Operations, PictureRules, true> = {
  ...flagRow('flip'),
  settle: (flipped, operations) => orientation(operations.rotate, operations.flop, flipped ?? false),
}

/**
 * Mirroring twice turns by 180 degrees, and a mirrored picture turned by 180 degrees is mirrored the other way. Of
 * the sixteen combinations, eight remain: a turn alone, or a turn of at most 90 degrees and one mirror.
 */
function orientation(
  turn: Operations['rotate'],
  flopped: boolean,
  flipped: boolean,
): Pick<Operations, 'rotate' | 'flop' | 'flip'> {
  if (flopped === flipped) return { rotate: flopped ? halfTurn(turn) : turn, flop: false, flip: false }
  if (turn < 180) return { rotate: turn, flop: flopped, flip: flipped }
  return { rotate: halfTurn(turn), flop: flipped, flip: flopped }
}

function halfTurn(turn: Operations['rotate']): Operations['rotate'] {
  return ((turn + 180) % 360) as Operations['rotate']
}

export const mono = flagRow('mono')
export const sharpen = flagRow('sharpen')
export const enlarge = flagRow('enlarge')

export const blur = numberRow('blur', 'a blur', [1, 100], {
  settle: (value) => ({ blur: value }),
  write: (operations) => (operations.blur === undefined ? undefined : String(operations.blur)),
  describe: (operations) => (operations.blur === undefined ? {} : { blur: operations.blur }),
})

export const version: Option<Operations, PictureRules, string> = {
  form: 'option',
  name: 'v',
  field: { kind: 'pattern', example: '2' },
  code: 'BAD_OPTION',
  read: (value) => (/^[A-Za-z0-9.-]{1,40}$/.test(value) ? value : undefined),
  wrong: (value) =>
    new BadRequest(
      'BAD_OPTION',
      `${quote(value)} is not a version: write 1 to 40 letters, digits, dots and hyphens, such as v=2.`,
    ),
  settle: (value) => ({ version: value }),
  write: (operations) => operations.version,
  describe: (operations) => (operations.version === undefined ? {} : { version: operations.version }),
}
