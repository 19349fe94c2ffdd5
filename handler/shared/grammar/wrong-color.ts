import { BadRequest } from '../contract.js'
import { COLOR_NAMES } from './color.js'
import { quote } from './encoding.js'
import { didYouMean } from './nearest.js'

/** @param others what may have been meant instead of a colour. */
export function wrongColor(value: string, others: readonly string[]): BadRequest {
  return new BadRequest(
    'BAD_COLOR',
    `${quote(value)} is not a colour: ${didYouMean(value, [...COLOR_NAMES, ...others]) || nearestHex(value)}write a CSS colour name, or 3, 4, 6 or 8 hex digits.`,
  )
}

function nearestHex(value: string): string {
  const digits = /^#?([0-9a-f]+)$/i.exec(value)?.[1]?.toLowerCase()
  return digits === undefined ? '' : `did you mean ${nearestLength(digits)}? Otherwise `
}

/** Prefers an opaque colour to a translucent one: alpha is seldom meant. */
function nearestLength(digits: string): string {
  if (digits.length < 3) return digits.repeat(3).slice(0, 3)
  if (digits.length === 5) return digits + digits.slice(-1)
  return digits.slice(0, digits.length < 8 ? 6 : 8)
}
