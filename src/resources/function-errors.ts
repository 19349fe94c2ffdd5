import { isBusy, isNamed } from '../aws/errors.js'
import { GenatoError } from '../lib/errors.js'

/** IAM tells Lambda about a new role with a delay. A wrong trust policy causes the same error for good. */
export const UNTIL_ASSUMED = {
  passing: (error: unknown) => isRoleNotReady(error) || isBusy(error),
  timeout: 150_000,
  pauses: [2_000, 5_000] as [number, number],
}

export function isRoleNotReady(error: unknown): boolean {
  return (
    isNamed(error, 'InvalidParameterValueException') &&
    error instanceof Error &&
    /cannot be assumed by Lambda|execution role does not have permissions/.test(error.message)
  )
}

export function roleUnusable(role: string, cause: unknown): GenatoError {
  return new GenatoError('ROLE_UNUSABLE', `Lambda can't assume the role ${role}.`, {
    hint: 'A new role usually works within seconds: run the same command again in a few minutes. If the error stays, something changes the trust policy of the role.',
    cause,
  })
}

const REPLICATED = 'because it is a replicated function'

/** Whether Lambda refuses because replicas are left at the edge. It removes them itself, within hours. */
export function isReplicated(error: unknown): boolean {
  return error instanceof Error && error.message.includes(REPLICATED)
}
