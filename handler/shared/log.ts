import type { Logger } from './contract.js'

/** What became of a request. */
export type Outcome =
  /** The image was stored already. */
  | 'hit'
  | 'made'
  /** The function found the rendition, and its original is unchanged. */
  | 'found'
  /** The URL means an image but is wrong: 400. */
  | 'rejected'
  /** A file that exists: the request goes to S3 as it came. */
  | 'passed'
  /** A file that doesn't exist: 404. */
  | 'missing'
  | 'failed'

/** Every outcome, for the reader. */
const OUTCOMES: Readonly<Record<Outcome, true>> = {
  hit: true,
  made: true,
  found: true,
  rejected: true,
  passed: true,
  missing: true,
  failed: true,
}

const STEPS = ['lookup', 'fetch', 'detect', 'render', 'store'] as const
export type Step = (typeof STEPS)[number]

/** The one line that each request leaves in the log. */
export interface RequestLine {
  requestId: string
  /** The canonical path of an image, otherwise the path as it came. */
  path: string
  /** Of the stored image, if there is one now. */
  key?: string
  outcome: Outcome
  status: number
  /** Milliseconds, only of the steps that were taken. */
  ms: { total: number } & { [step in Step]?: number }
  bytes?: number
  /** Where the function ran. */
  region?: string
  /** What went wrong. Only for the log: the viewer never sees it. */
  error?: string
}

/** Characters. CloudFront lets a path of 8 kB through, and every line of the log is paid for. */
const LONGEST_PATH = 1_024
const LONGEST_ERROR = 8_192

export function logRequest(line: RequestLine): void {
  console.log(requestLine(line))
}

/** The line as it is logged. Long paths and errors are cut. */
export function requestLine(line: RequestLine): string {
  const { error } = line
  return JSON.stringify({
    ...line,
    path: cut(line.path, LONGEST_PATH),
    ...(error === undefined ? {} : { error: cut(error, LONGEST_ERROR) }),
  })
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

/** An error with its stack and its causes, in one string. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${explainError(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

export type Fields = Readonly<Record<string, unknown>>

/** @returns the object whose JSON the line is, or `undefined` for any other line. */
export function readFields(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Fields
  } catch {
    return undefined
  }
}

/** Reads what `requestLine` wrote. @returns `undefined` for any other line, such as a generator's own. */
export function readRequestLine(fields: Fields): RequestLine | undefined {
  const { requestId, path, key, outcome, status, ms, bytes, region, error } = fields
  if ('level' in fields || typeof requestId !== 'string' || typeof path !== 'string') return undefined
  if (!isOutcome(outcome) || typeof status !== 'number' || typeof ms !== 'object' || ms === null)
    return undefined
  const times = ms as Partial<Record<'total' | Step, unknown>>
  if (typeof times.total !== 'number') return undefined
  const line: RequestLine = { requestId, path, outcome, status, ms: { total: times.total } }
  for (const step of STEPS) {
    const time = times[step]
    if (typeof time === 'number') line.ms[step] = time
  }
  if (typeof key === 'string') line.key = key
  if (typeof bytes === 'number') line.bytes = bytes
  if (typeof region === 'string') line.region = region
  if (typeof error === 'string') line.error = error
  return line
}

function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'string' && Object.hasOwn(OUTCOMES, value)
}

/** A message of the generator, written by `generatorLogger` or as JSON of its own making. */
export interface MessageLine {
  /** In lower case. */
  level: string
  requestId: unknown
  message: unknown
  details: Fields
}

export function readMessageLine({ level, requestId, message, ...details }: Fields): MessageLine {
  return { level: typeof level === 'string' ? level.toLowerCase() : 'info', requestId, message, details }
}

/** The steps of a request in the order they were taken, each with its milliseconds. */
export function stepsOf({ ms }: Pick<RequestLine, 'ms'>): [step: Step, ms: number][] {
  return STEPS.flatMap((step) => (ms[step] === undefined ? [] : [[step, ms[step]]]))
}
