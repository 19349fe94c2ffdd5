import type { Face } from '../types.js'

/** The order that `face=1`, `face=2` … count in. It depends on nothing but the boxes. */
export function largestFirst(one: Face, other: Face): number {
  return other.width * other.height - one.width * one.height || one.left - other.left || one.top - other.top
}

/** The part of a box that is within the picture. Detectors complete faces that the picture's edge cuts. */
export function withinPicture({ left, top, width, height, confidence }: Face): Face {
  const [x, right] = [within(left), within(left + width)]
  const [y, bottom] = [within(top), within(top + height)]
  return { left: x, top: y, width: right - x, height: bottom - y, confidence }
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share))
}
