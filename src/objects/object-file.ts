import { createHash } from 'node:crypto'
import * as v from 'valibot'

export interface StoredObject {
  key: string
  body: Buffer
  contentType: string
  cacheControl?: string
  /** By names in lower case, without `x-amz-meta-`. Left out if there is none. */
  metadata?: Readonly<Record<string, string>>
  /** The MD5 of the body in hex, in quotes, as in S3. */
  etag: string
  lastModified: Date
}

const NEWLINE = 0x0a
const DIGEST_LENGTH = 64

const Metadata = v.object({
  key: v.string(),
  contentType: v.string(),
  cacheControl: v.optional(v.string()),
  // Files from before there was metadata have none.
  metadata: v.optional(v.record(v.string(), v.string())),
  etag: v.string(),
  lastModified: v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.transform((text) => new Date(text)),
  ),
  length: v.number(),
  sha256: v.string(),
})

/**
 * The parts of an object's file: a line of JSON about the object and its body, a line with the SHA-256 of
 * that line in hex, and the body.
 */
export function encodeObjectFile(object: StoredObject): Buffer[] {
  const { body, ...about } = object
  const described: v.InferInput<typeof Metadata> = {
    ...about,
    lastModified: object.lastModified.toISOString(),
    length: body.length,
    sha256: sha256(body),
  }
  // JSON.stringify() writes an unpaired surrogate as an escape, so every key survives UTF-8.
  const line = Buffer.from(JSON.stringify(described))
  return [line, Buffer.from(`\n${sha256(line)}\n`), body]
}

/** Decodes an object. `undefined` if any bit of the file has changed since it was encoded. */
export function decodeObjectFile(bytes: Buffer): StoredObject | undefined {
  const lineEnd = bytes.indexOf(NEWLINE)
  if (lineEnd < 0) return undefined
  const line = bytes.subarray(0, lineEnd)
  const bodyStart = lineEnd + DIGEST_LENGTH + 2
  if (bytes.toString('latin1', lineEnd, bodyStart) !== `\n${sha256(line)}\n`) return undefined

  const parsed = v.safeParse(Metadata, parseJson(line.toString()))
  if (!parsed.success) return undefined
  const { cacheControl, metadata, length, sha256: digest, ...about } = parsed.output
  const body = bytes.subarray(bodyStart)
  if (body.length !== length || sha256(body) !== digest) return undefined
  return {
    ...about,
    body,
    ...(cacheControl !== undefined && { cacheControl }),
    ...(metadata !== undefined && { metadata }),
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
