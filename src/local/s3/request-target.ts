import { isUtf8 } from 'node:buffer'
import { percentDecode } from './percent.js'

export interface RequestTarget {
  rawPath: string
  rawQuery: string
  bucket: string
  /** Empty where the path names the bucket alone. */
  key: string
}

/** The parts of a path-style request line, or undefined where it is none or its percent-encoding is wrong. */
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
