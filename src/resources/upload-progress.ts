import { Readable } from 'node:stream'

const PIECE = 256 * 1024

interface Stacked {
  middlewareStack: { add(middleware: never, options: never): void }
}

type Send = (args: { request: { body?: unknown } }) => Promise<unknown>

/**
 * Tells how much of a command's body has been handed to the connection, anew at each attempt.
 * @param onSent given bytes.
 */
export function countBody(command: Stacked, onSent: (bytes: number) => void): void {
  const middleware = (next: Send) => async (args: { request: { body?: unknown } }) => {
    const { body } = args.request
    if (!Buffer.isBuffer(body)) return next(args)
    // Signed already: only the way to the connection changes, and the next attempt finds the buffer again.
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
