import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { quote } from '../../handler/shared/grammar/encoding.js'
import { GenatoError } from '../../src/lib/errors.js'
import { printable, printableJson } from '../../src/lib/text.js'
import { jsonReporter } from '../../src/reporter/json.js'
import { plainReporter } from '../../src/reporter/plain.js'
import type { Reporter } from '../../src/reporter/reporter.js'
import { terminalReporter } from '../../src/reporter/terminal.js'

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** C0 except tab and line feed, DEL, C1, line separators, directional formatting, and the byte order mark. */
const UNPRINTABLE = [
  ...range(0x00, 0x08),
  ...range(0x0b, 0x1f),
  ...range(0x7f, 0x9f),
  0x061c,
  ...range(0x200e, 0x200f),
  ...range(0x2028, 0x202e),
  ...range(0x2066, 0x2069),
  0xfeff,
].map((code) => String.fromCharCode(code))

const escaped = (character: string) => `\\u{${character.charCodeAt(0).toString(16)}}`
const TEXT = `a${UNPRINTABLE.map((character) => `${character}b`).join('')}`
const PRINTED = `a${UNPRINTABLE.map((character) => `${escaped(character)}b`).join('')}`

const WAYS: [way: string, print: (reporter: Reporter) => void][] = [
  ['a warning', (reporter) => reporter.warn(TEXT)],
  ['a result', (reporter) => reporter.result(TEXT, {})],
  ['an event', (reporter) => reporter.event('log', TEXT, {})],
  ['an error', (reporter) => reporter.error(new GenatoError('CODE', TEXT), false)],
  ['a hint', (reporter) => reporter.error(new GenatoError('CODE', 'no', { hint: TEXT }), false)],
  ['a stack', (reporter) => reporter.error(Object.assign(new Error('no'), { stack: TEXT }), true)],
  ['a step', (reporter) => reporter.step(TEXT).done()],
  ['a step’s detail', (reporter) => reporter.step('step').done(TEXT)],
  ['a failed step', (reporter) => reporter.step(TEXT).failed()],
]

function stream(): PassThrough & NodeJS.WriteStream {
  return Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 10_000,
    hasColors: () => false,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  }) as unknown as PassThrough & NodeJS.WriteStream
}

describe('what a terminal would act on', () => {
  // With CI set, ora draws no spinner, whose escapes would be in the output.
  beforeEach(() => void vi.stubEnv('CI', '1'))
  afterEach(() => void vi.unstubAllEnvs())

  it.each(WAYS)('is escaped in %s, with a terminal and without', (_way, print) => {
    const [plain, terminal] = [new PassThrough(), stream()]
    print(plainReporter(plain, plain))
    print(terminalReporter(terminal, terminal))
    for (const out of [plain, terminal]) {
      const text = String(out.read())
      expect(text).toContain(PRINTED)
      expect(UNPRINTABLE.filter((character) => text.includes(character))).toEqual([])
    }
  })

  it('is escaped under --json, and read back unchanged', () => {
    const out = new PassThrough()
    jsonReporter(out).event('log', '', { text: TEXT })
    const line = String(out.read())
    expect(UNPRINTABLE.filter((character) => line.includes(character))).toEqual([])
    expect(JSON.parse(line)).toEqual({ type: 'log', text: TEXT })
  })

  it('is escaped in the values that errors of the function quote', () => {
    for (const character of UNPRINTABLE) expect(quote(character)).toBe(`"${escaped(character)}"`)
  })

  it('is nothing else: other text stays as it is', () => {
    const text = 'größe Ж 中 😀 é\n{"a": "\\u001b"} \\ ─ █ 1 × 2 → ✔'
    expect(printable(text)).toBe(text)
    expect(printableJson(text)).toBe(text)
    expect(printable('a\tb\r\nc')).toBe('a  b\nc')
    expect(printable(printable(TEXT))).toBe(PRINTED)
  })
})
