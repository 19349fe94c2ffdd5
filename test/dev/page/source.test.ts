import { describe, expect, it } from 'vitest'
import { isEnough, reasonOf, sourceInWords, type Seen } from '../../../src/dev/page/client/source.js'
import type { FunctionReport, RequestEntry } from '../../../src/dev/page/messages.js'

const seen = (word: string, status: number, more: Partial<Seen> = {}): Seen => ({
  id: '1',
  word,
  status,
  aged: false,
  server: 'CloudFront',
  html: false,
  ...more,
})

const entry = (more: Partial<RequestEntry> = {}): RequestEntry => ({
  id: '1',
  method: 'GET',
  path: '/1',
  status: 200,
  cacheResult: 'Miss',
  bytes: 1,
  ms: 1,
  ...more,
})

const ran = (outcome: FunctionReport['outcome'], more: Partial<FunctionReport> = {}) =>
  entry({ function: { outcome, status: 200, ms: { total: 1 }, ...more } })

const lookedUp = { ms: { total: 2, lookup: 1 } }
const html = { html: true }

describe('the source of a response', () => {
  it.each<[string, Seen, RequestEntry | undefined, RegExp]>([
    ['a hit', seen('Hit', 200, { aged: true }), undefined, /^From the edge cache/],
    ['two at once', seen('Hit', 200), entry(), /at the same time/],
    ['expired', seen('RefreshHit', 200), entry(), /is unchanged/],
    ['expired, no bucket', seen('RefreshHit', 200), entry({ reason: 'x' }), /the expired copy was sent/],
    ['made', seen('Miss', 200), ran('made'), /^Generated for this request, and stored/],
    ['stored before', seen('Miss', 200), ran('hit'), /stored already/],
    ['a file', seen('Miss', 200), ran('passed'), /^A file/],
    ['unknown', seen('Miss', 200), undefined, /the response came from the bucket/],
    ['wrong', seen('LambdaGeneratedResponse', 400), ran('rejected'), /rejected the URL/],
    [
      'no file',
      seen('LambdaGeneratedResponse', 404),
      ran('missing', lookedUp),
      /looked into the bucket: there/,
    ],
    ['a folder', seen('LambdaGeneratedResponse', 404), ran('missing'), /didn’t look into the bucket/],
    ['a throw', seen('LambdaGeneratedResponse', 500), ran('failed', lookedUp), /^The generator failed/],
    ['given up', seen('LambdaGeneratedResponse', 503), ran('failed', lookedUp), /gave up/],
    ['unstored', seen('LambdaGeneratedResponse', 200), ran('made'), /couldn’t be stored: the function sent/],
    ['unstored, large', seen('LambdaGeneratedResponse', 503), ran('made'), /too large/],
    ['unknown', seen('LambdaGeneratedResponse', 200), undefined, /^The function’s own response\.$/],
    ['a crash', seen('LambdaExecutionError', 503, html), entry(), /failed before it responded/],
    ['no result', seen('LambdaValidationError', 502, html), entry(), /did not accept/],
    ['too many', seen('LambdaLimitExceeded', 503, html), entry(), /More requests arrived at once/],
    ['a cached error', seen('Error', 404, { aged: true }), entry(), /^An error from the edge cache/],
    ['no object', seen('Error', 403, { server: 'AmazonS3' }), entry(), /^The bucket has no such object/],
    ['refused', seen('Error', 414, html), entry(), /^CloudFront refused/],
    ['no bucket', seen('Error', 502, html), entry(), /couldn’t be reached/],
    ['two errors', seen('Error', 404), entry({ reason: 'NOT_FOUND' }), /one error served both/],
  ])('%s', (_, answer, known, words) => {
    expect(sourceInWords(answer, known)).toMatch(words)
  })

  it('is known once the log lines that it depends on have arrived', () => {
    expect(isEnough(seen('Miss', 200), undefined)).toBe(false)
    expect(isEnough(seen('Miss', 200), entry())).toBe(false)
    expect(isEnough(seen('Miss', 200), ran('made'))).toBe(true)
    expect(isEnough(seen('LambdaExecutionError', 503), entry())).toBe(true)
  })
})

describe('the reason', () => {
  it.each<[string, Seen, string | undefined, RequestEntry | undefined, string | undefined]>([
    ['of a crash', seen('LambdaExecutionError', 503), '<HTML>', entry({ reason: 'it exits' }), 'it exits'],
    [
      'of a throw',
      seen('', 500),
      'no',
      ran('failed', { error: 'Error: no\n    at x' }),
      'Error: no\n    at x',
    ],
    [
      'that the answer has already',
      seen('', 400),
      'BAD: no\n',
      ran('rejected', { error: 'BAD: no' }),
      undefined,
    ],
    ['of an unstored image', seen('', 200), undefined, ran('made', { error: 'no bucket' }), 'no bucket'],
    ['if there is none', seen('Hit', 200), undefined, entry(), undefined],
    ['if it is not known yet', seen('LambdaExecutionError', 503), '<HTML>', undefined, undefined],
  ])('%s', (_, answer, text, known, reason) => {
    expect(reasonOf(answer, text, known)).toBe(reason)
  })
})
