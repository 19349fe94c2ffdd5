import { loadEngine, openPixels } from './engine.js'
import { stillFrame } from './still-frame.js'
import type { Picture } from './types.js'

/** A frame as Rekognition gets it. */
export interface SentFrame {
  readonly jpeg: Buffer
  /** Of what was sent, as shares of it, the picture's own width and height: less than 1 if it was padded. */
  readonly share: { readonly width: number; readonly height: number }
}

/** Rekognition finds faces of 40 pixels in pictures of 1920×1080. Larger ones would only take longer. */
const LONGEST_SIDE = 1920
/** Source: Amazon Rekognition developer guide, "Guidelines and quotas". */
const SHORTEST_SIDE = 80
const MOST_BYTES = 5 * 1024 * 1024
/** Noise of 1920 pixels a side can be too much for the first. */
const QUALITIES = [90, 60, 30]

/**
 * @param ground what transparent parts lie on.
 * @throws {Refusal} 415 BROKEN @throws {DeadlinePassed}
 */
export async function frameForRekognition(
  picture: Picture,
  frame: number,
  ground = '#ffffff',
): Promise<SentFrame> {
  const most = { width: LONGEST_SIDE, height: LONGEST_SIDE }
  const { data, width, height } = await stillFrame(picture, frame, most, ground)
  const open = await loadEngine(25)
  const right = Math.max(0, SHORTEST_SIDE - width)
  const bottom = Math.max(0, SHORTEST_SIDE - height)
  for (const quality of QUALITIES) {
    const pixels = openPixels(open, { data, width, height, frames: 1, channels: 3 })
    if (right > 0 || bottom > 0) pixels.extend({ right, bottom, background: ground })
    const jpeg = await pixels.jpeg({ quality }).toBuffer()
    if (jpeg.length <= MOST_BYTES)
      return { jpeg, share: { width: width / (width + right), height: height / (height + bottom) } }
  }
  throw new Error(`A frame of ${width}x${height} pixels has more than ${MOST_BYTES} bytes as a JPEG.`)
}
