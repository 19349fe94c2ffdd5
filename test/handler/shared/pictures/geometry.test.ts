import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cropFits, layOut } from '../../../../handler/shared/pictures/geometry.js'
import { COMPASS, type Operations, type Place } from '../../../../handler/shared/pictures/operations.js'
import { swapsSides, turnOf, type Rect, type Size } from '../../../../handler/shared/pictures/turn.js'
import { operations } from '../../../support/operations.js'

const size = (text: string): Size => {
  const [width = 0, height = 0] = text.split('x').map(Number)
  return { width, height }
}
const written = ({ width, height }: Size) => `${width}x${height}`
/** A URL's size: one side may be missing. */
const wanted = (text: string): Pick<Operations, 'width' | 'height'> => {
  const [width, height] = text.split('x').map((side) => (side === '' ? undefined : Number(side)))
  return { width, height }
}

describe('the size of the output', () => {
  test.each([
    // The first five are imgproxy's, ipx's and Cloudflare's own examples.
    ['200x100', '300x125', 'cover', '200x83'],
    ['200x100', '250x300', 'cover', '83x100'],
    ['200x100', '300x150', 'cover', '200x100'],
    ['612x613', '1920x1120', 'cover', '612x357'],
    ['2725x2225', '3000x1000', 'cover', '2725x908'],
    ['4000x3000', '400x300', 'cover', '400x300'],
    ['4000x3000', '300x400', 'cover', '300x400'],
    ['1x5000', '4000x1', 'cover', '1x1'],
    ['4000x3000', '400x400', 'inside', '400x300'],
    ['3000x4000', '400x400', 'inside', '300x400'],
    ['100x50', '400x400', 'inside', '100x50'],
    ['1000x1', '10x10', 'inside', '10x1'],
    ['4000x3000', '400x400', 'contain', '400x400'],
    ['100x50', '400x400', 'contain', '400x400'],
    ['4000x3000', '400x', 'cover', '400x300'],
    ['4000x3000', 'x300', 'cover', '400x300'],
    ['100x50', '400x', 'cover', '100x50'],
    ['3x2', '2x', 'cover', '2x1'],
    ['10000x1', 'x1', 'cover', '10000x1'],
  ] as const)('%s → %s %s: %s', (original, target, fit, expected) => {
    const layout = layOut(size(original), operations({ ...wanted(target), fit }))
    expect(written(layout.output)).toBe(expected)
  })

  test.each([
    ['200x100', '300x125', 'cover', '300x125'],
    ['100x50', '400x400', 'inside', '400x200'],
    ['100x50', '400x', 'cover', '400x200'],
    ['100x50', 'x400', 'cover', '800x400'],
  ] as const)('%s → %s %s, enlarged or drawn: %s', (original, target, fit, expected) => {
    const asked = operations({ ...wanted(target), fit })
    expect(written(layOut(size(original), { ...asked, enlarge: true }).output)).toBe(expected)
    expect(written(layOut(size(original), asked, { vector: true }).output)).toBe(expected)
  })

  test('counts after the crop, and after the rotation', () => {
    const asked = { crop: { left: 10, top: 20, width: 100, height: 40 }, rotate: 90 } as const
    expect(layOut(size('1000x1000'), operations({ ...wanted('400x'), ...asked }))).toEqual({
      output: { width: 40, height: 100 },
      drawn: { left: 0, top: 0, width: 40, height: 100 },
      cut: { left: 10, top: 20, width: 100, height: 40 },
      smart: false,
    })
  })
})

