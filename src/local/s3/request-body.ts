import type { IncomingMessage } from 'node:http'

/**
 * Reads the whole body. Resolves to 'too-large' as soon as it exceeds `maxBytes`, and to 'aborted' if the
 * client disconnects before the end. Never rejects.
 */
export async function readRequestBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | 'too-large' | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too-large'
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    // Not `for await`, which destroys the socket when it is left early, before the error is sent.
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) {
        chunks.push(chunk)
      } else {
        chunks.length = 0
        resolve('too-large')
      }
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('close', () => resolve('aborted'))
  })
}
