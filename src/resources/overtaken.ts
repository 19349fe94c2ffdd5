import { GenatoError } from '../lib/errors.js'

/** Of two deploys at once, one goes on. */
export function overtaken(name: string, cause?: unknown): GenatoError {
  return new GenatoError('OVERTAKEN', `Another deploy changed ${name} while this one ran, and goes on.`, {
    hint: 'Let one finish, then run deploy again with what is to be live.',
    cause,
  })
}