describe('the part that cover keeps', () => {
  const cutOf = (place: Place, more: Partial<Operations> = {}) =>
    layOut(size('1000x500'), operations({ ...wanted('100x100'), place, ...more })).cut

  test.each<[Place, left: number]>([
    [{ kind: 'centre' }, 250],
    [{ kind: 'compass', at: 'left' }, 0],
    [{ kind: 'compass', at: 'topright' }, 500],
    [{ kind: 'compass', at: 'bottom' }, 250],
    [{ kind: 'point', x: 40, y: 0 }, 150],
    [{ kind: 'point', x: 3, y: 50 }, 0],
    [{ kind: 'point', x: 97, y: 50 }, 500],
  ])('%j begins at %d of 1000', (place, left) => {
    expect(cutOf(place)).toEqual({ left, top: 0, width: 500, height: 500 })
  })

  test('is placed in the picture as it is turned', () => {
    const place = { kind: 'compass', at: 'top' } as const
    // Clockwise by 90 degrees: what was on the left is then at the top.
    expect(cutOf(place, { rotate: 90 })).toMatchObject({ left: 0 })
    expect(cutOf(place, { rotate: 270 })).toMatchObject({ left: 500 })
    expect(cutOf({ kind: 'compass', at: 'left' }, { flop: true })).toMatchObject({ left: 500 })
    expect(cutOf({ kind: 'point', x: 40, y: 50 }, { flop: true })).toMatchObject({ left: 350 })
  })

  test('is placed within the crop', () => {
    const crop = { left: 100, top: 100, width: 400, height: 200 }
    const place = { kind: 'compass', at: 'right' } as const
    expect(cutOf(place, { crop })).toEqual({ left: 300, top: 100, width: 200, height: 200 })
  })

  test('with smart is found later, unless everything is kept', () => {
    const asked = operations({ ...wanted('100x100'), place: { kind: 'smart' } })
    expect(layOut(size('1000x500'), asked)).toMatchObject({ smart: true, cut: { width: 500, height: 500 } })
    expect(layOut(size('500x500'), asked)).toMatchObject({ smart: false })
  })
})

describe('faces', () => {
  const large = { left: 0.7, top: 0.2, width: 0.1, height: 0.2 }
  const small = { left: 0.1, top: 0.2, width: 0.05, height: 0.1 }
  const cutOf = (more: Partial<Operations>, faces: readonly Rect[] = [large, small]) =>
    layOut(size('1000x500'), operations({ ...wanted('100x100'), ...more }), { faces })

  test('place the crop around one, or around all', () => {
    expect(cutOf({ place: { kind: 'face', index: 1 } }).cut).toEqual({
      left: 500,
      top: 0,
      width: 500,
      height: 500,
    })
    expect(cutOf({ place: { kind: 'face', index: 2 } }).cut).toMatchObject({ left: 0 })
    // From 100 to 800: the middle is at 450.
    expect(cutOf({ place: { kind: 'faces' } }).cut).toMatchObject({ left: 200 })
  })

  test('are carried along when the picture is turned', () => {
    for (const turn of [
      { rotate: 90 },
      { rotate: 180 },
      { rotate: 270 },
      { flop: true },
      { flip: true },
    ] as const)
      expect(cutOf({ place: { kind: 'face', index: 1 }, ...turn }).cut).toMatchObject({ left: 500, top: 0 })
  })

  test('with pad are what the output shows', () => {
    const { output, cut } = cutOf({ place: { kind: 'face', index: 1 }, pad: 10 })
    // The face is 100x100 at 700,100: ten percent on each side.
    expect(cut.width).toBeCloseTo(120)
    expect(cut.left).toBeCloseTo(690)
    expect(cut.top).toBeCloseTo(90)
    expect(output).toEqual({ width: 100, height: 100 })
    expect(cutOf({ place: { kind: 'face', index: 1 }, pad: 0, ...wanted('400x400') }).output).toEqual({
      width: 100,
      height: 100,
    })
  })

  test('none: as smart', () => {
    expect(cutOf({ place: { kind: 'faces' } }, [])).toMatchObject({ smart: true })
  })
})

test('contain places the picture within its bars', () => {
  const drawn = (place: Place, original = '200x100') =>
    layOut(size(original), operations({ ...wanted('101x101'), fit: 'contain', place })).drawn
  expect(drawn({ kind: 'centre' })).toEqual({ left: 0, top: 25, width: 101, height: 51 })
  expect(drawn({ kind: 'compass', at: 'bottomright' })).toMatchObject({ left: 0, top: 50 })
  expect(drawn({ kind: 'compass', at: 'topleft' }, '20x10')).toEqual({
    left: 0,
    top: 0,
    width: 20,
    height: 10,
  })
  expect(drawn({ kind: 'compass', at: 'right' }, '20x10')).toEqual({
    left: 81,
    top: 45,
    width: 20,
    height: 10,
  })
})

