import { DeadlinePassed } from '../shared/deadline.js'
import { UPRIGHT, type Size } from '../shared/pictures/turn.js'
import { draw, planDrawing } from './drawing.js'
import { loadEngine, toPixels } from './engine.js'
import { broken } from './inspect.js'
import { openSource } from './source.js'
import { Refusal, type Picture } from './types.js'

/** RGB of 8 bits, row by row. */
export interface StillFrame {
  readonly data: Buffer
  readonly width: number
  readonly height: number
}

/** Seconds. */
const PATIENCE = 25

/**
 * One frame of a picture as a viewer sees it: upright, and on `ground`. It is shrunk to fit inside `most`, and never
 * enlarged.
 * @throws {Refusal} 415 BROKEN @throws {DeadlinePassed}
 */
export async function stillFrame(
  picture: Picture,
  frame: number,
  most: Size,
  ground = '#ffffff',
): Promise<StillFrame> {
  const { width, height } = picture
  const shrink = Math.min(1, most.width / width, most.height / height)
  const size = { width: pixels(width * shrink), height: pixels(height * shrink) }
  const open = await loadEngine(PATIENCE)
  try {
    const source = await openSource(picture, open)
    const plan = planDrawing(source, picture, { left: 0, top: 0, width, height }, size, UPRIGHT)
    const image = draw(source.open(frame), plan).flatten({ background: ground })
    const { data } = await toPixels(image)
    return { data, ...size }
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (error instanceof Error && error.message.startsWith('timeout:'))
      throw new DeadlinePassed(`libvips was stopped (${error.message}).`)
    // The pipeline only decodes and shrinks, so it is the bytes that it can't go on with.
    throw broken(picture.type)
  }
}

function pixels(length: number): number {
  return Math.max(1, Math.round(length))
}
