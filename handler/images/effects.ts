import type { Sharp } from 'sharp'
import type { Operations } from '../shared/pictures/operations.js'

type Effects = Pick<Operations, 'mono' | 'blur' | 'sharpen'>

export function hasEffects({ mono, blur, sharpen }: Effects): boolean {
  return mono || blur !== undefined || sharpen
}

/** Within one pipeline, sharp turns grey, blurs and sharpens in this order, whatever the order of calls. */
export function applyEffects(image: Sharp, { mono, blur, sharpen }: Effects): Sharp {
  if (mono) image.greyscale()
  if (blur !== undefined) image.blur(blur)
  if (sharpen) image.sharpen()
  return image
}

/**
 * Grey on a pipeline of sRGB pixels that is read as pixels again: of what `greyscale` makes, sharp's raw output has
 * one band, and its transparency is lost. Pixels with a colour profile must have been converted before.
 */
export function greyWithAlpha(image: Sharp): Sharp {
  return image.pipelineColourspace('b-w')
}
