import type { FailureKind, FunctionFailed } from '../../lambda/failure.js'

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
  'too-large': EXECUTION,
  // The guide lists it under exceeded limits, and doesn't say which of the two sentences the page shows.
  timeout: { said: INVALID, source: LIMIT },
  throttled: {
    said: 'The Lambda function associated with the CloudFront distribution was throttled.',
    source: LIMIT,
  },
  stopped: { said: INVALID, source: 'not CloudFront: this tool ended the function' },
}

/**
 * What CloudFront makes of a function's failure, beside status 503.
 * @returns the sentence on its error page, and the document that says so.
 */
export function documented({ kind }: FunctionFailed): { said: string; source: string } {
  return DOCUMENTED[kind]
}
