import type { Writable } from 'node:stream'
import { usageError } from '../lib/errors.js'
import { printableJson } from '../lib/text.js'
import { errorData } from './error-text.js'
import type { Reporter } from './reporter.js'

/** `--json`: one object a line, each with a `type`. */
export function jsonReporter(out: Writable): Reporter {
  const say = (type: string, data: object) =>
    void out.write(`${printableJson(JSON.stringify({ type, ...data }))}\n`)
  return {
    step(title, data) {
      say('step', { title, ...data, state: 'started' })
      return {
        update: () => undefined,
        done: (detail) => say('step', { title, ...data, state: 'done', ...(detail ? { detail } : {}) }),
        failed: () => say('step', { title, ...data, state: 'failed' }),
      }
    },
    warn: (message) => say('warning', { message }),
    result: (_text, data) => say('result', data),
    bytes() {
      throw usageError(
        'BAD_USAGE',
        '--json and --out - both write to standard output.',
        'Name a file with --out.',
      )
    },
    bytesAreShown: false,
    event: (type, _text, data) => say(type, data),
    error: (error, debug) => say('error', errorData(error, debug)),
    close: () => undefined,
  }
}