test('a crop fits if it ends within the original', () => {
  const fits = (crop: string) => {
    const [, width, height, left, top] = /^(\d+)x(\d+)\+(\d+)\+(\d+)$/.exec(crop)?.map(Number) ?? []
    return cropFits(size('100x50'), { crop: { left, top, width, height } as Rect })
  }
  expect(fits('100x50+0+0')).toBe(true)
  expect(fits('1x1+99+49')).toBe(true)
  expect(fits('1x1+100+0')).toBe(false)
  expect(fits('100x51+0+0')).toBe(false)
})

const side = (most: number) => fc.integer({ min: 1, max: most })
const anySize = fc.record({ width: side(20_000), height: side(20_000) })
const fraction = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000)
const anyFace = fc
  .tuple(fraction, fraction, fraction, fraction)
  .map(([a, b, c, d]) => ({
    left: Math.min(a, b),
    top: Math.min(c, d),
    width: Math.abs(a - b) + 0.001,
    height: Math.abs(c - d) + 0.001,
  }))
  .filter(({ left, top, width, height }) => left + width <= 1 && top + height <= 1)
const anyPlace: fc.Arbitrary<Place> = fc.oneof(
  fc.constantFrom<Place>(
    { kind: 'centre' },
    { kind: 'smart' },
    { kind: 'faces' },
    { kind: 'face', index: 1 },
  ),
  fc.constantFrom(...COMPASS).map((at): Place => ({ kind: 'compass', at })),
  fc.tuple(fc.nat(100), fc.nat(100)).map(([x, y]): Place => ({ kind: 'point', x, y })),
)
const anyTurn = fc.record({
  rotate: fc.constantFrom(0 as const, 90 as const, 180 as const, 270 as const),
  flop: fc.boolean(),
  flip: fc.boolean(),
})

const anyRequest = anySize.chain((upright) =>
  fc.record({
    upright: fc.constant(upright),
    faces: fc.array(anyFace, { maxLength: 3 }),
    vector: fc.boolean(),
    asked: fc
      .record({
        sides: fc.constantFrom('both', 'width', 'height'),
        width: side(5000),
        height: side(5000),
        fit: fc.constantFrom('cover' as const, 'contain' as const, 'inside' as const),
        place: anyPlace,
        pad: fc.option(fc.nat(200), { nil: undefined }),
        turn: anyTurn,
        enlarge: fc.boolean(),
        crop: fc.option(
          fc.tuple(fraction, fraction, fraction, fraction).map(([x, y, w, h]) => {
            const left = Math.floor(x * (upright.width - 1))
            const top = Math.floor(y * (upright.height - 1))
            return {
              left,
              top,
              width: 1 + Math.floor(w * (upright.width - left - 1)),
              height: 1 + Math.floor(h * (upright.height - top - 1)),
            }
          }),
          { nil: undefined },
        ),
      })
      .map(({ sides, width, height, turn, place, crop, pad, ...rest }) =>
        operations({
          ...rest,
          ...turn,
          place,
          width: sides === 'height' ? undefined : width,
          height: sides === 'width' ? undefined : height,
          // The grammar refuses a crop with faces, and pad without.
          crop: place.kind === 'faces' || place.kind === 'face' ? undefined : crop,
          pad: place.kind === 'faces' || place.kind === 'face' ? pad : undefined,
        }),
      ),
  }),
)

