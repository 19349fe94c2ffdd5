import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadRequest } from '../../../../handler/shared/contract.js'
import { parseColor } from '../../../../handler/shared/grammar/color.js'
import { route } from '../../../../handler/edge/route.js'
import { characterOf, grammar, grammarWith, INTER, rejection } from './support.js'

const VALID = [
  '/640x480,white,png',
  '/640,jpg,q=55',
  '/50x60@2x,f008,webp,fg=red,text=Hi%2C%20you',
  '/1,transparent,gif,text=',
  '/9x9,%23abc,text=%D0%96%CE%A9',
  '/images/logo.svg',
]

const CODES = [
  'BAD_SIZE',
  'BAD_COLOR',
  'BAD_FORMAT',
  'BAD_OPTION',
  'BAD_ENCODING',
  'NO_ALPHA',
  'SIZE_LIMIT',
  'TEXT_LIMIT',
]

const scrap = fc.oneof(
  fc.constantFrom(
    ',',
    '/',
    '%',
    '=',
    'x',
    '@',
    '#',
    '.',
    '..',
    '-',
    '0',
    '9',
    'q=',
    'text=',
    'fg=',
    '%ZZ',
    '%00',
    '%2F',
    '%2e%2e',
  ),
  fc.constantFrom(
    '<script>',
    '&',
    '"',
    "'",
    '\u0000',
    '\n',
    '\u202e',
    '\u2066',
    '\u200f',
    '\u061c',
    '\ufeff',
    '\ud800',
    '\udc00',
  ),
  fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const mutated = fc
  .tuple(
    fc.constantFrom(...VALID),
    fc.array(fc.record({ at: fc.nat({ max: 50 }), remove: fc.nat({ max: 4 }), insert: scrap }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([path, changes]) => {
    let result = path
    for (const { at, remove, insert } of changes) {
      const from = 1 + (at % result.length)
      result = result.slice(0, from) + insert + result.slice(from + remove)
    }
    return result
  })
const binary = fc.uint8Array({ maxLength: 200 }).map((bytes) => `/1,${Buffer.from(bytes).toString('latin1')}`)
const escapedBinary = fc
  .uint8Array({ minLength: 1, maxLength: 100 })
  .map((bytes) => `/1,text=${Buffer.from(bytes).toString('hex').replace(/../g, '%$&')}`)
const tokens = fc
  .array(fc.oneof(scrap, fc.string({ unit: 'grapheme', maxLength: 100 })), { maxLength: 8 })
  .map((parts) => `/1,${parts.join(',')}`)
const hostile = fc.oneof(
  mutated,
  mutated,
  tokens,
  binary,
  escapedBinary,
  fc.string({ unit: 'binary', maxLength: 300 }).map((rest) => `/${rest}`),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
)

const SIZES = [
  '',
  '/',
  '/1',
  '/1x',
  '/1,',
  '/1@',
  '/1,text=',
  '/1,jpg,q=',
  '/1,fg=',
  '/1,white,',
  '/1,#',
  '/%31',
  '/a/',
]
const huge = fc
  .tuple(
    fc.constantFrom(...SIZES),
    fc.oneof(
      scrap.filter((piece) => piece !== ''),
      fc.constantFrom(
        'x1',
        'x',
        '1',
        '1e',
        '+',
        'a',
        'aa,',
        '%31',
        '%2531',
        'é',
        '😀',
        '一',
        'e\u0301',
        '%CC%81',
        ',q=1',
        '../',
      ),
    ),
    fc.integer({ min: 1_000, max: 100_000 }),
    fc.constantFrom('', '!', '\n', '%', '/', ',', '\ud800'),
  )
  .map(([start, piece, length, end]) => start + piece.repeat(Math.ceil(length / piece.length)) + end)

/** The result of a path. An error must be a BadRequest with one of the codes. */
function errorOf(path: string, generator = grammar): BadRequest | undefined {
  try {
    route(generator, 'gen1', INTER, path)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(BadRequest)
    expect(CODES).toContain((error as BadRequest).code)
    return error as BadRequest
  }
}

/** Milliseconds of the first quick attempt out of five: on a busy machine, some attempts are slow. */
function timeOf(run: () => unknown): number {
  let time = 0
  for (let attempt = 0; attempt < 5; attempt++) {
    const started = performance.now()
    run()
    time = performance.now() - started
    if (time < 50) return time
  }
  return time
}

describe('whatever the path', () => {
  it('is answered, or rejected with a code', () => {
    const counts = { rejected: 0, accepted: 0 }
    fc.assert(
      fc.property(hostile, (path) => {
        counts[errorOf(path) ? 'rejected' : 'accepted']++
      }),
      { numRuns: 10_000 },
    )
    expect(counts.rejected).toBeGreaterThan(1000)
    expect(counts.accepted).toBeGreaterThan(1000)
  })

  it('is read in less than 50 ms, even with 100,000 characters', () => {
    const lenient = grammarWith({ limits: { path: 1_000_000, text: 1_000_000 } })
    fc.assert(
      fc.property(huge, (path) => {
        expect(timeOf(() => errorOf(path))).toBeLessThan(50)
      }),
      { numRuns: 500 },
    )
    // The configured limit protects the text. Without one, reading may take longer.
    fc.assert(
      fc.property(huge, (path) => {
        errorOf(path, lenient)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['a side without end', `/${'1'.repeat(100_000)}!`],
    ['sides without end', `/1${'x1'.repeat(50_000)}!`],
    ['empty sides without end', `/1${'x'.repeat(100_000)}!`],
    ['a scale without end', `/1@${'@'.repeat(100_000)}\n`],
    ['tokens without end', `/1${',a'.repeat(50_000)}`],
    ['broken escapes without end', `/1,${'%'.repeat(100_000)}`],
    ['a folder in a folder without end', `/${'a/'.repeat(50_000)}b`],
    ['climbing without end', `/${'../'.repeat(33_000)}b`],
  ])('%s does not hold the function up', (_, path) => {
    expect(timeOf(() => errorOf(path))).toBeLessThan(50)
  })
})

describe('the message of a rejection', () => {
  /** Control, bidi and invisible format characters, line separators, unpaired surrogates. */
  const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

  const messages = fc.oneof(hostile, huge).map((path) => ({ path, message: errorOf(path)?.message }))

  it('quotes an apostrophe of a text that a comma cuts off in percent encoding', () => {
    expect(errorOf("/1,text=it,'s")?.message).toMatch(/as in text=it%2C%27s$/)
  })

  it('contains neither markup nor invisible characters', () => {
    fc.assert(
      fc.property(messages, ({ message = '' }) => {
        expect(message).not.toMatch(invisible)
        expect(message).not.toMatch(/[<>&']/)
      }),
      { numRuns: 3000 },
    )
  })

  it('quotes one value, at most 60 characters of it', () => {
    let quoted = 0
    fc.assert(
      fc.property(messages, ({ message = '' }) => {
        const parts = message.split('"')
        expect([1, 3]).toContain(parts.length)
        const value = parts[1]
        if (value === undefined) return
        quoted++
        expect(Array.from(value.replace(/\\u\{[0-9a-f]+\}/g, '?')).length).toBeLessThanOrEqual(61)
      }),
      { numRuns: 3000 },
    )
    expect(quoted).toBeGreaterThan(300)
  })

  it('is short', () => {
    fc.assert(
      fc.property(messages, ({ message = '' }) => {
        expect(message.length).toBeLessThan(900)
      }),
      { numRuns: 1000 },
    )
  })

  it('ends a long value with an ellipsis', () => {
    expect(rejection(() => grammar.parse(`/1,${'z'.repeat(61)}`)).message).toContain(`"${'z'.repeat(60)}…"`)
    expect(rejection(() => grammar.parse(`/1,${'z'.repeat(60)}`)).message).toContain(`"${'z'.repeat(60)}"`)
  })

  it('suggests a valid size', () => {
    const sizes = fc.string({ unit: characterOf('0123456789x.e+-@'), maxLength: 12 })
    let suggested = 0
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 9 }), (rest, first) => {
        const error = errorOf(`/${first}${rest}`)
        if (!error) return
        const size = /(?:such as|nearest is) (\S+)\.$/.exec(error.message)?.[1]
        expect(size).toBeDefined()
        suggested++
        expect(grammar.parse(`/${size}`)).toBeDefined()
      }),
      { numRuns: 2000 },
    )
    expect(suggested).toBeGreaterThan(1000)
  })

  it('suggests a valid colour', () => {
    const word = fc.oneof(
      fc.string({ unit: characterOf('0123456789abcdef'), minLength: 1, maxLength: 12 }),
      fc.string({ unit: characterOf('abcdefghijklmnopqrstuvwyz'), minLength: 1, maxLength: 9 }),
    )
    let suggested = 0
    fc.assert(
      fc.property(word, (wrong) => {
        const error = errorOf(`/1,fg=${wrong}`)
        const suggestion = /did you mean (\S+)\?/.exec(error?.message ?? '')?.[1]
        if (suggestion === undefined) return
        suggested++
        expect(parseColor(suggestion)).toBeDefined()
      }),
      { numRuns: 2000 },
    )
    expect(suggested).toBeGreaterThan(300)
  })
})
