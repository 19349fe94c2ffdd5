import type { Grammar } from '../grammar/token.js'
import { blur, enlarge, flip, flop, mono, rotate, sharpen, version } from './effects.js'
import type { Operations } from './operations.js'
import { background, format, quality, still } from './output.js'
import { crop, fit, pad, place } from './placing.js'
import type { PictureRules } from './rules.js'
import { size } from './size.js'
import { unknownToken } from './unknown-token.js'

const GEOMETRY = [fit, place, pad, crop]
const EFFECTS = [quality, rotate, flop, flip, mono, sharpen, still, enlarge, blur, version]

/** The URLs of stored pictures, between the mount and the original's key: `400x300,smart,webp,q=70`. */
export const PICTURE_GRAMMAR: Grammar<Operations, PictureRules> = {
  head: size,
  // Whether a background says anything depends on the format.
  tokens: [...GEOMETRY, format, background, ...EFFECTS],
  canonicalOrder: [...GEOMETRY, background, format, ...EFFECTS],
  unknown: unknownToken,
}
