import { randomBytes } from 'node:crypto'
import type { Range } from './ranges.js'

/**
 * One body with several parts of another. Source: RFC 9110, section 14.6, "Media Type multipart/byteranges".
 */
export function multipart(
  body: Buffer,
  ranges: readonly Range[],
  contentType: string,
): { contentType: string; body: Buffer } {
  const boundary = randomBytes(16).toString('hex')
  const parts = ranges.flatMap(({ first, last }) => [
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Range: bytes ${first}-${last}/${body.length}\r\n\r\n`,
    ),
    body.subarray(first, last + 1),
  ])
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    body: Buffer.concat([...parts, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}
