import type { Operations } from '../../../../../handler/shared/pictures/operations.js'
import {
  turnBack,
  turnOf,
  turnRect,
  turnSize,
  type Rect,
  type Size,
} from '../../../../../handler/shared/pictures/turn.js'

/** In pixels of the upright original. */
export interface Point {
  x: number
  y: number
}

/** Which sides of a rectangle a handle moves. */
export interface Edges {
  horizontal?: 'left' | 'right'
  vertical?: 'top' | 'bottom'
}

/** The region between two points, in whole pixels within the picture, and never empty. */
export function regionBetween(from: Point, to: Point, size: Size): Rect {
  const [left, right] = span(from.x, to.x, size.width)
  const [top, bottom] = span(from.y, to.y, size.height)
  return { left, top, width: right - left, height: bottom - top }
}

function span(one: number, other: number, length: number): [start: number, end: number] {
  const start = clamp(Math.round(Math.min(one, other)), 0, length - 1)
  return [start, clamp(Math.round(Math.max(one, other)), start + 1, length)]
}

export function moved(region: Rect, by: Point, size: Size): Rect {
  return {
    ...region,
    left: clamp(Math.round(region.left + by.x), 0, size.width - region.width),
    top: clamp(Math.round(region.top + by.y), 0, size.height - region.height),
  }
}

/** Moves some sides. One that is pulled past its opposite pushes no further. */
export function resized(region: Rect, edges: Edges, by: Point, size: Size): Rect {
  let [left, right] = [region.left, region.left + region.width]
  let [top, bottom] = [region.top, region.top + region.height]
  if (edges.horizontal === 'left') left = clamp(Math.round(left + by.x), 0, right - 1)
  if (edges.horizontal === 'right') right = clamp(Math.round(right + by.x), left + 1, size.width)
  if (edges.vertical === 'top') top = clamp(Math.round(top + by.y), 0, bottom - 1)
  if (edges.vertical === 'bottom') bottom = clamp(Math.round(bottom + by.y), top + 1, size.height)
  return { left, top, width: right - left, height: bottom - top }
}

/** A region to begin with: the middle of the picture. */
export function middleOf({ width, height }: Size): Rect {
  return regionBetween(
    { x: width * 0.2, y: height * 0.2 },
    { x: width * 0.8, y: height * 0.8 },
    { width, height },
  )
}

type Placing = Pick<Operations, 'crop' | 'rotate' | 'flop' | 'flip'>

/** A point as `at=` counts it: in whole percent of the picture after it was cropped and turned. */
export function percentOf(point: Point, upright: Size, operations: Placing): Point {
  const cropped = operations.crop ?? { left: 0, top: 0, ...upright }
  const turn = turnOf(operations)
  const within = { left: point.x - cropped.left, top: point.y - cropped.top, width: 0, height: 0 }
  const turned = turnRect(within, cropped, turn)
  const { width, height } = turnSize(cropped, turn)
  return { x: percent(turned.left / width), y: percent(turned.top / height) }
}

/** The way back. */
export function pointAt({ x, y }: Point, upright: Size, operations: Placing): Point {
  const cropped = operations.crop ?? { left: 0, top: 0, ...upright }
  const turn = turnOf(operations)
  const size = turnSize(cropped, turn)
  const turned = { left: (size.width * x) / 100, top: (size.height * y) / 100, width: 0, height: 0 }
  const back = turnRect(turned, size, turnBack(turn))
  return { x: back.left + cropped.left, y: back.top + cropped.top }
}

function percent(share: number): number {
  return clamp(Math.round(share * 100), 0, 100)
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}
