import { quote } from '../shared/grammar/encoding.js'
import type { Job } from './job.js'
import { Refusal } from './types.js'

export function nothingThere({ mount, key }: Pick<Job, 'mount' | 'key'>): Refusal {
  return new Refusal(404, 'NOT_FOUND', `There is no picture ${quote(key)} in ${mount.name}.`)
}

/** @param bytes `undefined` if S3 was not asked. */
export function tooManyBytes(bytes: number | undefined, limit: number): Refusal {
  return new Refusal(
    415,
    'BYTES_LIMIT',
    `The original has ${bytes ?? 'too many'} bytes, and the limit is ${limit}.`,
  )
}
