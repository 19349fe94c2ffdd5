import { describe, expect, it } from 'vitest'
import { printable } from '../../src/lib/text.js'
import { lineData, lineText } from '../../src/logs/line.js'
import { filterPattern } from '../../src/logs/log-events.js'
import { readLine } from '../../src/logs/read-line.js'

const GROUP = '/aws/lambda/us-east-1.genato-func'
const TIME = Date.UTC(2026, 10, 21, 12, 34, 56, 789)
const ID = 'b0a1-4c'
const REQUEST = {
  requestId: ID,
  path: '/640x480,white,png',
  outcome: 'made',
  status: 200,
  ms: { total: 41.2, lookup: 5.1, render: 20.4, store: 12 },
  bytes: 3210,
  region: 'eu-central-1',
}
const FAILED = { ...REQUEST, outcome: 'failed', status: 503, ms: { total: 7 }, bytes: undefined }
const REPORT = `REPORT RequestId: ${ID}\tDuration: 41.17 ms\tBilled Duration: 42 ms\tMemory Size: 1769 MB\tMax Memory Used: 96 MB\t`

/** As the reporters print it. */
function text(message: string, group = GROUP): string | undefined {
  const line = readLine(group, message)
  const event = { region: 'eu-central-1', group, id: '1', time: TIME, message }
  return line && printable(lineText(event, line, TIME))
}

/** Without the time and the region. */
function shown(message: string, group = GROUP): string | undefined {
  return text(message, group)?.slice('12:34:56.789Z eu-central-1    '.length)
}

const consoleLine = (level: string, message: string) =>
  `2026-11-21T12:34:56.789Z\t${ID}\t${level}\t${message}\n`
const jsonFormat = (message: unknown, more = {}) =>
  JSON.stringify({ timestamp: '2026-11-21T12:34:56.789Z', level: 'INFO', requestId: ID, message, ...more })

