import { quote } from '../shared/grammar/encoding.js'
import type { Job } from './job.js'
import { Refusal } from './types.js'

/**
 * @param operations as they are written in keys. A folder may look like a size, and its pictures are not found
 * without another size before it.
 */
export function nothingThere({ mount, key }: Pick<Job, 'mount' | 'key'>, operations?: string): Refusal {
  const size = operations !== undefined && /^\d+x\d+$/.test(operations)
  const hint = size ? ` ${operations} was read as a size, and not as a folder.` : ''
  return new Refusal(404, 'NOT_FOUND', `There is no picture ${quote(key)} in ${mount.name}.${hint}`)
}

/** @param bytes `undefined` if S3 was not asked. */
export function tooManyBytes(bytes: number | undefined, limit: number): Refusal {
  return new Refusal(
    415,
    'BYTES_LIMIT',
    `The original has ${bytes ?? 'too many'} bytes, and the limit is ${limit}.`,
  )
}
