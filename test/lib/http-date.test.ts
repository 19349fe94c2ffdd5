import { expect, it } from 'vitest'
import { httpDate } from '../../src/lib/http-date.js'

const AT = Date.UTC(1994, 10, 6, 8, 49, 37)

it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
  '%s is a date of HTTP’s',
  (text) => {
    expect(httpDate(text)).toBe(AT)
  },
)

it.each(['', '9999', '1994-11-06', 'Sun, 06 Nov 1994 08:49:37 +0100', '06 Nov 1994', 'Sun, 06 Nov 1994'])(
  '%j is none',
  (text) => {
    expect(httpDate(text)).toBeNaN()
  },
)
