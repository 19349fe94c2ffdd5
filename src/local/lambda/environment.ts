import { randomBytes } from 'node:crypto'
import { HOME_REGION } from '../../lib/home-region.js'
import { checkVariables } from './variables.js'

/** A Lambda function, as the local Lambda runs it. */
export interface LambdaFunction {
  name: string
  /** Whether CloudFront runs it as Lambda@Edge. */
  atEdge: boolean
  region: string
  /** MB. */
  memory: number
  /** Seconds. */
  timeout: number
  runtime: string
  /** A function URL runs what was uploaded last, and the edge runs numbered versions only. */
  version: number | '$LATEST'
  /** The function's own environment variables. Lambda@Edge allows none. */
  variables?: Readonly<Record<string, string>>
}

export interface FunctionIdentity {
  /** The folder of the unpacked package. */
  folder: string
  /** The local S3. */
  endpoint: string
  /** The local Rekognition, for a function that uses it. */
  rekognition?: string
  /** Lambda's always have a session token. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/**
 * The function's own variables, and those that Lambda sets. Source: Lambda developer guide, "Working with Lambda
 * environment variables", defined runtime environment variables. Variables for the runtime API, its folder and
 * X-Ray are left out: the local Lambda has none of them. `AWS_ENDPOINT_URL_S3` is added, and points to the local
 * S3; so is `AWS_ENDPOINT_URL_REKOGNITION` where there is one.
 * @throws GenatoError BAD_VARIABLES if Lambda would refuse the function's own.
 */
export function reservedEnvironment(
  fn: Omit<LambdaFunction, 'timeout'>,
  { folder, endpoint, rekognition, credentials }: FunctionIdentity,
): Record<string, string> {
  checkVariables(fn)
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const name = replicaName(fn)
  return {
    _HANDLER: 'index.handler',
    AWS_REGION: fn.region,
    AWS_DEFAULT_REGION: fn.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: String(fn.version),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memory),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_ENDPOINT_URL_S3: endpoint,
    ...(rekognition === undefined ? {} : { AWS_ENDPOINT_URL_REKOGNITION: rekognition }),
    LAMBDA_TASK_ROOT: folder,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    // Windows starts no process without SystemRoot; other systems find programs by PATH.
    ...(process.env['SystemRoot']
      ? { SystemRoot: process.env['SystemRoot'] }
      : { PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin' }),
    // LANG, TZ and PATH are not reserved: the function's own replace them.
    ...fn.variables,
  }
}

/**
 * At the edge a function runs as a replica, named after the home region. Its log group has that name too.
 * Source: CloudFront developer guide, "CloudWatch metrics and logs for Lambda@Edge functions".
 */
function replicaName({ name, atEdge }: Pick<LambdaFunction, 'name' | 'atEdge'>): string {
  return atEdge ? `${HOME_REGION}.${name}` : name
}

/**
 * The variables that differ from process to process: the name of the log stream, and the temporary folder,
 * which on Lambda is always /tmp.
 */
export function processEnvironment(version: string, temp: string): Record<string, string> {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/')
  return {
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[${version}]${randomBytes(16).toString('hex')}`,
    ...(process.platform === 'win32' ? { TEMP: temp, TMP: temp } : { TMPDIR: temp }),
  }
}
