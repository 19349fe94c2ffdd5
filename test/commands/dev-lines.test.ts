import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { reportFunctionLine, reportServed } from '../../src/commands/dev-lines.js'
import type { Served } from '../../src/local/cloudfront/viewer/served.js'
import { plainReporter } from '../../src/reporter/plain.js'
import type { Reporter } from '../../src/reporter/reporter.js'

const SERVED: Served = {
  id: 'id',
  method: 'GET',
  uri: '/640x480,white,png',
  status: 200,
  cacheResult: 'Miss',
  contentType: 'image/png',
  bytes: 3,
  ms: 41.4,
}

/** What a reporter prints, without the last line break. @returns `undefined` if it prints nothing. */
function printed(report: (reporter: Reporter) => void): string | undefined {
  const out = new PassThrough()
  report(plainReporter(out, out))
  const text = out.read() as Buffer | null
  return text?.toString().replace(/\n$/, '')
}

const lineOf = (more: Partial<Served>) =>
  printed((reporter) => reportServed(reporter)({ ...SERVED, ...more }))
const functionLine = (line: string) => printed((reporter) => reportFunctionLine(reporter)(line))

describe('the line of a request', () => {
  it.each([
    [{}, '200 Miss      41 ms  640x480,white,png'],
    [{ cacheResult: 'Hit', age: 0, ms: 0.2 }, '200 Hit        0 ms  640x480,white,png'],
    [{ cacheResult: 'RefreshHit' }, '200 Refresh   41 ms  640x480,white,png'],
    [{ method: 'HEAD' }, '200 Miss      41 ms  HEAD 640x480,white,png'],
    [{ uri: '/' }, '200 Miss      41 ms  /'],
    [{ coldStartMs: 86.2, waitedMs: 90 }, '200 Miss      41 ms  640x480,white,png  cold start 86 ms'],
    [{ waitedMs: 2_000.4 }, '200 Miss      41 ms  640x480,white,png  waited 2000 ms for a process'],
    [{ waitedMs: 3 }, '200 Miss      41 ms  640x480,white,png'],
    [
      { status: 503, cacheResult: 'LambdaExecutionError', reason: 'a\nb' },
      '503 Failed    41 ms  640x480,white,png\n    a\n    b',
    ],
    // An error from the cache is a hit, and repeats what is wrong.
    [
      { status: 400, cacheResult: 'Error', age: 3, reason: 'no' },
      '400 Hit       41 ms  640x480,white,png\n    no',
    ],
    [{ status: 403, cacheResult: 'Error' }, '403 Error     41 ms  640x480,white,png'],
  ] as const)('%j', (more, line) => {
    expect(lineOf(more)).toBe(line)
  })

  it('can’t move the cursor, whatever its path or reason contains', () => {
    const line = lineOf({ uri: '/\u001b]0;x\u0007\r', reason: 'a\u001b[2Jb\r\u009b31mc\u202ed\te\nf' })
    // oxlint-disable-next-line no-control-regex
    expect(line).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/)
    expect(line).toContain('a\\u{1b}[2Jb\\u{d}\\u{9b}31mc\\u{202e}d  e\n    f')
  })
})

describe('a line of the function’s log', () => {
  const REQUEST = { requestId: 'r', path: '/64', outcome: 'made', status: 200, ms: { total: 9 } }

  it.each([
    ['text', '  | text'],
    ['{"half":', '  | {"half":'],
    ['{"of":3}', '  | {"of":3}'],
    [JSON.stringify({ level: 'info', requestId: 'r', message: 'drawn', of: 3 }), '  | drawn  of=3'],
    [
      JSON.stringify({ level: 'error', requestId: 'r', message: 'warm failed', error: 'Error: a\n  at b' }),
      '  ! warm failed\n    Error: a\n      at b',
    ],
    [JSON.stringify(REQUEST), undefined],
    [JSON.stringify({ ...REQUEST, outcome: 'rejected', status: 400, error: 'BAD_SIZE: x' }), undefined],
    [JSON.stringify({ ...REQUEST, error: 'Error: not stored' }), '  ! /64\n    Error: not stored'],
    [
      JSON.stringify({ ...REQUEST, outcome: 'failed', status: 500, error: 'Error: no\n  at x' }),
      '  ! /64\n    Error: no\n      at x',
    ],
    // A generator may log an outcome among its details.
    [JSON.stringify({ level: 'info', message: 'm', ...REQUEST }), expect.stringMatching(/^ {2}\| m {2}/)],
  ])('%j', (line, text) => expect(functionLine(line)).toEqual(text))

  it('can’t move the cursor either', () => {
    expect(functionLine('\u001b[31mred')).toBe('  | \\u{1b}[31mred')
    expect(functionLine(JSON.stringify({ level: 'info', message: '\u001b[31m' }))).toBe('  | \\u{1b}[31m')
  })
})
