import { randomBytes, randomUUID } from 'node:crypto'

/** Stands for the account, where there is none. */
export const ACCOUNT = '000000000000'

/**
 * The handler's second argument, from the environment's variables. Source: Lambda developer guide, "Using the
 * Lambda context object to retrieve Node.js function information". Values have the types of Lambda's Node.js
 * runtime: the memory is a string. At the edge, name and ARN are those of the replica: its name starts with
 * us-east-1, and the region is the one it runs in.
 * @param account 12 digits.
 * @param end when the function times out, in ms since the epoch.
 */
export function lambdaContext(env: NodeJS.ProcessEnv, account: string, end: number) {
  const functionName = env['AWS_LAMBDA_FUNCTION_NAME'] ?? ''
  const functionVersion = env['AWS_LAMBDA_FUNCTION_VERSION'] ?? ''
  // The ARN that the function was invoked by. A function URL without an alias names no version.
  const qualifier = functionVersion === '$LATEST' ? '' : `:${functionVersion}`
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion,
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '',
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'] ?? '',
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'] ?? '',
    invokedFunctionArn: `arn:aws:lambda:${env['AWS_REGION']}:${account}:function:${functionName}${qualifier}`,
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  }
}

/** A value of `_X_AMZN_TRACE_ID`, new for each event. It says "not sampled": Lambda@Edge has no tracing. */
export function traceId(): string {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=0`
}
