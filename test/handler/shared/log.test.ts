import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  generatorLogger,
  readFields,
  readMessageLine,
  readRequestLine,
  requestLine,
  stepsOf,
  type RequestLine,
} from '../../../handler/shared/log.js'

const anyText = fc.string({ unit: 'binary', maxLength: 40 })
// Through JSON once, which has no -0.
const anyJson = fc.json({ stringUnit: 'binary' }).map((text): unknown => JSON.parse(text))
const time = fc.nat(1_000_000).map((tenths) => tenths / 10)

const anyLine: fc.Arbitrary<RequestLine> = fc.record(
  {
    requestId: anyText,
    path: anyText,
    outcome: fc.constantFrom('hit', 'made', 'rejected', 'passed', 'missing', 'failed'),
    status: fc.integer({ min: 100, max: 599 }),
    ms: fc.record({ total: time, lookup: time, render: time, store: time }, { requiredKeys: ['total'] }),
    key: anyText,
    bytes: fc.nat(),
    region: anyText,
    error: anyText,
  },
  { requiredKeys: ['requestId', 'path', 'outcome', 'status', 'ms'] },
)

function read(text: string): RequestLine | undefined {
  const fields = readFields(text)
  return fields && readRequestLine(fields)
}

describe('a request line', () => {
  it('is one line, and is read as it was written', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const text = requestLine(line)
        expect(text).not.toContain('\n')
        expect(read(text)).toEqual(line)
      }),
      { numRuns: 2000 },
    )
  })

  it('has a long path and a long error cut, never within a character', () => {
    const ms = { total: 1 }
    const long = { requestId: 'r', outcome: 'failed', status: 500, ms } as const
    const line = read(requestLine({ ...long, path: `/${'😀'.repeat(2_000)}`, error: 'é'.repeat(9_000) }))
    expect(line?.path).toMatch(/^\/(😀){511}�…$/u)
    expect(line?.error).toBe(`${'é'.repeat(8_192)}…`)
  })

  it('lists its steps in the order they were taken', () => {
    expect(stepsOf({ ms: { total: 9, store: 3, lookup: 1 } })).toEqual([
      ['lookup', 1],
      ['store', 3],
    ])
  })

  const GOOD = { requestId: 'r', path: '/1', outcome: 'made', status: 200, ms: { total: 1 } }

  it.each([
    ['', undefined],
    ['text', undefined],
    ['{', undefined],
    ['[]', undefined],
    [JSON.stringify({ ...GOOD, level: 'info' }), undefined],
    [JSON.stringify({ ...GOOD, outcome: 'toString' }), undefined],
    [JSON.stringify({ ...GOOD, requestId: 1 }), undefined],
    [JSON.stringify({ ...GOOD, path: undefined }), undefined],
    [JSON.stringify({ ...GOOD, status: '200' }), undefined],
    [JSON.stringify({ ...GOOD, ms: 1 }), undefined],
    [JSON.stringify({ ...GOOD, ms: {} }), undefined],
    [JSON.stringify({ ...GOOD, ms: null }), undefined],
    [JSON.stringify({ ...GOOD, bytes: '1', key: 1, more: 1 }), GOOD],
  ])('%j is read as %j', (text, line) => expect(read(text)).toEqual(line))
})

describe('a generator’s message', () => {
  it('is read as it was logged, and is never a request line', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    onTestFinished(() => log.mockRestore())
    fc.assert(
      fc.property(
        anyText,
        anyText,
        fc.dictionary(anyText, anyJson, { maxKeys: 4 }),
        (requestId, message, details) => {
          fc.pre(!['level', 'requestId', 'message', '__proto__'].some((name) => name in details))
          generatorLogger(requestId).info(message, details)
          const fields = readFields(String(log.mock.lastCall?.[0])) ?? {}
          expect(readMessageLine(fields)).toEqual({ level: 'info', requestId, message, details })
          expect(readRequestLine(fields)).toBeUndefined()
        },
      ),
      { numRuns: 500 },
    )
  })
})
