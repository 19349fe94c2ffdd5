import type { Sharp } from 'sharp'
import {
  thenTurn,
  turnBack,
  turnRect,
  turnSize,
  type Rect,
  type Size,
  type Turn,
} from '../shared/pictures/turn.js'
import type { Source } from './source.js'

/** How one pipeline draws a part of a source at a size. */
export interface Drawing {
  /** Cut from the source first, in its own pixels. `undefined`: nothing. */
  readonly before: Rect | undefined
  /** Then shrunk or enlarged to this. */
  readonly resized: Size
  readonly turn: Turn
  /** Cut from that, before it is turned. */
  readonly after: Rect
}

/** Below this scale, JPEG's decoder leaves at least every second pixel out. */
const SHRINKS_BELOW = 0.5
/** librsvg draws up to 32767 pixels a side. Beyond half of that, a drawing's pixels are enlarged. */
const LARGEST_DRAWN = 16_384

/**
 * Plans to draw a part of the upright original.
 *
 * libvips' decoders shrink on load, but not after a cut: so where much is shrunk, everything is, and the cut follows,
 * at most half an output pixel off. Otherwise the cut comes first, and is exact.
 * @param upright the size of the original, which the source may have in fewer pixels.
 * @param cut in pixels of the upright original.
 * @param drawn the size of the result.
 * @param turn what the URL asks for.
 */
export function planDrawing(source: Source, upright: Size, cut: Rect, drawn: Size, turn: Turn): Drawing {
  const { stored, toUpright, decoder } = source
  const whole = turnSize(upright, toUpright)
  const part = scale(
    turnRect(cut, upright, turnBack(toUpright)),
    stored.width / whole.width,
    stored.height / whole.height,
  )
  const total = thenTurn(toUpright, turn)
  const wanted = turnSize(drawn, total)
  const [x, y] = [wanted.width / part.width, wanted.height / part.height]
  const drawsAll =
    decoder === 'draws'
      ? Math.max(stored.width * x, stored.height * y) <= LARGEST_DRAWN
      : decoder === 'shrinks' && Math.max(x, y) <= SHRINKS_BELOW
  const taken = drawsAll ? { left: 0, top: 0, ...stored } : wholePixelsAround(part, stored)
  const resized = {
    width: Math.max(wanted.width, Math.round(taken.width * x)),
    height: Math.max(wanted.height, Math.round(taken.height * y)),
  }
  const everything = taken.width === stored.width && taken.height === stored.height
  return {
    before: everything ? undefined : taken,
    resized,
    turn: total,
    after: {
      left: within((part.left - taken.left) * x, resized.width - wanted.width),
      top: within((part.top - taken.top) * y, resized.height - wanted.height),
      ...wanted,
    },
  }
}

/** Adds the steps to a pipeline. */
export function draw(image: Sharp, { before, resized, turn, after }: Drawing): Sharp {
  if (before) image.extract(before)
  image.resize(resized.width, resized.height, { fit: 'fill' })
  // Within one pipeline, sharp mirrors before it rotates.
  if (turn.flop) image.flop()
  if (turn.rotate !== 0) image.rotate(turn.rotate)
  return after.width === resized.width && after.height === resized.height
    ? image
    : image.extract(turnRect(after, resized, turn))
}

function scale({ left, top, width, height }: Rect, x: number, y: number): Rect {
  return { left: left * x, top: top * y, width: width * x, height: height * y }
}

/** Rounding errors of less must not add a row of pixels. */
const TOLERANCE = 1e-6

function wholePixelsAround({ left, top, width, height }: Rect, size: Size): Rect {
  const from = { x: Math.max(0, Math.floor(left + TOLERANCE)), y: Math.max(0, Math.floor(top + TOLERANCE)) }
  return {
    left: from.x,
    top: from.y,
    width: Math.max(1, Math.min(size.width, Math.ceil(left + width - TOLERANCE)) - from.x),
    height: Math.max(1, Math.min(size.height, Math.ceil(top + height - TOLERANCE)) - from.y),
  }
}

function within(offset: number, most: number): number {
  return Math.max(0, Math.min(most, Math.round(offset)))
}
