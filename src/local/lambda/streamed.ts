import type { FunctionFailed } from './failure.js'

/** Source: Lambda developer guide, "Lambda quotas", streamed responses. */
export const MAX_STREAMED_BYTES = 200 * 1024 * 1024

/** What the handler answered. */
export type Response =
  /** @property value parsed from JSON. The handler wasn't made for streaming. */
  { kind: 'returned'; value: unknown } | Streamed

/** The bytes that a streaming handler wrote. With HttpResponseStream they begin with its prelude. */
export interface Streamed {
  kind: 'streamed'
  contentType: string
  bytes: Buffer
  /** Why the response ends too early: the function failed after its first byte. */
  failure?: FunctionFailed
}

/** Collects the parts of a streamed response. */
export interface Collector {
  /** @returns whether the response is still within Lambda's limit. */
  add(chunk: Uint8Array, contentType: string): boolean
  /** The response so far, or `undefined` before its first byte. */
  soFar(failure?: FunctionFailed): Streamed | undefined
}

export function collector(): Collector {
  const chunks: Uint8Array[] = []
  let length = 0
  let type: string | undefined
  return {
    add(chunk, contentType) {
      type = contentType
      length += chunk.length
      const fits = length <= MAX_STREAMED_BYTES
      if (fits) chunks.push(chunk)
      return fits
    },
    soFar(failure) {
      if (length === 0 || type === undefined) return undefined
      const bytes = Buffer.concat(chunks)
      return { kind: 'streamed', contentType: type, bytes, ...(failure === undefined ? {} : { failure }) }
    },
  }
}
