import { BadRequest } from '../contract.js'
import { quote } from '../grammar/encoding.js'
import type { Head } from '../grammar/token.js'
import type { Operations } from './operations.js'
import type { PictureRules } from './rules.js'

const CLAIMS_TO_BE_A_SIZE = /^[\d.]*x[\d.]*(@.*)?$/i
const SIZE = /^([1-9]\d{0,4})?x([1-9]\d{0,4})?(?:@([23])x)?$/i

/**
 * Whether a token claims to be a size, right or wrong. A number alone never does, because folders are named for
 * years and versions.
 */
export function looksLikePictureSize(token: string): boolean {
  return CLAIMS_TO_BE_A_SIZE.test(token) && /\d/.test(token)
}

/** `400x300`, `400x`, `x300`, each with or without `@2x`. */
export const size: Head<Operations, PictureRules> = {
  name: 'size',
  code: 'BAD_OPTION',
  usual: '400x300',
  claims: looksLikePictureSize,
  repeats: looksLikePictureSize,
  read(token, { limits }) {
    const [match, width, height, scale = 1] = SIZE.exec(token) ?? []
    if (match === undefined || (width === undefined && height === undefined))
      throw wrongSize(token, limits.side)
    const scaled = (side: string | undefined) =>
      side === undefined ? undefined : Number(side) * Number(scale)
    const sides = { width: scaled(width), height: scaled(height) }
    const longest = Math.max(sides.width ?? 0, sides.height ?? 0)
    if (longest > limits.side)
      throw new BadRequest(
        'SIZE_LIMIT',
        `${quote(token)} asks for ${longest} pixels, and no side may be longer than ${limits.side}: the nearest is ${nearestSize(token, limits.side)}.`,
      )
    return sides
  },
  write: ({ width, height }) => `${width ?? ''}x${height ?? ''}`,
  describe: ({ width, height }) => ({
    width: width ?? 'in proportion to the height',
    height: height ?? 'in proportion to the width',
  }),
}

function wrongSize(token: string, most: number): BadRequest {
  return new BadRequest(
    'BAD_SIZE',
    `${quote(token)} is not a size: write width, height or both in whole pixels from 1 to ${most}${token.includes('@') ? ', with @2x, @3x or neither' : ''}, such as ${nearestSize(token, most)}.`,
  )
}

function nearestSize(token: string, most: number): string {
  const [sides = '', suffix = ''] = token.toLowerCase().split('@', 2)
  const [width = '', height = ''] = sides.split('x', 2).map((side) => {
    const number = Number.parseFloat(side)
    return Number.isNaN(number) ? '' : String(Math.min(Math.max(Math.round(number), 1), most))
  })
  if (width === '' && height === '') return size.usual
  const scale = /^[23]/.exec(suffix)?.[0]
  const fits = scale !== undefined && Math.max(Number(width), Number(height)) * Number(scale) <= most
  return `${width}x${height}${fits ? `@${scale}x` : ''}`
}
