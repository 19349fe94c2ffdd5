/**
 * The parts of a function URL's event that the function reads, payload format 2.0.
 * Source: Lambda developer guide, "Invoking Lambda function URLs", request payload.
 */
export interface FunctionUrlEvent {
  /** Percent-encoded, as CloudFront sent it. */
  rawPath: string
  requestContext: { http: { method: string } }
}

/** The parts of Lambda's context object that the function reads. */
export interface LambdaContext {
  awsRequestId: string
  getRemainingTimeInMillis(): number
  /** `arn:aws:lambda:<region>:<account>:function:…` */
  invokedFunctionArn?: string
}

/** A complete answer: nothing of it is sent before all of it is there. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  body: Buffer
}

type StreamingHandler = (
  event: FunctionUrlEvent,
  responseStream: NodeJS.WritableStream,
  context: LambdaContext,
) => Promise<void>

/**
 * What Lambda's Node.js runtime adds to the global scope for functions that stream their response.
 * Source: Lambda developer guide, "Writing response streaming-enabled Lambda functions".
 */
interface StreamingRuntime {
  streamifyResponse(handler: StreamingHandler): StreamingHandler
  HttpResponseStream: {
    from(
      responseStream: NodeJS.WritableStream,
      head: { statusCode: number; headers: Readonly<Record<string, string>> },
    ): NodeJS.WritableStream
  }
}

/** Lambda's streaming runtime, where there is one. */
function streamingRuntime(): StreamingRuntime | undefined {
  const { awslambda } = globalThis as { awslambda?: StreamingRuntime }
  return awslambda
}

/**
 * Streams the answers of `respond`, because a buffered response may have 6 MB only. Without Lambda's streaming
 * runtime, the package still loads, for the functions that the tool calls.
 */
export function streamed(
  respond: (event: FunctionUrlEvent, context: LambdaContext) => Promise<Answer>,
): StreamingHandler {
  const runtime = streamingRuntime()
  if (!runtime)
    return async () => {
      throw new Error(
        'There is no global awslambda, so the response can’t be streamed: the function needs a Node.js runtime of Lambda, and a URL with the invoke mode RESPONSE_STREAM.',
      )
    }
  return runtime.streamifyResponse(async (event, responseStream, context) => {
    const { status, headers, body } = await respond(event, context)
    const stream = runtime.HttpResponseStream.from(responseStream, { statusCode: status, headers })
    await new Promise<void>((resolve, reject) => {
      stream.on('error', reject)
      // The head goes out with the first write, so an empty body has to be written too.
      // Source: aws/aws-lambda-nodejs-runtime-interface-client, HttpResponseStream.
      stream.write(body)
      stream.end(resolve)
    })
  })
}
