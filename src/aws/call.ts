/** The call that an error came from. The SDK's errors don't say. */
export interface AwsCall {
  /** As in IAM's actions, such as `s3`. */
  service: string
  /** Such as `PutBucketPolicy`. */
  operation: string
  region: string
  input: object
}

const calls = new WeakMap<object, AwsCall>()

/** The call that failed with this error, if it came from AWS. */
export function callOf(error: unknown): AwsCall | undefined {
  return typeof error === 'object' && error !== null ? calls.get(error) : undefined
}

const SERVICES: Record<string, string> = {
  CloudFrontClient: 'cloudfront',
  CloudWatchLogsClient: 'logs',
  IAMClient: 'iam',
  LambdaClient: 'lambda',
  S3Client: 's3',
  STSClient: 'sts',
}

/** A client of any service, as far as the middleware needs it. */
interface Noted {
  config: { region: string | (() => Promise<string>) }
  middlewareStack: { add(middleware: never, options: never): void }
}

type Next = (args: { input: object }) => Promise<unknown>

/** Notes the call that each error of this client comes from. @returns the same client. */
export function noteCall<T extends Noted>(client: T): T {
  const middleware =
    (next: Next, { clientName = '', commandName = '' }: { clientName?: string; commandName?: string }) =>
    async (args: { input: object }) => {
      try {
        return await next(args)
      } catch (error) {
        if (typeof error === 'object' && error !== null)
          calls.set(error, {
            service: SERVICES[clientName] ?? clientName,
            operation: commandName.replace(/Command$/, ''),
            region:
              typeof client.config.region === 'string' ? client.config.region : await client.config.region(),
            input: args.input,
          })
        throw error
      }
    }
  // Outside of the SDK's retries, so that it sees only final errors.
  client.middlewareStack.add(middleware as never, { step: 'initialize', name: 'noteCall' } as never)
  return client
}
