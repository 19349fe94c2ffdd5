import * as v from 'valibot'

export const whole = (from: number, to: number) =>
  v.pipe(
    v.number('must be a number'),
    v.integer('must be a whole number'),
    v.minValue(from, `must be at least ${from}`),
    v.maxValue(to, `must be at most ${to}`),
  )

export const text = v.string('must be a string')

export const filled = v.pipe(text, v.nonEmpty('must not be empty'))

// S3 user guide, "General purpose bucket naming rules".
export const bucket = v.pipe(
  text,
  v.regex(
    /^(?!xn--|sthree-)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/,
    'must be a bucket name: a-z, digits, dots and hyphens, 3 to 63 characters',
  ),
)

/** Valibot's own object schemas accept arrays too. */
export const isObject = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
)

export const group = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.optional(v.pipe(isObject, v.strictObject(entries)))
