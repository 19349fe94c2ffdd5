import { describe, expect, it } from 'vitest'
import { precondition, rangeHolds } from '../../../../src/local/cloudfront/viewer/conditional.js'

const OLD = 'Fri, 20 Nov 2026 12:00:00 GMT'
const MODIFIED = 'Sat, 21 Nov 2026 12:00:00 GMT'
const NEW = 'Sun, 22 Nov 2026 12:00:00 GMT'
const OBJECT = { etag: '"abc"', 'last-modified': MODIFIED }

describe('a condition', () => {
  it.each([
    [{}, 'send'],
    [{ 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x", "abc"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"x"' }, 'send'],
    [{ 'if-none-match': 'abc' }, 'send'],
    [{ 'if-modified-since': MODIFIED }, 'not-modified'],
    [{ 'if-modified-since': NEW }, 'not-modified'],
    [{ 'if-modified-since': OLD }, 'send'],
    [{ 'if-modified-since': 'yesterday' }, 'send'],
    // With both, the tag decides.
    [{ 'if-none-match': '"x"', 'if-modified-since': NEW }, 'send'],
    [{ 'if-none-match': '"abc"', 'if-modified-since': OLD }, 'not-modified'],
    [{ 'if-match': '"abc"' }, 'send'],
    [{ 'if-match': '"x"' }, 'failed'],
    [{ 'if-match': 'W/"abc"' }, 'failed'],
    [{ 'if-match': '*' }, 'send'],
    [{ 'if-unmodified-since': OLD }, 'failed'],
    [{ 'if-unmodified-since': MODIFIED }, 'send'],
    [{ 'if-match': '"abc"', 'if-unmodified-since': OLD }, 'send'],
    [{ 'if-match': '"abc"', 'if-none-match': '"abc"' }, 'not-modified'],
  ] as const)('%j gives %s', (asked, verdict) => {
    expect(precondition(asked, OBJECT)).toBe(verdict)
  })

  it('is ignored if the response has nothing to compare it with', () => {
    const asked = { 'if-match': '"a"', 'if-none-match': '*', 'if-modified-since': NEW }
    expect(precondition(asked, {})).toBe('send')
  })
})

describe('If-Range', () => {
  it.each([
    [undefined, true],
    ['"abc"', true],
    ['"x"', false],
    ['W/"abc"', false],
    [MODIFIED, true],
    [NEW, false],
    ['nonsense', false],
  ])('%s: %s', (ifRange, holds) => {
    expect(rangeHolds({ 'if-range': ifRange }, OBJECT)).toBe(holds)
  })
})
