import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { noteCall } from './call.js'
import { createHttpsAgent } from './proxy.js'
import { HOME_REGION } from './regions.js'

/** Every AWS client that there is, made once. Credentials and endpoint come as the SDK finds them. */
export interface Clients {
  cloudfront: CloudFrontClient
  lambda: LambdaClient
  iam: IAMClient
  s3: S3Client
  sts: STSClient
  /** Where logs and replicas are is the only thing that differs between regions. */
  logs(region: string): CloudWatchLogsClient
  lambdaIn(region: string): LambdaClient
  /** Whether requests go to an AWS stand-in rather than to AWS. */
  standIn: boolean
  close(): void
}

export interface ClientOptions {
  /** Ms without a byte after which a connection is given up. */
  silence?: number
  /** How often one call is tried in all. */
  attempts?: number
}

/** The SDK's own, which tells Node 20's users what is not theirs to mend. */
const QUIET = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'
const NO_LOG = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

export function createClients({ silence = 20_000, attempts = 5 }: ClientOptions = {}): Clients {
  process.env[QUIET] ??= 'true'
  const endpoint = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']
  const httpsAgent = createHttpsAgent()
  const shared = {
    maxAttempts: attempts,
    retryMode: 'standard',
    logger: NO_LOG,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: silence, logger: NO_LOG, httpsAgent },
  }
  // Whatever the profile says: Lambda@Edge lives in one region, and so does all that belongs to it.
  const home = { ...shared, region: HOME_REGION }
  const sts = noteCall(new STSClient(home))
  // Found out once for all of them.
  const { credentials } = sts.config
  const made: { destroy(): void }[] = [sts]
  const keep = <T extends { destroy(): void }>(client: T): T => {
    made.push(client)
    return client
  }
  const regional = <T>(make: (region: string) => T) => {
    const clients = new Map<string, T>()
    return (region: string): T => {
      const client = clients.get(region) ?? make(region)
      clients.set(region, client)
      return client
    }
  }
  const lambdaIn = regional((region) => keep(noteCall(new LambdaClient({ ...shared, region, credentials }))))
  return {
    sts,
    cloudfront: keep(noteCall(new CloudFrontClient({ ...home, credentials }))),
    lambda: lambdaIn(HOME_REGION),
    iam: keep(noteCall(new IAMClient({ ...home, credentials }))),
    // A stand-in has no wildcard host names.
    s3: keep(noteCall(new S3Client({ ...home, credentials, forcePathStyle: endpoint !== undefined }))),
    logs: regional((region) => keep(noteCall(new CloudWatchLogsClient({ ...shared, region, credentials })))),
    lambdaIn,
    standIn: Object.keys(process.env).some((name) => name.startsWith('AWS_ENDPOINT_URL')),
    close: () => made.forEach((client) => client.destroy()),
  }
}
