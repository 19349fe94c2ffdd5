import { layOut } from '../../../../../handler/shared/pictures/geometry.js'
import type { Operations } from '../../../../../handler/shared/pictures/operations.js'
import type { Rect, Size } from '../../../../../handler/shared/pictures/turn.js'
import { count } from '../../../../lib/text.js'
import { sizeText } from '../../../../lib/units.js'
import type { Face } from './stage.js'

/** What the page reads of the service's answer to `json`. */
export interface Facts extends Size {
  type: string
  bytes: number
  frames: number
  faces: Face[]
  rendition: Size & { cut: Rect }
}

/** Before the service has answered, as it will compute it. Only the service finds what `smart` finds. */
export function cutBefore(size: Size, operations: Operations, facts: Facts | undefined): Rect | undefined {
  const faces = (facts?.faces ?? []).map(({ left, top, width, height }) => ({
    left: left / 100,
    top: top / 100,
    width: width / 100,
    height: height / 100,
  }))
  const layout = layOut(size, operations, { faces, vector: facts?.type === 'svg' })
  return layout.smart ? undefined : wholeIsNone(layout.cut, size)
}

export function cutOf(facts: Facts, operations: Operations): Rect | undefined {
  return wholeIsNone(facts.rendition.cut, operations.crop ?? facts)
}

/** A frame around everything would say nothing. */
function wholeIsNone(cut: Rect, all: Size): Rect | undefined {
  return cut.width >= all.width - 1 && cut.height >= all.height - 1 ? undefined : cut
}

export function factsInWords({ type, bytes, width, height, frames, faces }: Facts): string {
  return [
    `${width} × ${height}`,
    type,
    sizeText(bytes),
    ...(frames > 1 ? [count(frames, 'frame')] : []),
    ...(faces.length > 0 ? [count(faces.length, 'face')] : []),
  ].join(' · ')
}
