import type { Operations, Region } from './operations.js'

export interface Size {
  readonly width: number
  readonly height: number
}

/** A rectangle that need not end on whole pixels. */
export type Rect = Region

/** One of the eight orientations: mirrored left to right first, if at all, then turned clockwise. */
export interface Turn {
  readonly flop: boolean
  readonly rotate: 0 | 90 | 180 | 270
}

export const UPRIGHT: Turn = { flop: false, rotate: 0 }

/** What sets a picture upright, by its EXIF orientation (EXIF 2.3, tag 274). Index 0 stands for a missing tag. */
const OF_EXIF: readonly Turn[] = [
  UPRIGHT,
  UPRIGHT,
  { flop: true, rotate: 0 },
  { flop: false, rotate: 180 },
  { flop: true, rotate: 180 },
  { flop: true, rotate: 270 },
  { flop: false, rotate: 90 },
  { flop: true, rotate: 90 },
  { flop: false, rotate: 270 },
]

export function turnOfExif(orientation: number | undefined): Turn {
  return OF_EXIF[orientation ?? 1] ?? UPRIGHT
}

/** A URL's orientation: `rotate` first, then `flop`, then `flip`. */
export function turnOf({ rotate, flop, flip }: Pick<Operations, 'rotate' | 'flop' | 'flip'>): Turn {
  const turned = thenTurn({ flop: false, rotate }, { flop, rotate: 0 })
  return flip ? thenTurn(turned, { flop: true, rotate: 180 }) : turned
}

/** The orientation that results from one after the other. */
export function thenTurn(first: Turn, second: Turn): Turn {
  // Mirroring reverses the sense of a rotation that comes before it.
  const before = second.flop ? 360 - first.rotate : first.rotate
  return {
    flop: first.flop !== second.flop,
    rotate: ((before + second.rotate) % 360) as Turn['rotate'],
  }
}

export function turnBack({ flop, rotate }: Turn): Turn {
  // A mirrored orientation is its own inverse.
  return flop ? { flop, rotate } : { flop, rotate: ((360 - rotate) % 360) as Turn['rotate'] }
}

export function swapsSides({ rotate }: Turn): boolean {
  return rotate === 90 || rotate === 270
}

export function turnSize({ width, height }: Size, turn: Turn): Size {
  return swapsSides(turn) ? { width: height, height: width } : { width, height }
}

/**
 * Where a part of a picture lies after the picture was turned.
 * @param size of the picture before.
 */
export function turnRect({ left, top, width, height }: Rect, size: Size, turn: Turn): Rect {
  const right = size.width - left - width
  const bottom = size.height - top - height
  const [start, end] = turn.flop ? [right, left] : [left, right]
  switch (turn.rotate) {
    case 0:
      return { left: start, top, width, height }
    case 90:
      return { left: bottom, top: start, width: height, height: width }
    case 180:
      return { left: end, top: bottom, width, height }
    case 270:
      return { left: top, top: end, width: height, height: width }
    default:
      return turn.rotate satisfies never
  }
}
