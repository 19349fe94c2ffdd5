import type { Logger } from './contract.js'

/** What became of a request. */
export type Outcome =
  /** The image was stored already. */
  | 'hit'
  | 'made'
  /** The URL means an image but is wrong: 400. */
  | 'rejected'
  /** A file that is there: the request goes to S3 as it came. */
  | 'passed'
  /** A file that is not there: 404. */
  | 'missing'
  | 'failed'

/** The one line that each request leaves in the log. Milliseconds, only of what was done. */
export interface RequestLine {
  requestId: string
  /** The canonical path of an image, else the path as it came; at most 1,024 characters and an ellipsis. */
  path: string
  /** Of the stored image, if there is one now. */
  key?: string
  outcome: Outcome
  status: number
  ms: { total: number; lookup?: number; render?: number; store?: number }
  bytes?: number
  /** Where the function ran. */
  region?: string
  /** What went wrong, for the log only: nothing of it reaches the viewer. */
  error?: string
}

/** Characters. CloudFront lets a path of 8 kB through, and every line of the log is paid for. */
const LONGEST_PATH = 1_024
const LONGEST_ERROR = 8_192

export function logRequest(line: RequestLine): void {
  const { error } = line
  console.log(
    JSON.stringify({
      ...line,
      path: cut(line.path, LONGEST_PATH),
      ...(error === undefined ? {} : { error: cut(error, LONGEST_ERROR) }),
    }),
  )
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text
}

/** The generator's own lines, told apart from request lines by their `level`. */
export function generatorLogger(requestId: string): Logger {
  const write = (level: 'info' | 'error', message: string, details?: Record<string, unknown>) =>
    console.log(JSON.stringify({ level, requestId, message, ...details }))
  return {
    info: (message, details) => write('info', message, details),
    error: (message, details) => write('error', message, details),
  }
}

/** An error with its stack and what caused it, on one string. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${explainError(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
