import { describe, expect, it } from 'vitest'
import { functionLineText, tellServed } from '../../src/commands/lines.js'
import type { Served } from '../../src/local/cloudfront/viewer/served.js'
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

function lineOf(more: Partial<Served>): string {
  let said = ''
  const reporter = { event: (_: string, text: string) => (said = text) } as unknown as Reporter
  tellServed(reporter)({ ...SERVED, ...more })
  return said
}

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
    // An error from the cache is a hit, and says again what is wrong.
    [
      { status: 400, cacheResult: 'Error', age: 3, reason: 'no' },
      '400 Hit       41 ms  640x480,white,png\n    no',
    ],
    [{ status: 403, cacheResult: 'Error' }, '403 Error     41 ms  640x480,white,png'],
  ] as const)('%j', (more, line) => {
    expect(lineOf(more)).toBe(line)
  })

  it('can’t control the terminal, whatever a path or a text contains', () => {
    const line = lineOf({ uri: '/\u001b]0;x\u0007\r', reason: 'a\u001b[2Jb\r\u009b31mc\u202ed\te\nf' })
    // oxlint-disable-next-line no-control-regex
    expect(line).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/)
    expect(line).toContain('a\\u{1b}[2Jb\\u{d}\\u{9b}31mc\\u{202e}d\te\n    f')
  })
})

describe('a line of the function’s log', () => {
  it('can’t control the terminal either', () => {
    expect(functionLineText('\u001b[31mred')).toBe('  | \\u{1b}[31mred')
    expect(functionLineText(JSON.stringify({ level: 'info', message: '\u001b[31m' }))).toBe('  | \\u{1b}[31m')
  })
})
