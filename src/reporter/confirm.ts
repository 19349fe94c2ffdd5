import { createInterface } from 'node:readline/promises'
import { EXIT, GenatoError, usageError } from '../lib/errors.js'
import { printable } from '../lib/text.js'
import type { Reporter } from './reporter.js'

interface Asking {
  yes: boolean
  json: boolean | undefined
  reporter: Reporter
  signal: AbortSignal
}

/** Asks on the terminal. @throws GenatoError NOT_CONFIRMED */
export async function confirm(question: string, { yes, json, reporter, signal }: Asking): Promise<void> {
  if (yes) return
  if (json || !process.stdin.isTTY || !process.stderr.isTTY)
    throw usageError(
      'NOT_CONFIRMED',
      `${question} There is no terminal to ask at.`,
      'Use --yes to skip the question, or --dry-run to see what would happen.',
    )
  reporter.close()
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // readline reads the terminal, and takes Ctrl-C away from the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answer = await terminal.question(`${printable(question)} [y/N] `, { signal })
    if (/^y(es)?$/i.test(answer.trim())) return
  } catch (cause) {
    if (!signal.aborted) throw cause
  } finally {
    terminal.close()
  }
  throw new GenatoError('NOT_CONFIRMED', 'Nothing was done.', {
    exitCode: signal.aborted ? EXIT.interrupted : EXIT.failed,
  })
}
