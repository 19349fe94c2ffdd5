import { BadRequest } from '../contract.js'
import { quote } from './encoding.js'

const LOOKS_LIKE_A_SIZE = /^[+-]?\d[\d.e+-]*(x[\d.e+-]*)*(@.*)?$/i
const SIZE = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?(?:@([23])x)?$/i

/** Whether the first token of a path claims to be a size, right or wrong. If so, the path is an image's. */
export function looksLikeSize(token: string): boolean {
  return LOOKS_LIKE_A_SIZE.test(token)
}

/**
 * Reads `640x480`, `640`, `640x480@2x`.
 * @param most the longest side in pixels, after `@2x`.
 * @throws {BadRequest} BAD_SIZE, SIZE_LIMIT
 */
export function parseSize(token: string, most: number): { width: number; height: number } {
  const match = SIZE.exec(token)
  if (!match)
    throw new BadRequest(
      'BAD_SIZE',
      `${quote(token)} is not a size: write width and height in whole pixels from 1 to ${most}${token.includes('@') ? ', with @2x, @3x or neither' : ''}, such as ${nearestSize(token, most)}.`,
    )
  const scale = Number(match[3] ?? 1)
  const width = Number(match[1]) * scale
  const height = Number(match[2] ?? match[1]) * scale
  if (width > most || height > most)
    throw new BadRequest(
      'SIZE_LIMIT',
      `${quote(token)} is ${width} by ${height} pixels, and no side may be longer than ${most}: the nearest is ${Math.min(width, most)}x${Math.min(height, most)}.`,
    )
  return { width, height }
}

function nearestSize(token: string, most: number): string {
  const [sides = '', suffix = ''] = token.toLowerCase().split('@', 2)
  const [width = 1, second = Number.NaN] = sides
    .split('x', 2)
    .map((side) => Math.min(Math.max(Math.round(Math.abs(Number.parseFloat(side))), 1), most))
  const height = Number.isNaN(second) ? width : second
  const scale = /^[23]/.exec(suffix)?.[0]
  const fits = scale !== undefined && Math.max(width, height) * Number(scale) <= most
  return `${width}x${height}${fits ? `@${scale}x` : ''}`
}
