import { isUtf8 } from 'node:buffer'
import { percentDecode } from './percent.js'

export interface RequestTarget {
  rawPath: string
  rawQuery: string
  bucket: string
  /** Empty if the path names only the bucket. */
  key: string
}

/**
 * Parses a path-style request target.
 * @returns `undefined` for any other, and for invalid percent-encoding.
 */
export function parseRequestTarget(url: string): RequestTarget | undefined {
  const [rawPath = '', ...query] = url.split('?')
  const parts = /^\/([^/]*)(?:\/(.*))?$/s.exec(rawPath)
  if (!parts) return undefined
  const bucket = decodeText(parts[1] ?? '')
  const key = decodeText(parts[2] ?? '')
  if (bucket === undefined || key === undefined) return undefined
  return { rawPath, rawQuery: query.join('?'), bucket, key }
}

function decodeText(raw: string): string | undefined {
  const bytes = percentDecode(raw)
  return bytes && isUtf8(bytes) ? bytes.toString() : undefined
}
