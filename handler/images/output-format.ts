import type { PictureFormat, WantedFormat } from '../shared/pictures/operations.js'
import type { Size } from '../shared/pictures/turn.js'
import type { InputType } from './types.js'

/**
 * AVIF takes the longest to encode: about a second for each four megapixels of a photograph on one core of Lambda.
 * Nobody asked for it with `auto`, so less is done then. Changing either changes pixels: raise the recipe's version.
 */
export const AVIF_PIXELS = 4_000_000
const AUTO_AVIF_PIXELS = 1_500_000
/** Some decoders refuse AVIF with a side below. */
const AUTO_AVIF_SIDE = 16

interface Facts {
  readonly type: InputType
  /** Whether the rendition has any transparency. */
  readonly alpha: boolean
  /** Whether the original is an animation and wanted as one. */
  readonly animated: boolean
  readonly output: Size
}

/** What a format can't do: jpg has no transparency, and only some are animated. */
export const ANIMATED: ReadonlySet<PictureFormat> = new Set(['gif', 'webp'])

export function outputFormat(wanted: WantedFormat, facts: Facts): PictureFormat {
  switch (wanted.kind) {
    case 'fixed':
      return wanted.format
    case 'auto':
      return automatic(wanted.accepted ?? 'none', facts)
    case 'original':
    case 'json':
      return ownFormat(facts)
    default:
      return wanted satisfies never
  }
}

function automatic(accepted: 'avif' | 'webp' | 'none', facts: Facts): PictureFormat {
  const { output, animated, alpha, type } = facts
  // Whoever takes AVIF takes WebP, and encoding an animation as AVIF takes too long.
  if (animated) return accepted === 'none' ? 'gif' : 'webp'
  const small = Math.min(output.width, output.height) < AUTO_AVIF_SIDE
  if (accepted === 'avif' && !small && output.width * output.height <= AUTO_AVIF_PIXELS) return 'avif'
  if (accepted !== 'none') return 'webp'
  if (type === 'jpeg' || type === 'png' || type === 'gif') return ownFormat(facts)
  return alpha ? 'png' : 'jpg'
}

function ownFormat({ type, alpha }: Facts): PictureFormat {
  switch (type) {
    case 'jpeg':
      return 'jpg'
    case 'png':
    case 'webp':
    case 'gif':
    case 'avif':
      return type
    case 'svg':
      return 'png'
    case 'tiff':
    case 'bmp':
      return alpha ? 'png' : 'jpg'
    default:
      return type satisfies never
  }
}
