import { randomBytes } from 'node:crypto'
import { edgeLogGroup, functionName } from '../../config/names.js'

/** A function as the local Lambda runs it. */
export interface LocalFunction {
  stack: string
  /** MB. */
  memory: number
  runtime: string
  version?: number
}

export interface FunctionIdentity {
  /** Where the unpacked package is. */
  folder: string
  /** The object store's, which stands in for S3. */
  endpoint: string
  /** Lambda's always have a session token. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/**
 * The variables that Lambda sets itself, and no others: Lambda@Edge allows none of the user's own.
 * Source: Lambda developer guide, "Working with Lambda environment variables", defined runtime environment
 * variables. Left out is what leads to things that are not here: the runtime API, its folder, and X-Ray.
 * `AWS_ENDPOINT_URL_S3` is added: it leads to the local store.
 */
export function reservedEnvironment(
  fn: LocalFunction,
  { folder, endpoint, credentials }: FunctionIdentity,
): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  return {
    _HANDLER: 'index.handler',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: `us-east-1.${functionName(fn.stack)}`,
    // CloudFront takes numbered versions only, never $LATEST.
    // Source: CloudFront developer guide, "Restrictions on Lambda@Edge".
    AWS_LAMBDA_FUNCTION_VERSION: String(fn.version ?? 1),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memory),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: edgeLogGroup(fn.stack),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_ENDPOINT_URL_S3: endpoint,
    LAMBDA_TASK_ROOT: folder,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    // Windows starts no process without the first, and finds none by the second.
    ...(process.env['SystemRoot']
      ? { SystemRoot: process.env['SystemRoot'] }
      : { PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin' }),
  }
}

/**
 * The variables that each process has for itself: the name of its log stream, and where its temporary
 * folder is, which on Lambda is always /tmp.
 */
export function ownEnvironment(version: string, temp: string): Record<string, string> {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/')
  return {
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[${version}]${randomBytes(16).toString('hex')}`,
    ...(process.platform === 'win32' ? { TEMP: temp, TMP: temp } : { TMPDIR: temp }),
  }
}
