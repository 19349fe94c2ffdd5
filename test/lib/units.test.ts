import { describe, expect, it } from 'vitest'
import type { GenatoError } from '../../src/lib/errors.js'
import { duration, elapsed, readDuration, sizeText, timeText } from '../../src/lib/units.js'

describe('a duration', () => {
  it.each([
    ['30s', 30_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['0s', 0],
  ])('%s is %i ms', (given, ms) => expect(readDuration(given, '--since')).toBe(ms))

  it.each(['', '10', 'm', '-1m', '1.5h', '1h30m', '1w', '999999999d', '1 m'])('%j is not one', (given) => {
    expect(() => readDuration(given, '--timeout')).toThrow(
      expect.objectContaining({
        code: 'BAD_DURATION',
        exitCode: 2,
        message: `--timeout ${given} is not a duration.`,
      }) as GenatoError,
    )
  })
})

it.each([
  [2_460, '2.5 s', '2 s'],
  [45_400, '45 s', '45 s'],
  [200_000, '3 min 20 s', '3 min 20 s'],
  [600_000, '10 min', '10 min'],
])('%i ms took %s, and is %s while it lasts', (ms, took, lasts) => {
  expect(duration(ms)).toBe(took)
  expect(elapsed(ms)).toBe(lasts)
})

it.each([
  [0.42, '0.4 ms'],
  [3, '3 ms'],
  [41.4, '41 ms'],
  [9_999.4, '9999 ms'],
  [12_340, '12.3 s'],
])('a request of %d ms took %s', (ms, text) => expect(timeText(ms)).toBe(text))

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [3_210, '3.2 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [8_650_000, '8.7 MB'],
])('%i bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))
