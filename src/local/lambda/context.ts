import { randomBytes, randomUUID } from 'node:crypto'

/** There is no account here. */
export const ACCOUNT = '000000000000'

/**
 * What Lambda's runtime hands to the handler beside the event, from the variables of the environment.
 * Source: Lambda developer guide, "Using the Lambda context object to retrieve Node.js function information".
 * Values as Lambda's Node.js runtime has them: the memory is a string. At the edge the function is its
 * replica, whose name starts with us-east-1, in the region where it runs.
 * @param account 12 digits.
 * @param end when the time is up, in ms since the epoch.
 */
export function lambdaContext(env: NodeJS.ProcessEnv, account: string, end: number) {
  const functionName = env['AWS_LAMBDA_FUNCTION_NAME'] ?? ''
  const functionVersion = env['AWS_LAMBDA_FUNCTION_VERSION'] ?? ''
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion,
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '',
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'] ?? '',
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'] ?? '',
    invokedFunctionArn: `arn:aws:lambda:${env['AWS_REGION']}:${account}:function:${functionName}:${functionVersion}`,
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  }
}

/** The value of `_X_AMZN_TRACE_ID`, another for each event. Lambda@Edge does no tracing: it is not sampled. */
export function traceId(): string {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=0`
}
