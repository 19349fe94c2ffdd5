import type { Thrown } from './messages.js'

/** Why the function returned no result. */
export type FailureKind = 'load' | 'crash' | 'timeout' | 'memory' | 'threw' | 'throttled' | 'stopped'

const INVALID =
  "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required permissions."
const GUIDE = 'CloudFront developer guide, "HTTP 503 status code (Service Unavailable)"'
const EXECUTION = { said: INVALID, source: `${GUIDE}, Lambda function invalid (execution error)` }
const LIMIT = `${GUIDE}, Lambda limit exceeded`

const DOCUMENTED: Record<FailureKind, { said: string; source: string }> = {
  load: EXECUTION,
  crash: EXECUTION,
  memory: EXECUTION,
  threw: EXECUTION,
  // The guide lists it under exceeded limits, and doesn't say which of the two sentences the page shows.
  timeout: { said: INVALID, source: LIMIT },
  throttled: {
    said: 'The Lambda function associated with the CloudFront distribution was throttled.',
    source: LIMIT,
  },
  stopped: { said: INVALID, source: 'not CloudFront: this tool ended the function' },
}

/** The function returned no result. CloudFront responds with 503. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed'
  /** The sentence on CloudFront's error page. */
  readonly said: string
  /** The document that says so. */
  readonly source: string
  /** How long loading took, if a process was started for this event. */
  coldStartMs?: number
  /** Of the error that the package threw, if it had one. */
  readonly code: string | undefined

  constructor(
    readonly kind: FailureKind,
    message: string,
    /** What the package threw, if it threw. */
    readonly thrown?: Thrown,
  ) {
    super(message)
    this.code = thrown?.code
    this.said = DOCUMENTED[kind].said
    this.source = DOCUMENTED[kind].source
  }
}

/** The failure of a function that threw: the error, and its place in the user's code. */
export function functionThrew(thrown: Thrown): FunctionFailed {
  const { name, message, place } = thrown
  return new FunctionFailed('threw', `${name}: ${message}${place === undefined ? '' : `\n${place}`}`, thrown)
}
