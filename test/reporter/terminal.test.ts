import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { waitFor } from '../../src/aws/wait.js'
import { GenatoError } from '../../src/lib/errors.js'
import { terminalReporter } from '../../src/reporter/terminal.js'

/** A terminal with this many columns. */
function terminal(columns: number) {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      done()
    },
  })
  const drawn = {
    isTTY: true,
    columns,
    hasColors: () => false,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  }
  /** The output since the last call. */
  const said = () => {
    const since = stripVTControlCharacters(text)
    text = ''
    return since
  }
  return { stream: Object.assign(stream, drawn) as unknown as NodeJS.WriteStream, said }
}

const late = () => new GenatoError('LATE', 'late')

beforeEach(() => {
  // ora shows nothing if CI is set.
  vi.stubEnv('CI', undefined)
  vi.stubEnv('TERM', 'xterm')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

it('counts the seconds of a wait, beside the usual time, even between two looks that are a minute apart', async () => {
  const { stream, said } = terminal(120)
  const reporter = terminalReporter(stream, stream)
  let looks = 0
  const waiting = waitFor(
    {
      reporter,
      signal: new AbortController().signal,
      clock: {
        now: () => Date.now(),
        sleep: async (ms) =>
          new Promise((resolve) => {
            setTimeout(resolve, ms)
          }),
      },
    },
    {
      title: 'distribution E1 to be deployed',
      usual: '3 to 10 min',
      timeout: 600_000,
      pauses: [100_000, 100_000],
      look: async () => (++looks > 2 ? true : undefined),
      detail: () => '2 left',
      late,
    },
  )
  await vi.advanceTimersByTimeAsync(3_100)
  const text = said()
  for (const time of ['0 s', '1 s', '2 s', '3 s'])
    expect(text).toContain(
      `waiting for distribution E1 to be deployed: ${time} · usually 3 to 10 min · 2 left`,
    )
  await vi.advanceTimersByTimeAsync(127_000)
  expect(looks).toBe(2)
  expect(said()).toContain('deployed: 2 min 10 s · usually 3 to 10 min')
  await vi.advanceTimersByTimeAsync(70_000)
  await waiting
  expect(said()).toContain('✔ waiting for distribution E1 to be deployed: 3 min 20 s\n')
  expect(vi.getTimerCount()).toBe(0)
})

it('wraps long lines, aligns the rest with the text, and leaves long words whole', () => {
  const out = terminal(30)
  const err = terminal(30)
  const reporter = terminalReporter(out.stream, err.stream)
  reporter.warn('This is a warning that is longer than one line.')
  expect(err.said()).toBe('! This is a warning that is\n    longer than one line.\n')
  reporter.error(
    new GenatoError('CODE', 'It failed.', { hint: 'See https://example.com/a/long/address.' }),
    false,
  )
  expect(err.said()).toBe('✖ It failed.\n  See https://example.com/a/long/address.\n')
  reporter.result('name  a value of several words here\n  https://example.com/some/long/path', {})
  expect(out.said()).toBe(
    'name  a value of several words\n      here\n  https://example.com/some/long/path\n',
  )
  reporter.result('  A sentence in a result that is too long.', {})
  expect(out.said()).toBe('  A sentence in a result that\n    is too long.\n')
})