describe('a line of the log', () => {
  it.each([
    [
      'a request',
      REQUEST,
      'made             41 ms  640x480,white,png  3.2 kB  (lookup 5, render 20, store 12)',
    ],
    [
      'a stored image',
      { ...REQUEST, outcome: 'hit', ms: { total: 5, lookup: 4 }, bytes: undefined },
      'hit               5 ms  640x480,white,png  (lookup 4)',
    ],
    [
      'a wrong URL, with the reason',
      { ...FAILED, outcome: 'rejected', status: 400, error: 'BAD_SIZE: too big' },
      'rejected 400      7 ms  640x480,white,png\n    BAD_SIZE: too big',
    ],
    [
      'a failure, with its stack',
      { ...FAILED, error: 'Error: no\n    at generate (x.js:1:2)' },
      'failed 503        7 ms  640x480,white,png\n    Error: no\n        at generate (x.js:1:2)',
    ],
    ['a folder', { ...FAILED, outcome: 'missing', status: 404, path: '/' }, 'missing 404       7 ms  /'],
    ['a message of the generator', { level: 'info', requestId: ID, message: 'drawn', of: 3 }, 'drawn  of=3'],
    [
      'a message of the generator with a stack',
      { level: 'error', requestId: ID, message: 'warm failed', error: 'Error: a\n  at b' },
      'error: warm failed\n    Error: a\n      at b',
    ],
  ])(
    '%s: bare, after the prefix of the text format, and in Lambda’s JSON format',
    (_what, fields, expected) => {
      const json = JSON.stringify(fields)
      for (const message of [json, consoleLine('INFO', json), jsonFormat(json), jsonFormat(fields)])
        expect(shown(message)).toBe(expected)
    },
  )

  it.each([
    ['START RequestId: 1 Version: 3\n', undefined],
    ['END RequestId: 1\n', undefined],
    ['INIT_START Runtime Version: nodejs:24.v1\tRuntime Version ARN: arn:aws:lambda:x\n', undefined],
    [`${REPORT}\n`, undefined],
    ['{"time":"t","type":"platform.start","record":{"requestId":"1"}}', undefined],
    ['\n', undefined],
    [`${REPORT}Init Duration: 312.44 ms\t\n`, 'cold start 312 ms, duration 41 ms, memory 96 of 1769 MB'],
    [`${REPORT}Status: timeout\n`, 'ended with timeout, duration 41 ms, memory 96 of 1769 MB'],
    [
      `${REPORT}Status: error\tError Type: Runtime.OutOfMemory\n`,
      'ended with error Runtime.OutOfMemory, duration 41 ms, memory 96 of 1769 MB',
    ],
    ['INIT_REPORT Init Duration: 9999.05 ms\tPhase: init\tStatus: timeout\n', 'ended with timeout'],
    [
      '{"time":"t","type":"platform.report","record":{"requestId":"1","status":"timeout","metrics":{"durationMs":30000,"memorySizeMB":128,"maxMemoryUsedMB":70}}}',
      'ended with timeout, duration 30000 ms, memory 70 of 128 MB',
    ],
    [`2026-11-21T12:34:56.789Z ${ID} Task timed out after 30.03 seconds\n\n`, 'timed out after 30.03 s'],
    [
      `RequestId: ${ID} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n`,
      'Runtime exited with error: signal: killed\n    Runtime.ExitError',
    ],
    [
      `RequestId: ${ID} Process exited before completing request\n`,
      'Process exited before completing request',
    ],
    [
      consoleLine(
        'ERROR',
        'Uncaught Exception \t{"errorType":"TypeError","errorMessage":"no","stack":["TypeError: no","    at a"]}',
      ),
      'error: Uncaught Exception: TypeError: no\n        at a',
    ],
    [consoleLine('WARN', 'low on luck'), 'warn: low on luck'],
    ['LAMBDA_WARNING: Unhandled exception.', 'warn: Unhandled exception.'],
    ['words', 'words'],
    ['{"half":', '{"half":'],
    ['[1]', '[1]'],
    ['{"outcome":"made"}', 'outcome="made"'],
  ])('%j is shown as %j', (message, expected) => expect(shown(message)).toBe(expected))

  it('in CloudFront’s own group is a response that it refused', () => {
    const message =
      'Xy1_z== ERROR Validation error: Lambda function result failed validation: the body is too large.'
    const group = '/aws/cloudfront/LambdaEdge/E1'
    expect(shown(message, group)).toBe(
      'refused by CloudFront: Lambda function result failed validation: the body is too large.',
    )
    expect(readLine(group, message)).toMatchObject({ wrong: true, kind: 'refused', level: 'error' })
  })

  it.each([
    [JSON.stringify(REQUEST), false, 'good'],
    [JSON.stringify({ ...REQUEST, error: 'not stored' }), true, 'bad'],
    [JSON.stringify({ ...FAILED, outcome: 'rejected', status: 400, error: 'BAD' }), false, 'dim'],
    [JSON.stringify(FAILED), true, 'bad'],
    ['{"level":"error","message":"m"}', true, 'bad'],
    ['{"level":"info","message":"m"}', false, 'plain'],
    [consoleLine('ERROR', 'm'), true, 'bad'],
    [jsonFormat('m', { level: 'ERROR' }), true, 'bad'],
    [`${REPORT}Init Duration: 1 ms`, false, 'dim'],
    [`${REPORT}Status: timeout`, true, 'bad'],
    [`RequestId: ${ID} Error: Runtime exited`, true, 'bad'],
    ['ERROR in a text of unknown origin', false, 'plain'],
  ])('%j: wrong is %j, and its tone is %s', (message, wrong, tone) =>
    expect(readLine(GROUP, message)).toMatchObject({ wrong, tone }),
  )

  it('has its region and time, and its date unless it is today', () => {
    expect(text('words')).toBe('12:34:56.789Z eu-central-1    words')
    const event = { region: 'ap-northeast-1', group: GROUP, id: '1', time: TIME, message: 'words' }
    const line = readLine(GROUP, 'words')!
    expect(lineText(event, line, TIME + 12 * 3_600_000)).toBe(
      '2026-11-21 12:34:56.789Z ap-northeast-1  words',
    )
    expect(lineData(event, line)).toEqual({
      region: 'ap-northeast-1',
      group: GROUP,
      time: '2026-11-21T12:34:56.789Z',
      level: 'info',
      kind: 'message',
      message: 'words',
    })
  })

  it('can’t move the cursor or pass for another line', () => {
    const path = '/\u001b[2J\u009b1m\r\u202e,x\nforged'
    const message = JSON.stringify({ ...FAILED, path, error: 'a\u001b]0;title\u0007\nb\tc' })
    expect(shown(message)).toBe(
      'failed 503        7 ms  \\u{1b}[2J\\u{9b}1m\\u{d}\\u{202e},x forged\n    a\\u{1b}]0;title\\u{7}\n    b  c',
    )
    expect(shown('x'.repeat(5_000))).toMatch(/^x{4000}… \(5000 characters\)$/)
    const forged = JSON.stringify({ ...FAILED, error: 'B: Task timed out after 3 seconds' })
    expect(readLine(GROUP, forged)).toMatchObject({ kind: 'request' })
  })

  it('keeps the generator’s details for programs, whatever their names', () => {
    const line = readLine(GROUP, '{"level":"info","message":"m","type":"x","time":1,"region":"y"}')!
    const event = { region: 'eu-west-1', group: GROUP, id: '1', time: TIME, message: '' }
    expect(lineData(event, line)).toMatchObject({
      region: 'eu-west-1',
      message: 'm',
      details: { type: 'x', time: 1, region: 'y' },
    })
  })
})

describe('--filter', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['/640x480,white,png', '"/640x480,white,png"'],
    ['"path":"/1x1', '"path"'],
    ['"\\"', undefined],
    ['?a -b', '"?a -b"'],
  ])('%j becomes the pattern %j, which matches all such messages', (filter, pattern) =>
    expect(filterPattern(filter)).toBe(pattern),
  )
})
