import type { Writable } from 'node:stream'
import { isUnfinished } from '../lib/errors.js'
import { errorText } from './error-text.js'
import type { Reporter } from './reporter.js'

/** Whether what is written there is shown to somebody as text. */
export function isTerminal(out: Writable): boolean {
  return 'isTTY' in out && out.isTTY === true
}

/** Where no terminal is: a line for each thing, results to `out`, all else to `err`. */
export function plainReporter(out: Writable, err: Writable): Reporter {
  const say = (text: string) => void err.write(`${text}\n`)
  return {
    step: (title) => ({
      update: () => undefined,
      done: (detail) => say(detail ? `${title}: ${detail}` : title),
      failed: () => say(`${title}: failed`),
    }),
    warn: (message) => say(`warning: ${message}`),
    result: (text) => void out.write(`${text}\n`),
    bytes: (data) => void out.write(data),
    bytesAreShown: isTerminal(out),
    event: (_type, text) => void out.write(`${text}\n`),
    error: (error, debug) =>
      say(`${isUnfinished(error) ? 'not finished' : 'error'}: ${errorText(error, debug)}`),
    close: () => undefined,
  }
}
