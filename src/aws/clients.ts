import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { noteCall } from './call.js'
import { createHttpsAgent } from './proxy.js'
import { HOME_REGION } from '../lib/home-region.js'

/** The clients of services that are the same in every region. */
interface GlobalClients {
  cloudfront: CloudFrontClient
  iam: IAMClient
  sts: STSClient
}

/** The clients of a region's services, each made when it is first used. */
interface RegionalClients {
  readonly lambda: LambdaClient
  readonly logs: CloudWatchLogsClient
  readonly s3: S3Client
}

/** The AWS clients of a session. The SDK finds credentials and endpoints. */
export interface Clients {
  global: GlobalClients
  in(region: string): RegionalClients
  /** Whether requests go to an AWS stand-in rather than to AWS. */
  standIn: boolean
  close(): void
}

export interface ClientOptions {
  /** Closes a connection after this many ms without a byte. */
  silence?: number
  /** How often a call is tried, the first time included. */
  attempts?: number
}

/** Silences the SDK's warning to users of Node 20, who can't do anything about it. */
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
  const made: { destroy(): void }[] = []
  const noted = <T extends Parameters<typeof noteCall>[0] & { destroy(): void }>(client: T): T => {
    made.push(client)
    return noteCall(client)
  }
  // The global services are called in the home region, whatever the profile says.
  const home = { ...shared, region: HOME_REGION }
  const sts = noted(new STSClient(home))
  // All clients share one provider, so that credentials are looked up once.
  const { credentials } = sts.config
  const regions = new Map<string, RegionalClients>()
  return {
    global: {
      sts,
      cloudfront: noted(new CloudFrontClient({ ...home, credentials })),
      iam: noted(new IAMClient({ ...home, credentials })),
    },
    in(region) {
      const known = regions.get(region)
      if (known) return known
      const there = { ...shared, region, credentials }
      let lambda: LambdaClient | undefined
      let logs: CloudWatchLogsClient | undefined
      let s3: S3Client | undefined
      const clients = {
        get lambda() {
          return (lambda ??= noted(new LambdaClient(there)))
        },
        get logs() {
          return (logs ??= noted(new CloudWatchLogsClient(there)))
        },
        get s3() {
          // A stand-in has no wildcard host names.
          return (s3 ??= noted(new S3Client({ ...there, forcePathStyle: endpoint !== undefined })))
        },
      }
      regions.set(region, clients)
      return clients
    },
    standIn: Object.keys(process.env).some((name) => name.startsWith('AWS_ENDPOINT_URL')),
    close: () => made.forEach((client) => client.destroy()),
  }
}
