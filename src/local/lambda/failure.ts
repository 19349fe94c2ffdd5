/** Why the function gave no answer. */
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
  // The guide counts it among the exceeded limits; which of the two sentences its page has, it doesn't say.
  timeout: { said: INVALID, source: LIMIT },
  throttled: {
    said: 'The Lambda function associated with the CloudFront distribution was throttled.',
    source: LIMIT,
  },
  stopped: { said: INVALID, source: 'not CloudFront: this tool ended the function' },
}

/** The function gave no answer: what CloudFront answers with 503. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed'
  /** What CloudFront's own page tells the viewer. */
  readonly said: string
  /** The document that says so. */
  readonly source: string
  /** How long loading took, if a process was started for this event. */
  coldStartMs?: number

  constructor(
    readonly kind: FailureKind,
    message: string,
    /** Of what was thrown, if it had one. */
    readonly code?: string,
  ) {
    super(message)
    this.said = DOCUMENTED[kind].said
    this.source = DOCUMENTED[kind].source
  }
}
