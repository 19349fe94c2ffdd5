import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  thenTurn,
  turnBack,
  turnOf,
  turnOfExif,
  turnRect,
  turnSize,
  UPRIGHT,
  type Turn,
} from '../../../../handler/shared/pictures/turn.js'

const anyTurn: fc.Arbitrary<Turn> = fc.record({
  flop: fc.boolean(),
  rotate: fc.constantFrom(0 as const, 90 as const, 180 as const, 270 as const),
})
const anyPart = fc
  .record({ width: fc.integer({ min: 2, max: 99 }), height: fc.integer({ min: 2, max: 99 }) })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      part: fc.record({
        left: fc.nat(size.width - 1),
        top: fc.nat(size.height - 1),
        width: fc.integer({ min: 1, max: 9 }),
        height: fc.integer({ min: 1, max: 9 }),
      }),
    }),
  )

test('a turn and its way back leave everything where it was', () => {
  fc.assert(
    fc.property(anyTurn, anyPart, (turn, { size, part }) => {
      expect(thenTurn(turn, turnBack(turn))).toEqual(UPRIGHT)
      expect(thenTurn(turnBack(turn), turn)).toEqual(UPRIGHT)
      expect(turnRect(turnRect(part, size, turn), turnSize(size, turn), turnBack(turn))).toEqual(part)
    }),
  )
})

test('two turns in one move a part as they do one after the other', () => {
  fc.assert(
    fc.property(anyTurn, anyTurn, anyPart, (first, second, { size, part }) => {
      const inTwo = turnRect(turnRect(part, size, first), turnSize(size, first), second)
      expect(turnRect(part, size, thenTurn(first, second))).toEqual(inTwo)
    }),
  )
})

test.each([
  [{ rotate: 0, flop: false, flip: false }, 'AB/CD'],
  [{ rotate: 90, flop: false, flip: false }, 'CA/DB'],
  [{ rotate: 180, flop: false, flip: false }, 'DC/BA'],
  [{ rotate: 270, flop: false, flip: false }, 'BD/AC'],
  [{ rotate: 0, flop: true, flip: false }, 'BA/DC'],
  [{ rotate: 0, flop: false, flip: true }, 'CD/AB'],
  [{ rotate: 90, flop: true, flip: false }, 'AC/BD'],
  [{ rotate: 90, flop: false, flip: true }, 'DB/CA'],
  [{ rotate: 0, flop: true, flip: true }, 'DC/BA'],
] as const)('%j makes AB/CD into %s', (asked, expected) => {
  expect(shown(turnOf(asked))).toBe(expected)
})

// How the stored AB/CD looks with each EXIF orientation.
test.each([
  [1, 'AB/CD'],
  [2, 'BA/DC'],
  [3, 'DC/BA'],
  [4, 'CD/AB'],
  [5, 'AC/BD'],
  [6, 'CA/DB'],
  [7, 'DB/CA'],
  [8, 'BD/AC'],
  [undefined, 'AB/CD'],
  [9, 'AB/CD'],
])('EXIF orientation %s shows AB/CD as %s', (orientation, expected) => {
  expect(shown(turnOfExif(orientation))).toBe(expected)
})

/** Turns four pixels. */
function shown(turn: Turn): string {
  const cells = ['A', 'B', 'C', 'D'].map((name, index) => {
    const pixel = { left: index % 2, top: Math.floor(index / 2), width: 1, height: 1 }
    const { left, top } = turnRect(pixel, { width: 2, height: 2 }, turn)
    return { name, at: top * 2 + left }
  })
  const text = cells
    .sort((one, other) => one.at - other.at)
    .map(({ name }) => name)
    .join('')
  return `${text.slice(0, 2)}/${text.slice(2)}`
}
