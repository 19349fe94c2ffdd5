import { Writable } from 'node:stream'

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response'
/** NUL bytes between the prelude and the body. */
const DELIMITER_BYTES = 8

export type StreamingHandler = (event: unknown, stream: ResponseStream, context: unknown) => unknown

/**
 * The global that Lambda's runtime gives to a package, in the order of its own source
 * (aws/aws-lambda-nodejs-runtime-interface-client): `streamifyResponse` only marks the handler, and `from` puts
 * the prelude before the first write.
 */
export const awslambda = {
  streamifyResponse(handler: StreamingHandler): StreamingHandler {
    Object.defineProperty(handler, STREAMING, { value: 'response', configurable: true })
    return handler
  },
  HttpResponseStream: {
    from(stream: ResponseStream, prelude: unknown): ResponseStream {
      stream.setContentType(PRELUDE_TYPE)
      const text = JSON.stringify(prelude)
      stream._onBeforeFirstWrite = (write) => {
        write(Buffer.from(text))
        write(Buffer.alloc(DELIMITER_BYTES))
      }
      return stream
    },
  },
}

/** The handler, if it was made for streaming. */
export function asStreaming(handler: object): StreamingHandler | undefined {
  return STREAMING in handler ? (handler as StreamingHandler) : undefined
}

/** What a stream passes on: one chunk, and when it may have the next. */
type Pass = (chunk: Buffer, contentType: string, done: (error?: Error | null) => void) => void

/**
 * What a streaming handler writes to. As on Lambda, `end(chunk)` is no first write: a handler that only ends its
 * stream sends no prelude, and has to write at least an empty chunk.
 */
export class ResponseStream extends Writable {
  _onBeforeFirstWrite: ((write: (chunk: Buffer) => void) => void) | undefined
  #contentType = 'application/octet-stream'
  #begun = false

  constructor(pass: Pass) {
    super({
      write: (chunk: Buffer, _encoding, done) => pass(chunk, this.#contentType, done),
    })
  }

  get contentType(): string {
    return this.#contentType
  }

  setContentType(type: string): void {
    if (this.#begun) throw new Error('Cannot set content-type, too late.')
    this.#contentType = type
  }

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    if (!this.#begun) {
      this.#begun = true
      this._onBeforeFirstWrite?.((first) => void super.write(first))
    }
    const isData = typeof chunk === 'string' || chunk instanceof Uint8Array
    const [encoding, callback] = rest as [BufferEncoding, (error?: Error | null) => void]
    return super.write(isData ? chunk : JSON.stringify(chunk), encoding, callback)
  }
}
