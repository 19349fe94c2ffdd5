import { GenatoError } from '../../lib/errors.js'

/** Source: Lambda developer guide, "Lambda quotas": 4 KB for all environment variables together. */
const MAX_BYTES = 4096

/** Source: Lambda developer guide, "Working with Lambda environment variables", reserved environment variables. */
const RESERVED: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
])

/** Checks a function's own environment variables as Lambda does. @throws GenatoError BAD_VARIABLES */
export function checkVariables({
  name,
  atEdge,
  variables = {},
}: {
  name: string
  atEdge: boolean
  variables?: Readonly<Record<string, string>>
}): void {
  const names = Object.keys(variables)
  if (names.length === 0) return
  const refuse = (reason: string): never => {
    throw new GenatoError('BAD_VARIABLES', `Lambda refuses the environment variables of ${name}: ${reason}`)
  }
  if (atEdge) refuse('a function at the edge can have none.')
  for (const one of names) {
    // UpdateFunctionConfiguration's pattern for names.
    if (!/^[a-zA-Z][a-zA-Z0-9_]+$/.test(one))
      refuse(`${JSON.stringify(one)} must be at least two letters, digits or "_", and begin with a letter.`)
    if (RESERVED.has(one)) refuse(`${one} is reserved for Lambda.`)
  }
  // Lambda's own message shows that it measures the JSON text.
  const bytes = Buffer.byteLength(JSON.stringify(variables))
  if (bytes > MAX_BYTES) refuse(`they take ${bytes} bytes as JSON, and may take ${MAX_BYTES}.`)
}
