import type { Rect } from '../../../../../handler/shared/pictures/turn.js'
import type { Manner } from '../form.js'
import { moved, regionBetween, resized, type Edges, type Point } from './rects.js'
import type { Stage } from './stage.js'

export interface GestureHandlers {
  crop: () => Rect | undefined
  onCrop: (region: Rect | undefined, manner: Manner) => void
  /** A click, in pixels of the upright original. */
  onPoint: (point: Point) => void
  /** An arrow key without a crop, as steps. */
  onNudge: (by: Point) => void
}

/** Less is a click: a finger trembles. In pixels of the page. */
const CLICK_WITHIN = 5
/** In shares of the picture's longer side. */
const KEY_STEP = 0.02
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

interface Drag {
  id: number
  from: Point
  /** Of the page. */
  began: Point
  before: Rect | undefined
  change: (to: Point) => Rect
  moving: boolean
}

/** Mouse, pen, finger and keys on the original: drag to crop, drag the crop to move it, its handles to resize it. */
export function followGestures(stage: Stage, { crop, onCrop, onPoint, onNudge }: GestureHandlers): void {
  const { element } = stage
  let drag: Drag | undefined

  const begin = (event: PointerEvent) => {
    const size = stage.size()
    const began = { x: event.clientX, y: event.clientY }
    const from = stage.toOriginal(began)
    const target = event.target instanceof HTMLElement ? event.target : undefined
    if (event.button !== 0 || drag || !size || !from || target?.closest('.face')) return
    const before = crop()
    const handle = target?.dataset['edges']
    const by = (to: Point) => ({ x: to.x - from.x, y: to.y - from.y })
    const change = (to: Point): Rect => {
      if (before && handle !== undefined) return resized(before, edgesOf(handle), by(to), size)
      if (before && target?.closest('#stage-crop')) return moved(before, by(to), size)
      return regionBetween(from, to, size)
    }
    drag = { id: event.pointerId, from, began, before, change, moving: false }
    element.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent) => {
    const to = stage.toOriginal({ x: event.clientX, y: event.clientY })
    if (drag?.id !== event.pointerId || !to) return
    const far = Math.hypot(event.clientX - drag.began.x, event.clientY - drag.began.y)
    if (far > CLICK_WITHIN) drag.moving = true
    if (drag.moving) onCrop(drag.change(to), 'typing')
  }
  const end = (event: PointerEvent) => {
    const to = stage.toOriginal({ x: event.clientX, y: event.clientY })
    if (drag?.id !== event.pointerId || !to) return
    const ended = drag
    drag = undefined
    if (ended.moving) onCrop(ended.change(to), 'done')
    else onPoint(ended.from)
  }
  const cancel = () => {
    if (drag?.moving) onCrop(drag.before, 'done')
    drag = undefined
  }
  element.addEventListener('pointerdown', begin)
  element.addEventListener('pointermove', move)
  element.addEventListener('pointerup', end)
  element.addEventListener('pointercancel', cancel)
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && drag) return cancel()
    const size = stage.size()
    const arrow = ARROWS[event.key]
    const region = crop()
    const onFace = event.target instanceof HTMLElement && event.target.closest('.face') !== null
    if (!size || onFace) return
    if (region && (event.key === 'Delete' || event.key === 'Backspace')) {
      event.preventDefault()
      onCrop(undefined, 'done')
    }
    if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const step = Math.max(1, Math.round(Math.max(size.width, size.height) * KEY_STEP))
    const by = { x: arrow.x * step, y: arrow.y * step }
    if (!region) onNudge(arrow)
    else if (event.shiftKey)
      onCrop(resized(region, { horizontal: 'right', vertical: 'bottom' }, by, size), 'choosing')
    else onCrop(moved(region, by, size), 'choosing')
  })
}

function edgesOf(handle: string): Edges {
  const names = handle.split(' ')
  return {
    ...(names.includes('left')
      ? { horizontal: 'left' }
      : names.includes('right')
        ? { horizontal: 'right' }
        : {}),
    ...(names.includes('top') ? { vertical: 'top' } : names.includes('bottom') ? { vertical: 'bottom' } : {}),
  }
}
