/** Which call an error came from: the SDK's errors do not say. */
export interface AwsCall {
  /** As IAM's actions name it, such as `s3`. */
  service: string
  /** Such as `PutBucketPolicy`. */
  operation: string
  region: string
  input: object
}

const calls = new WeakMap<object, AwsCall>()

/** The call that ended in this error, if it was one of AWS's. */
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

/** What the middleware below needs of a client, whichever service's it is. */
interface Noted {
  config: { region: string | (() => Promise<string>) }
  middlewareStack: { add(middleware: never, options: never): void }
}

type Next = (args: { input: object }) => Promise<unknown>

/** Makes every error of this client's remember the call that it came from. @returns the same client. */
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
  // Outside of the SDK's retries, so that only what is final is seen.
  client.middlewareStack.add(middleware as never, { step: 'initialize', name: 'noteCall' } as never)
  return client
}
