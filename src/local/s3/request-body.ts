import type { IncomingMessage } from 'node:http'

/**
 * The request's whole body; 'too-large' as soon as it is known to have more than `maxBytes`; 'aborted' where
 * the client broke off before the end. Never rejects.
 */
export async function readRequestBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | 'too-large' | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too-large'
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    // Not `for await`: leaving that early destroys the socket before the refusal is sent.
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
