import { GenatoError, messageOf } from '../lib/errors.js'

/** An error for people, without a trailing line break. */
export function errorText(error: unknown, debug: boolean): string {
  const hint = error instanceof GenatoError ? error.hint : undefined
  const lines = [messageOf(error)]
  if (hint) lines.push(hint)
  else if (!(error instanceof GenatoError) && !debug)
    lines.push(
      'This is unexpected, and may be a bug in genato. Run it again with --debug for the stack trace.',
    )
  if (debug) lines.push(stackOf(error))
  return lines.join('\n')
}

/** An error for programs. */
export function errorData(error: unknown, debug: boolean): object {
  const known = error instanceof GenatoError ? { code: error.code, hint: error.hint } : { code: 'UNEXPECTED' }
  return { ...known, message: messageOf(error), ...(debug ? { stack: stackOf(error) } : {}) }
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
