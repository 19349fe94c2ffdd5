const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const LONG_DAY = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)'
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const TIME = '\\d\\d:\\d\\d:\\d\\d'

/** The three forms of RFC 9110, section 5.6.7. */
const FORMS = [
  new RegExp(`^${DAY}, \\d\\d ${MONTH} \\d{4} ${TIME} GMT$`),
  new RegExp(`^${LONG_DAY}, \\d\\d-${MONTH}-\\d\\d ${TIME} GMT$`),
  new RegExp(`^${DAY} ${MONTH} [ \\d]\\d ${TIME} \\d{4}$`),
]

/**
 * Ms since the epoch. NaN if the text has none of HTTP's date forms, even where `Date.parse` would read it.
 */
export function httpDate(text: string): number {
  const form = FORMS.findIndex((one) => one.test(text))
  if (form === -1) return Number.NaN
  // The last form names no zone. It is in GMT like the others.
  return Date.parse(form === 2 ? `${text} GMT` : text)
}
