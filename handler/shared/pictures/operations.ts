import type { Color } from '../grammar/color.js'

/** The sides and corners that a crop, or the picture within its background, can lie at. */
export const COMPASS = [
  'top',
  'bottom',
  'left',
  'right',
  'topleft',
  'topright',
  'bottomleft',
  'bottomright',
] as const
export type Compass = (typeof COMPASS)[number]

/** Where a crop is taken. */
export type Place =
  | { readonly kind: 'centre' }
  | { readonly kind: 'compass'; readonly at: Compass }
  /** Where libvips' attention strategy finds the subject. */
  | { readonly kind: 'smart' }
  /** Around all faces, or as `smart` if there are none. */
  | { readonly kind: 'faces' }
  /** Around one face. `index` counts from 1, the largest, to 15. */
  | { readonly kind: 'face'; readonly index: number }
  /** A focal point, in whole percent of the picture's width and height. */
  | { readonly kind: 'point'; readonly x: number; readonly y: number }

export const PICTURE_FORMATS = ['jpg', 'png', 'webp', 'avif', 'gif'] as const
export type PictureFormat = (typeof PICTURE_FORMATS)[number]

/** The best format that the viewer's `Accept` names. */
export type Accepted = 'avif' | 'webp' | 'none'

export type WantedFormat =
  /** The original's own; png for an SVG. */
  | { readonly kind: 'original' }
  | { readonly kind: 'fixed'; readonly format: PictureFormat }
  /** `accepted` is missing in a viewer's URL. The gate fills it in. */
  | { readonly kind: 'auto'; readonly accepted?: Accepted }
  /** Facts about the original instead of a picture. */
  | { readonly kind: 'json' }

/** A rectangle in pixels of the upright original. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** What a URL asks for. Defaults are filled in, and synonyms resolved. */
export interface Operations {
  /** Pixels, after `@2x`. `undefined`: it follows from the other side. At least one of the two is given. */
  readonly width: number | undefined
  readonly height: number | undefined
  readonly fit: 'cover' | 'contain' | 'inside'
  readonly place: Place
  /** Percent of the faces' box, added on each side. `undefined`: the faces only place the crop. */
  readonly pad: number | undefined
  /** Cut before all else. */
  readonly crop: Region | undefined
  /** `undefined`: transparent where the format can be, otherwise white. */
  readonly background: Color | undefined
  readonly format: WantedFormat
  /** 1 to 100. `undefined`: the format's default, `defaultQuality`. */
  readonly quality: number | undefined
  /** Clockwise degrees, after the original was set upright, and before `flop` and `flip`. */
  readonly rotate: 0 | 90 | 180 | 270
  /** Left to right. */
  readonly flop: boolean
  /** Top to bottom. */
  readonly flip: boolean
  readonly mono: boolean
  readonly sharpen: boolean
  /** Only the first frame of an animation. */
  readonly still: boolean
  /** The output may be larger than the original. */
  readonly enlarge: boolean
  /** Sigma in output pixels, 1 to 100. */
  readonly blur: number | undefined
  /** Changes nothing but the key. */
  readonly version: string | undefined
}

/** The qualities that a URL may leave out. */
export const DEFAULT_QUALITY: Readonly<Partial<Record<PictureFormat, number>>> = {
  jpg: 80,
  webp: 80,
  avif: 50,
}
