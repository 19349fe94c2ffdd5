import type { Operations, Place } from './operations.js'
import { turnBack, turnOf, turnRect, turnSize, type Rect, type Size } from './turn.js'

/** The shape of a rendition, before any pixel is known. */
export interface Layout {
  /** Of the rendition, in whole pixels. */
  readonly output: Size
  /** Where the picture lies in it, in whole pixels. Only `contain` leaves bars around it. */
  readonly drawn: Rect
  /** The part of the upright original that is drawn there. In fractions of a pixel, unless everything is drawn. */
  readonly cut: Rect
  /**
   * `cut` has the right size, and only the pixels tell where it lies: libvips looks for the subject. Until then it
   * lies in the middle.
   */
  readonly smart: boolean
}

export interface LayoutOptions {
  /**
   * In fractions of the upright original, the largest first. Only used where `needsFaces`. `face=n` without an n-th
   * face is laid out like `smart`; the caller refuses it before.
   */
  readonly faces?: readonly Rect[]
  /** A drawing without pixels of its own: it is drawn as large as asked. */
  readonly vector?: boolean
}

/** Whether the layout depends on the faces in the picture. */
export function needsFaces({ place }: Pick<Operations, 'place'>): boolean {
  return place.kind === 'faces' || place.kind === 'face'
}

/** Whether the cut that a URL asks for lies within the upright original. */
export function cropFits(upright: Size, { crop }: Pick<Operations, 'crop'>): boolean {
  return (
    crop === undefined ||
    (crop.left + crop.width <= upright.width && crop.top + crop.height <= upright.height)
  )
}

/**
 * Works out what of a picture is drawn where.
 *
 * Nothing is enlarged unless asked. `cover` then shrinks the target and keeps the target's shape, as imgproxy's
 * `fill-down` does; sharp's `withoutEnlargement` would limit each side alone, and change the shape.
 * @param upright the size of the original after EXIF orientation. Its `crop` must fit: see `cropFits`.
 */
export function layOut(upright: Size, operations: Operations, options: LayoutOptions = {}): Layout {
  const { faces = [], vector = false } = options
  const turn = turnOf(operations)
  const cropped: Rect = operations.crop ?? { left: 0, top: 0, ...upright }
  const picture = turnSize(cropped, turn)
  const enlarge = operations.enlarge || vector
  const backToUpright = (cut: Rect): Rect => {
    const { left, top, width, height } = turnRect(cut, picture, turnBack(turn))
    return { left: left + cropped.left, top: top + cropped.top, width, height }
  }
  if (operations.fit === 'cover' && operations.width !== undefined && operations.height !== undefined) {
    const target = { width: operations.width, height: operations.height }
    const focus = focusOf(operations, faces)
    const turned = focus.box && turnRect(scaleRect(focus.box, upright), upright, turn)
    const { output, cut } = cover(picture, target, turned ?? focus.place, operations.pad, enlarge)
    return {
      output,
      drawn: { left: 0, top: 0, ...output },
      cut: backToUpright(cut),
      // Without anything to choose from, there is nothing to look for.
      smart: focus.smart && (cut.width < picture.width || cut.height < picture.height),
    }
  }
  const inside = shrinkInside(picture, operations, enlarge)
  const output =
    operations.fit === 'contain' && operations.width !== undefined && operations.height !== undefined
      ? { width: operations.width, height: operations.height }
      : inside
  const { x, y } = anchorOf(operations.place)
  return {
    output,
    drawn: {
      left: Math.floor((output.width - inside.width) * x),
      top: Math.floor((output.height - inside.height) * y),
      ...inside,
    },
    cut: backToUpright({ left: 0, top: 0, ...picture }),
    smart: false,
  }
}

/** What a crop is placed by. */
function focusOf(
  { place }: Operations,
  faces: readonly Rect[],
): { place: Place; box?: Rect; smart: boolean } {
  if (place.kind === 'smart') return { place, smart: true }
  if (!needsFaces({ place })) return { place, smart: false }
  const wanted = place.kind === 'face' ? faces.slice(place.index - 1, place.index) : faces
  const box = around(wanted)
  return box ? { place, box, smart: false } : { place: { kind: 'smart' }, smart: true }
}

