import { cssHex } from '../shared/grammar/color.js'
import type { Layout } from '../shared/pictures/geometry.js'
import type { Operations, PictureFormat } from '../shared/pictures/operations.js'
import { UPRIGHT } from '../shared/pictures/turn.js'
import { draw, planDrawing } from './drawing.js'
import { toPixels, type Open } from './engine.js'
import { placeSmartly } from './smart.js'
import type { Source } from './source.js'
import { thumbHash } from './thumb-hash.js'
import type { Face, InputType, Picture, Rendition } from './types.js'

/** The answer to a URL with `json`. */
export interface PictureFacts {
  readonly type: InputType
  readonly bytes: number
  /** Pixels of the upright original, of one frame. */
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly alpha: boolean
  /** `#rrggbb`: of the colours in the picture, the most frequent one. */
  readonly dominantColor: string
  /** Base64. */
  readonly thumbHash: string
  /** In percent of the original's width and height, the largest first. Confidence in percent. */
  readonly faces: readonly Face[]
  /** What the same URL without `json` gives. */
  readonly rendition: {
    readonly width: number
    readonly height: number
    readonly format: PictureFormat
    /** The part of the upright original that it shows, to the nearest pixel. */
    readonly cut: {
      readonly left: number
      readonly top: number
      readonly width: number
      readonly height: number
    }
  }
}

interface Work {
  readonly picture: Picture
  readonly operations: Operations
  readonly layout: Layout
  readonly format: PictureFormat
  readonly faces: readonly Face[]
  readonly source: Source
  readonly open: Open
}

/** The most that a ThumbHash takes. */
const SAMPLE_SIDE = 100

export async function describePicture(work: Work): Promise<Rendition> {
  const { picture, format, faces } = work
  const layout = work.layout.smart ? await placeSmartly(work) : work.layout
  const sample = await sampleOf(work)
  const { type, bytes, width, height, frames, alpha } = picture
  const facts: PictureFacts = {
    type,
    bytes: bytes.length,
    width,
    height,
    frames,
    alpha,
    dominantColor: dominantColor(sample.data),
    thumbHash: Buffer.from(thumbHash(sample.width, sample.height, sample.data)).toString('base64'),
    faces: faces.map(inPercent),
    rendition: { ...layout.output, format, cut: wholePixels(layout) },
  }
  return { body: Buffer.from(`${JSON.stringify(facts)}\n`), contentType: 'application/json' }
}

async function sampleOf({ picture, source }: Work) {
  const shrink = Math.min(1, SAMPLE_SIDE / Math.max(picture.width, picture.height))
  const size = {
    width: Math.max(1, Math.round(picture.width * shrink)),
    height: Math.max(1, Math.round(picture.height * shrink)),
  }
  const everything = { left: 0, top: 0, width: picture.width, height: picture.height }
  const plan = planDrawing(source, picture, everything, size, UPRIGHT)
  return await toPixels(draw(source.open(0), plan).ensureAlpha())
}

/** Colours are counted in 4,096 groups, and the largest group's mean is taken. Transparent pixels don't count. */
function dominantColor(rgba: Uint8Array): string {
  const groups = new Map<number, { count: number; r: number; g: number; b: number }>()
  for (let at = 0; at < rgba.length; at += 4) {
    const [r = 0, g = 0, b = 0, a = 0] = rgba.subarray(at, at + 4)
    if (a < 128) continue
    const name = ((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4)
    const group = groups.get(name) ?? { count: 0, r: 0, g: 0, b: 0 }
    groups.set(name, { count: group.count + 1, r: group.r + r, g: group.g + g, b: group.b + b })
  }
  const [largest] = [...groups.values()].sort((one, other) => other.count - one.count)
  if (!largest) return '#000000'
  const mean = (sum: number) => Math.round(sum / largest.count)
  return cssHex({ r: mean(largest.r), g: mean(largest.g), b: mean(largest.b), a: 255 })
}

function inPercent({ left, top, width, height, confidence }: Face): Face {
  const percent = (share: number) => Math.round(share * 1000) / 10
  return {
    left: percent(left),
    top: percent(top),
    width: percent(width),
    height: percent(height),
    confidence: percent(confidence),
  }
}

function wholePixels({ cut }: Layout) {
  const left = Math.round(cut.left)
  const top = Math.round(cut.top)
  return {
    left,
    top,
    width: Math.max(1, Math.round(cut.left + cut.width) - left),
    height: Math.max(1, Math.round(cut.top + cut.height) - top),
  }
}
