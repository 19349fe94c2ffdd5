import type { Layout } from '../shared/pictures/geometry.js'
import type { Operations } from '../shared/pictures/operations.js'
import { turnBack, turnOf, turnRect, turnSize, type Rect } from '../shared/pictures/turn.js'
import { draw, planDrawing } from './drawing.js'
import { openPixels, toPixels, type Open } from './engine.js'
import type { Source } from './source.js'
import type { Picture } from './types.js'

interface Work {
  readonly picture: Picture
  readonly operations: Operations
  readonly layout: Layout
  readonly source: Source
  readonly open: Open
}

/** Pixels of the longer side of the picture in which the subject is looked for. libvips itself looks at far fewer. */
const LOOKED_AT = 512

/**
 * Finds the part of the picture that libvips' attention strategy would keep: where edges, skin and strong colours are.
 * It is looked for in a small, turned copy: sharp offers it neither after a turn by 90 degrees nor for animations,
 * whose first frame stands for all.
 * @returns the layout with its cut moved there.
 */
export async function placeSmartly(work: Work): Promise<Layout> {
  const { picture, operations, layout, source, open } = work
  const turn = turnOf(operations)
  const whole: Rect = operations.crop ?? { left: 0, top: 0, width: picture.width, height: picture.height }
  const turned = turnSize(whole, turn)
  const cut = turnSize(layout.cut, turn)
  const shrink = Math.min(1, LOOKED_AT / Math.max(turned.width, turned.height))
  const small = { width: pixels(turned.width * shrink), height: pixels(turned.height * shrink) }
  const window = {
    width: Math.min(small.width, pixels((cut.width * small.width) / turned.width)),
    height: Math.min(small.height, pixels((cut.height * small.height) / turned.height)),
  }
  const copy = await toPixels(draw(source.open(0), planDrawing(source, picture, whole, small, turn)))
  const { info } = await openPixels(open, copy)
    .resize(window.width, window.height, { fit: 'cover', position: 'attention' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  // sharp gives the offsets as what it moved the picture by: negative.
  const [left, top] = [-(info.cropOffsetLeft ?? 0), -(info.cropOffsetTop ?? 0)]
  const found: Rect = {
    left: share(left, small.width - window.width) * (turned.width - cut.width),
    top: share(top, small.height - window.height) * (turned.height - cut.height),
    ...cut,
  }
  const back = turnRect(found, turned, turnBack(turn))
  return {
    ...layout,
    smart: false,
    cut: { ...back, left: back.left + whole.left, top: back.top + whole.top },
  }
}

function share(offset: number, most: number): number {
  return most > 0 ? Math.min(1, Math.max(0, offset / most)) : 0
}

function pixels(length: number): number {
  return Math.max(1, Math.round(length))
}
