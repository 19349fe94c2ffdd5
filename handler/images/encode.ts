import type { Sharp } from 'sharp'
import { DEFAULT_QUALITY, type PictureFormat } from '../shared/pictures/operations.js'

export interface Frames {
  readonly delay: readonly number[]
  readonly loop: number
}

/** The longest side that a format can have, where it is within reach of a URL. */
export const LONGEST_SIDE: Readonly<Partial<Record<PictureFormat, number>>> = {
  jpg: 65_535,
  webp: 16_383,
  avif: 65_535,
  gif: 65_535,
}

/** Ends a pipeline with an encoder. Metadata isn't asked for, so sharp leaves all of it out. */
export function encode(
  image: Sharp,
  format: PictureFormat,
  quality = DEFAULT_QUALITY[format],
  frames?: Frames,
): Sharp {
  const animation = frames ? { delay: [...frames.delay], loop: frames.loop } : {}
  switch (format) {
    case 'jpg':
      return image.jpeg({ quality })
    case 'png':
      return image.png({ adaptiveFiltering: true, compressionLevel: 7 })
    case 'webp':
      return image.webp({ quality, ...animation })
    case 'avif':
      return image.avif({ quality, effort: 1, chromaSubsampling: '4:2:0' })
    case 'gif':
      return image.gif({ ...animation })
    default:
      return format satisfies never
  }
}
