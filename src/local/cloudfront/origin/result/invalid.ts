/** Sentences of CloudFront's own error pages, as far as they are known. The guide doesn't list them. */
export const SAID = {
  plain: 'The Lambda function result failed validation.',
  notJson: 'The Lambda function returned invalid JSON: The JSON output is not parsable.',
  notObject: 'The Lambda function returned invalid JSON: The JSON output must be an object type.',
  headers: 'The Lambda function returned an invalid entry in the headers object.',
  headerNotArray:
    'The Lambda function returned an invalid entry in the headers object: Each header entry in the headers object must be an array.',
  readOnly:
    'The Lambda function result failed validation: The function tried to add, delete, or change a read-only header.',
  disallowed: 'The Lambda function result failed validation: The function tried to add a blacklisted header.',
  body: 'The Lambda function result failed validation: The body is not a string, is not an object, or exceeds the maximum size.',
  uri: 'The Lambda function result failed validation: The specified URI is in an invalid format.',
  origin: 'The Lambda function returned an invalid origin configuration.',
}

const GUIDE = 'CloudFront developer guide'

/** The documents that say so. */
export const SOURCE = {
  structure: `${GUIDE}, "Test and debug Lambda@Edge functions", validation errors`,
  response: `${GUIDE}, "Generate HTTP responses in request triggers"`,
  responseSize: `${GUIDE}, "Quotas on Lambda@Edge"`,
  disallowed: `${GUIDE}, "Restrictions on all edge functions", disallowed headers`,
  readOnly: `${GUIDE}, "Restrictions on all edge functions", read-only headers in origin request events`,
  uri: `${GUIDE}, "Restrictions on all edge functions", URI and query string`,
  request: `${GUIDE}, "Lambda@Edge event structure", request event fields`,
  http: 'RFC 9110, sections 5.1 and 5.5',
  none: 'not documented: the local edge is strict here',
  local: 'a limit of the local edge, not CloudFront’s',
}

/**
 * CloudFront would respond with 502. The message is for this machine's user: the wrong value, and what to do.
 */
export class InvalidResult extends Error {
  override readonly name = 'InvalidResult'
  constructor(
    message: string,
    /** The sentence on CloudFront's error page, for the viewer. */
    readonly said: string,
    /** The document, and its section. */
    readonly source: string,
  ) {
    super(message)
  }
}

const SHOWN = 100

/** Any value, as part of a sentence. */
export function show(value: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    // JSON can't express it. Show its type.
  }
  text ??= typeof value
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}

/** An object that is not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