describe('for any picture and any URL', () => {
  test('the output is whole, at least a pixel, and no side is longer than asked', () => {
    fc.assert(
      fc.property(anyRequest, ({ upright, faces, vector, asked }) => {
        const { output } = layOut(upright, asked, { faces, vector })
        for (const [length, most] of [
          [output.width, asked.width],
          [output.height, asked.height],
        ] as const) {
          expect(Number.isInteger(length)).toBe(true)
          expect(length).toBeGreaterThanOrEqual(1)
          if (most !== undefined) expect(length).toBeLessThanOrEqual(most)
        }
      }),
    )
  })

  test('the cut lies within the crop, and what is drawn within the output', () => {
    fc.assert(
      fc.property(anyRequest, ({ upright, faces, vector, asked }) => {
        const { cut, drawn, output } = layOut(upright, asked, { faces, vector })
        const limits = asked.crop ?? { left: 0, top: 0, ...upright }
        const slack = 1e-6
        expect(cut.width).toBeGreaterThan(0)
        expect(cut.height).toBeGreaterThan(0)
        expect(cut.left).toBeGreaterThanOrEqual(limits.left - slack)
        expect(cut.top).toBeGreaterThanOrEqual(limits.top - slack)
        expect(cut.left + cut.width).toBeLessThanOrEqual(limits.left + limits.width + slack)
        expect(cut.top + cut.height).toBeLessThanOrEqual(limits.top + limits.height + slack)
        expect(Math.min(drawn.left, drawn.top)).toBeGreaterThanOrEqual(0)
        expect(drawn.left + drawn.width).toBeLessThanOrEqual(output.width)
        expect(drawn.top + drawn.height).toBeLessThanOrEqual(output.height)
      }),
    )
  })

  test('nothing is enlarged unless asked, but for a rounded pixel', () => {
    fc.assert(
      fc.property(anyRequest, ({ upright, faces, asked }) => {
        fc.pre(!asked.enlarge)
        const { cut, drawn } = layOut(upright, asked, { faces })
        const shown = swapsSides(turnOf(asked)) ? { width: cut.height, height: cut.width } : cut
        expect(drawn.width).toBeLessThanOrEqual(shown.width + 1)
        expect(drawn.height).toBeLessThanOrEqual(shown.height + 1)
      }),
    )
  })

  test('cover keeps the shape of the target, and of the picture', () => {
    fc.assert(
      fc.property(anyRequest, ({ upright, faces, vector, asked }) => {
        fc.pre(asked.fit === 'cover' && asked.width !== undefined && asked.height !== undefined)
        const { cut, output } = layOut(upright, asked, { faces, vector })
        const shown = swapsSides(turnOf(asked)) ? { width: cut.height, height: cut.width } : cut
        expect(shown.width / shown.height / (output.width / output.height)).toBeCloseTo(1, 6)
        // One factor for both sides, but for rounding and the pixel that is left at least.
        const [width, height] = [asked.width, asked.height]
        const factors = [output.width / width, output.height / height]
        const rounding = Math.max(
          (output.width === 1 ? 1 : 0.5) / width,
          (output.height === 1 ? 1 : 0.5) / height,
        )
        expect(Math.abs((factors[0] ?? 0) - (factors[1] ?? 0))).toBeLessThanOrEqual(2 * rounding + 1e-9)
      }),
    )
  })

  test('a padded face is shown whole, or as much of it as the shape and the picture allow', () => {
    fc.assert(
      fc.property(anyRequest, anyFace, fc.nat(200), ({ upright, asked }, face, pad) => {
        fc.pre(asked.width !== undefined && asked.height !== undefined)
        const place = { kind: 'face', index: 1 } as const
        const wanted = { ...asked, fit: 'cover', place, pad, crop: undefined } as const
        const { cut } = layOut(upright, wanted, { faces: [face] })
        const box = {
          left: face.left * upright.width,
          top: face.top * upright.height,
          width: face.width * upright.width,
          height: face.height * upright.height,
        }
        for (const [start, length] of [
          ['left', 'width'],
          ['top', 'height'],
        ] as const) {
          const slack = 1e-6 * upright[length] + 1e-6 * upright.width + 1
          const overlap =
            Math.min(cut[start] + cut[length], box[start] + box[length]) - Math.max(cut[start], box[start])
          expect(overlap).toBeGreaterThanOrEqual(Math.min(cut[length], box[length]) - slack)
        }
      }),
    )
  })
})
