/**
 * The function's log lines in words, for `genato logs`, the terminal of `genato dev` and its page. It runs in
 * browsers too. Nothing is escaped here: the reporters do that.
 */
import { stepsOf, type MessageLine, type RequestLine } from '../../handler/shared/log.js'
import { sizeText } from './units.js'

/**
 * Whether something failed that is not the viewer's fault. An image that was made but couldn't be stored counts:
 * the next request for it has to generate it again.
 */
export function isFault({ outcome, status, error }: Pick<RequestLine, 'outcome' | 'status' | 'error'>) {
  return outcome === 'failed' || (outcome === 'made' && error !== undefined) || status >= 500
}

/** `made   41 ms  640x480,white,png  3.2 kB  (lookup 5, render 20, store 12)`, with the error below it. */
export function requestText(line: RequestLine): string {
  const { outcome, status, path, ms, bytes, error } = line
  const steps = stepsOf(line).map(([step, time]) => `${step} ${Math.round(time)}`)
  const first = [
    (status >= 400 ? `${outcome} ${status}` : outcome).padEnd(12),
    `${Math.round(ms.total)} ms`.padStart(9),
    // A line break in a path must not pass for the end of the line.
    ` ${path.replace(/^\//, '').replaceAll('\n', ' ') || '/'}`,
    ...(bytes === undefined ? [] : [` ${sizeText(bytes)}`]),
    ...(steps.length === 0 ? [] : [` (${steps.join(', ')})`]),
  ].join(' ')
  return error === undefined ? first : `${first}\n${error}`
}

/** Whether a message of this level reports a failure. */
export function isFailure(level: string): boolean {
  return level === 'error' || level === 'fatal'
}

/** `drawn  of=3`: a message with its details beside it, and those of several lines below it. */
export function messageText(message: string, details: MessageLine['details']): string {
  const beside = [message]
  const below: string[] = []
  for (const [name, value] of Object.entries(details))
    if (typeof value === 'string' && value.includes('\n')) below.push(value)
    else beside.push(`${name}=${JSON.stringify(value)}`)
  return [beside.filter(Boolean).join('  '), ...below].join('\n')
}
