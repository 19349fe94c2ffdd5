import type { Logger } from './contract.js'

/** How a request ended. */
export type Outcome =
  /** The image was stored already. */
  | 'hit'
  | 'made'
  /** The URL means an image but is wrong: status 400. */
  | 'rejected'
  /** The file exists, and CloudFront fetches it from S3. */
  | 'passed'
  /** The file does not exist: status 404. */
  | 'missing'
  | 'failed'

/** The one line that each request writes to the log. */
export interface RequestLine {
  requestId: string
  /** The canonical path of an image, otherwise the path as it came. Cut after 1,024 characters. */
  path: string
  /** The key of the stored image, if there is one now. */
  key?: string
  outcome: Outcome
  status: number
  /** Milliseconds. A step that did not run has none. */
  ms: { total: number; lookup?: number; render?: number; store?: number }
  bytes?: number
  /** Where the function ran. */
  region?: string
  /** What went wrong. This is for the log only: the viewer does not see it. */
  error?: string
}

/** Characters. CloudFront accepts paths of 8 kB, and the owner pays for every line of the log. */
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

/** Writes the generator's own lines. Unlike request lines, they have a `level`. */
export function generatorLogger(requestId: string): Logger {
  const write = (level: 'info' | 'error', message: string, details?: Record<string, unknown>) =>
    console.log(JSON.stringify({ level, requestId, message, ...details }))
  return {
    info: (message, details) => write('info', message, details),
    error: (message, details) => write('error', message, details),
  }
}

/** Describes an error with its stack and its causes. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${explainError(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
