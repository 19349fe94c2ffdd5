import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Rect, Size } from '../../../handler/shared/pictures/turn.js'
import {
  middleOf,
  moved,
  percentOf,
  pointAt,
  regionBetween,
  resized,
} from '../../../src/dev/page/client/pictures/rects.js'

const coordinate = fc.double({ min: -5_000, max: 10_000, noNaN: true })
const point = fc.record({ x: coordinate, y: coordinate })
const size = fc.record({
  width: fc.integer({ min: 1, max: 6_000 }),
  height: fc.integer({ min: 1, max: 6_000 }),
})
const edges = fc.record(
  { horizontal: fc.constantFrom('left', 'right'), vertical: fc.constantFrom('top', 'bottom') },
  { requiredKeys: [] },
)
const TURNS = [0, 90, 180, 270] as const

function expectWithin({ left, top, width, height }: Rect, picture: Size): void {
  for (const value of [left, top, width, height]) expect(Number.isInteger(value)).toBe(true)
  expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(1)
  expect(left + width).toBeLessThanOrEqual(picture.width)
  expect(top + height).toBeLessThanOrEqual(picture.height)
}

describe('a crop', () => {
  it('stays within the picture, and is never empty, however it is drawn, moved and resized', () => {
    fc.assert(
      fc.property(size, point, point, point, edges, (picture, from, to, by, sides) => {
        const region = regionBetween(from, to, picture)
        expectWithin(region, picture)
        expectWithin(moved(region, by, picture), picture)
        expectWithin(resized(region, sides, by, picture), picture)
        expectWithin(middleOf(picture), picture)
      }),
    )
  })

  it('keeps its size when it is moved, and its other sides when one is pulled', () => {
    const picture = { width: 100, height: 80 }
    const region = { left: 10, top: 20, width: 30, height: 40 }
    expect(moved(region, { x: 500, y: -500 }, picture)).toEqual({ left: 70, top: 0, width: 30, height: 40 })
    expect(resized(region, { horizontal: 'left' }, { x: -5, y: 99 }, picture)).toEqual({
      left: 5,
      top: 20,
      width: 35,
      height: 40,
    })
    expect(resized(region, { vertical: 'bottom' }, { x: 99, y: -500 }, picture)).toEqual({
      left: 10,
      top: 20,
      width: 30,
      height: 1,
    })
  })
})

describe('a point', () => {
  it('is counted in the cropped and turned picture, and found again', () => {
    fc.assert(
      fc.property(
        size,
        point,
        point,
        fc.constantFrom(...TURNS),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        (picture, from, to, rotate, flop, flip, x, y) => {
          const operations = { crop: regionBetween(from, to, picture), rotate, flop, flip }
          expect(percentOf(pointAt({ x, y }, picture, operations), picture, operations)).toEqual({ x, y })
        },
      ),
    )
  })

  it.each([
    [
      { rotate: 0, flop: false, flip: false },
      { x: 20, y: 10 },
    ],
    [
      { rotate: 90, flop: false, flip: false },
      { x: 90, y: 20 },
    ],
    [
      { rotate: 0, flop: true, flip: false },
      { x: 80, y: 10 },
    ],
    [
      { rotate: 0, flop: false, flip: true },
      { x: 20, y: 90 },
    ],
  ] as const)('with %j lies at %j', (turned, at) => {
    expect(percentOf({ x: 40, y: 10 }, { width: 200, height: 100 }, { ...turned, crop: undefined })).toEqual(
      at,
    )
  })

  it('outside the crop is taken to its edge', () => {
    const crop = { left: 50, top: 50, width: 50, height: 50 }
    const upright = { width: 200, height: 100 }
    expect(percentOf({ x: 0, y: 75 }, upright, { crop, rotate: 0, flop: false, flip: false })).toEqual({
      x: 0,
      y: 50,
    })
  })
})
