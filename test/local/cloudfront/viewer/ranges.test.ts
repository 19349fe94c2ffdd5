import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readRanges } from '../../../../src/local/cloudfront/viewer/ranges.js'

it.each([
  ['bytes=0-9', [{ first: 0, last: 9 }]],
  ['bytes=90-', [{ first: 90, last: 99 }]],
  ['bytes=90-1000', [{ first: 90, last: 99 }]],
  ['bytes=-10', [{ first: 90, last: 99 }]],
  ['bytes=-1000', [{ first: 0, last: 99 }]],
  ['Bytes = 0-9', 'whole'],
  ['BYTES=0-0', [{ first: 0, last: 0 }]],
  [
    'bytes=0-9, 20-29',
    [
      { first: 0, last: 9 },
      { first: 20, last: 29 },
    ],
  ],
  // A range beyond the end is dropped; the others are sent.
  ['bytes=0-9,200-300', [{ first: 0, last: 9 }]],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=300-400,500-', 'unsatisfiable'],
  // As the developer guide lists them: descending, overlapping, invalid.
  ['bytes=30-39,0-9', 'whole'],
  ['bytes=0-50,25-75', 'whole'],
  ['bytes=-5-10', 'whole'],
  ['bytes=9-0', 'whole'],
  ['bytes=a-b', 'whole'],
  ['bytes=', 'whole'],
  ['items=0-9', 'whole'],
  ['0-9', 'whole'],
] as const)('%s of 100 bytes', (header, ranges) => {
  expect(readRanges(header, 100)).toEqual(ranges)
})

it('a range of an empty body can’t be satisfied', () => {
  for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-5'])
    expect(readRanges(header, 0)).toBe('unsatisfiable')
})

it('more than a hundred ranges get the whole body', () => {
  const parts = (count: number) =>
    `bytes=${Array.from({ length: count }, (_, at) => `${at * 2}-${at * 2}`).join(',')}`
  expect(readRanges(parts(100), 1_000)).toHaveLength(100)
  expect(readRanges(parts(101), 1_000)).toBe('whole')
})

it('never reaches outside the body, whatever the header', () => {
  const number = fc.oneof(fc.nat(300), fc.bigInt({ min: 0n, max: 10n ** 30n }))
  const part = fc
    .tuple(fc.option(number, { nil: '' }), fc.option(number, { nil: '' }))
    .map(([a, b]) => `${a}-${b}`)
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), fc.nat(200), (parts, size) => {
      const ranges = readRanges(`bytes=${parts.join(',')}`, size)
      if (!Array.isArray(ranges)) return
      let before = -1
      for (const { first, last } of ranges) {
        expect(first).toBeGreaterThan(before)
        expect(last).toBeGreaterThanOrEqual(first)
        expect(last).toBeLessThan(size)
        before = last
      }
    }),
    { numRuns: 1_000 },
  )
})
