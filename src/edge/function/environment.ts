import type { Settings } from '../../config/types.js'
import { functionName } from '../../names.js'

export interface FunctionIdentity {
  /** Where the unpacked package is. */
  folder: string
  /** The object store's, which stands in for S3. */
  endpoint: string
  credentials: { accessKeyId: string; secretAccessKey: string }
}

/**
 * The variables that Lambda reserves and sets itself, and no others: Lambda@Edge allows none of the
 * user's own. Source: Lambda developer guide, "Defined runtime environment variables".
 * `AWS_ENDPOINT_URL_S3` is the one addition: it leads to the local store.
 */
export function reservedEnvironment(
  settings: Pick<Settings, 'stack' | 'memory'> & { runtime: string; version?: number },
  { folder, endpoint, credentials }: FunctionIdentity,
): Record<string, string> {
  const name = functionName(settings.stack)
  return {
    _HANDLER: 'index.handler',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: `us-east-1.${name}`,
    AWS_LAMBDA_FUNCTION_VERSION: String(settings.version ?? 1),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memory),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/us-east-1.${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_S3: endpoint,
    LAMBDA_TASK_ROOT: folder,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    // Windows starts no process without it.
    ...(process.env['SystemRoot'] ? { SystemRoot: process.env['SystemRoot'] } : {}),
  }
}
