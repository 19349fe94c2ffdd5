import { GenatoError } from '../lib/errors.js'
import { STACK_TAG } from '../config/names.js'
import type { Tags } from './tags.js'

/** Who owns a resource, seen from this stack. */
export type Owner = 'ours' | 'nobody' | { stack: string }

export function ownerOf(tags: Tags, stack: string): Owner {
  const owner = tags[STACK_TAG]
  if (owner === undefined) return 'nobody'
  return owner === stack ? 'ours' : { stack: owner }
}

export interface Claim {
  stack: string
  /** Whether resources without an owner may be adopted. */
  adopt: boolean
}

/**
 * Refuses a resource that is not this stack's: it would be changed now, and deleted by `cleanup`.
 * @throws GenatoError NOT_OURS
 */
export function refuseOthers(what: string, tags: Tags, { stack, adopt }: Claim): void {
  const owner = ownerOf(tags, stack)
  if (owner === 'ours' || (owner === 'nobody' && adopt)) return
  throw owner === 'nobody'
    ? new GenatoError('NOT_OURS', `There is a ${what} already that genato did not make.`, {
        hint: 'Use another --stack name, or adopt it: genato deploy --adopt shows what that changes, and asks.',
      })
    : new GenatoError('NOT_OURS', `The ${what} belongs to the stack ${owner.stack}.`, {
        hint: 'Use another --stack name.',
      })
}

/** Of two simultaneous deploys, only one may continue. */
export function overtaken(name: string, cause?: unknown): GenatoError {
  return new GenatoError('OVERTAKEN', `Another deploy changed ${name} while this one ran.`, {
    hint: 'Wait until it has finished, then run deploy again with the code that should be live.',
    cause,
  })
}
