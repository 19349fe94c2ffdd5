import type { Writable } from 'node:stream'
import { isUnfinished } from '../lib/errors.js'
import { printable } from '../lib/text.js'
import { errorText } from './error-text.js'
import type { Reporter } from './reporter.js'

/** Whether a terminal shows what is written there. */
export function isTerminal(out: Writable): boolean {
  return 'isTTY' in out && out.isTTY === true
}

/** Without a terminal: a line for each thing, with results on `out` and everything else on `err`. */
export function plainReporter(out: Writable, err: Writable): Reporter {
  const print = (stream: Writable, text: string) => void stream.write(`${printable(text)}\n`)
  const say = (text: string) => print(err, text)
  return {
    step: (title) => ({
      update: () => undefined,
      done: (detail) => say(detail ? `${title}: ${detail}` : title),
      failed: () => say(`${title}: failed`),
    }),
    warn: (message) => say(`warning: ${message}`),
    result: (text) => print(out, text),
    bytes: (data) => void out.write(data),
    bytesAreShown: isTerminal(out),
    event: (_type, text) => print(out, text),
    error: (error, debug) =>
      say(`${isUnfinished(error) ? 'not finished' : 'error'}: ${errorText(error, debug)}`),
    close: () => undefined,
  }
}
