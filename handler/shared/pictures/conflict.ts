import { BadRequest } from '../contract.js'

/** Two tokens that are right alone, and contradict each other. */
export function conflict(message: string): BadRequest {
  return new BadRequest('CONFLICT', message)
}
