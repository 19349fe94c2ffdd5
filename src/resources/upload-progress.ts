import { Readable } from 'node:stream'

const PIECE = 256 * 1024

interface Stacked {
  middlewareStack: { add(middleware: never, options: never): void }
}

type Send = (args: { request: { body?: unknown } }) => Promise<unknown>

/**
 * Reports how much of a command's body was handed to the connection. Each attempt starts again from 0.
 * @param onSent gets the number of bytes.
 */
export function countBody(command: Stacked, onSent: (bytes: number) => void): void {
  const middleware = (next: Send) => async (args: { request: { body?: unknown } }) => {
    const { body } = args.request
    if (!Buffer.isBuffer(body)) return next(args)
    // The request is signed already, so only its copy gets the stream: the next attempt needs the buffer.
    const request = Object.assign(
      Object.create(Object.getPrototypeOf(args.request) as object),
      args.request,
      {
        body: Readable.from(pieces(body, onSent)),
      },
    ) as typeof args.request
    return next({ ...args, request })
  }
  command.middlewareStack.add(
    middleware as never,
    { step: 'deserialize', priority: 'low', name: 'countBody' } as never,
  )
}

function* pieces(body: Buffer, onSent: (bytes: number) => void): Generator<Buffer> {
  for (let from = 0; from < body.length; from += PIECE) {
    yield body.subarray(from, from + PIECE)
    onSent(Math.min(from + PIECE, body.length))
  }
}