/** The smallest rectangle with all of them in it. */
function around(rects: readonly Rect[]): Rect | undefined {
  if (rects.length === 0) return undefined
  const left = Math.min(...rects.map((one) => one.left))
  const top = Math.min(...rects.map((one) => one.top))
  const right = Math.max(...rects.map((one) => one.left + one.width))
  const bottom = Math.max(...rects.map((one) => one.top + one.height))
  return { left, top, width: right - left, height: bottom - top }
}

function scaleRect({ left, top, width, height }: Rect, by: Size): Rect {
  return { left: left * by.width, top: top * by.height, width: width * by.width, height: height * by.height }
}

/** @param focus a place, or the box of faces in pixels of the picture. */
function cover(picture: Size, target: Size, focus: Place | Rect, pad: number | undefined, enlarge: boolean) {
  const box = 'kind' in focus ? undefined : focus
  const sized = (shape: Size) =>
    box && pad !== undefined ? smallestAround(picture, shape, box, pad) : largestIn(picture, shape)
  const most = sized(target)
  const t = enlarge ? 1 : Math.min(1, most.width / target.width, most.height / target.height)
  const output = { width: wholePixels(target.width * t), height: wholePixels(target.height * t) }
  // Rounding changed the shape a little. What is drawn has exactly the output's, so that nothing is distorted.
  const cut = sized(output)
  const centre = box
    ? { x: box.left + box.width / 2, y: box.top + box.height / 2 }
    : centreOf(focus as Place, picture, cut)
  return {
    output,
    cut: {
      ...cut,
      left: clamp(centre.x - cut.width / 2, 0, picture.width - cut.width),
      top: clamp(centre.y - cut.height / 2, 0, picture.height - cut.height),
    },
  }
}

function centreOf(place: Place, picture: Size, cut: Size): { x: number; y: number } {
  if (place.kind === 'point')
    return { x: (picture.width * place.x) / 100, y: (picture.height * place.y) / 100 }
  const { x, y } = anchorOf(place)
  return {
    x: cut.width / 2 + (picture.width - cut.width) * x,
    y: cut.height / 2 + (picture.height - cut.height) * y,
  }
}

/** The largest size of the target's shape that fits into the picture. */
function largestIn(picture: Size, target: Size): Size {
  const width = Math.min(picture.width, (picture.height * target.width) / target.height)
  return { width, height: Math.min(picture.height, (width * target.height) / target.width) }
}

/** The smallest size of the target's shape around the padded box, cut down to what the picture has. */
function smallestAround(picture: Size, target: Size, box: Rect, pad: number): Size {
  const padding = (Math.max(box.width, box.height) * pad) / 100
  const width = Math.max(box.width + 2 * padding, ((box.height + 2 * padding) * target.width) / target.height)
  const largest = largestIn(picture, target)
  return width < largest.width ? { width, height: (width * target.height) / target.width } : largest
}

/** The size that keeps the picture's shape and fits into the sides that are given. */
function shrinkInside(picture: Size, { width, height }: Operations, enlarge: boolean): Size {
  const byWidth = width === undefined ? Infinity : width / picture.width
  const byHeight = height === undefined ? Infinity : height / picture.height
  if (!enlarge && Math.min(byWidth, byHeight) >= 1) return { width: picture.width, height: picture.height }
  // A side that was asked for is hit exactly: computing with the ratio could miss it by a rounding error.
  return byWidth <= byHeight
    ? {
        width: width ?? picture.width,
        height: wholePixels((picture.height * (width ?? picture.width)) / picture.width),
      }
    : {
        width: wholePixels((picture.width * (height ?? picture.height)) / picture.height),
        height: height ?? picture.height,
      }
}

/** How much of the free space lies to the left, and above. */
function anchorOf(place: Place): { x: number; y: number } {
  if (place.kind !== 'compass') return { x: 0.5, y: 0.5 }
  return {
    x: place.at.endsWith('left') ? 0 : place.at.endsWith('right') ? 1 : 0.5,
    y: place.at.startsWith('top') ? 0 : place.at.startsWith('bottom') ? 1 : 0.5,
  }
}

function wholePixels(length: number): number {
  return Math.max(1, Math.round(length))
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}
