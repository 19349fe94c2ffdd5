import type { IncomingMessage } from 'node:http'
import { s3Error, type S3Error } from './s3-error.js'

const PREFIX = 'x-amz-meta-'
/** Source: Amazon S3 user guide, "Working with object metadata": 2 KB, names and values together. */
const MAX_BYTES = 2 * 1024

/** The user's metadata in a put's headers, or the error that S3 answers with. */
export function readMetadata({
  headersDistinct,
}: Pick<IncomingMessage, 'headersDistinct'>): Record<string, string> | undefined | S3Error {
  const found: [name: string, value: string][] = Object.entries(headersDistinct)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, values = []]) => [name.slice(PREFIX.length), values.join(',')])
  if (found.length === 0) return undefined
  // S3 keeps other characters in an encoding of its own, which is not imitated.
  if (found.some(([, value]) => !/^[\t\x20-\x7e]*$/.test(value))) return s3Error('NotImplemented')
  const bytes = found.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  return bytes > MAX_BYTES ? s3Error('MetadataTooLarge') : Object.fromEntries(found)
}

export function metadataHeaders(metadata: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`${PREFIX}${name}`, value]))
}
