import { TagResourceCommand } from '@aws-sdk/client-lambda'
import type { Session } from '../aws/session.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { update } from './aspects.js'
import { isRoleNotReady, roleUnusable, UNTIL_ASSUMED } from './function-errors.js'
import { observeFunction, type FunctionSeen } from './function-seen.js'
import { functionArn, type FunctionPlace } from './function-wanted.js'
import type { Tags } from './tags.js'

/** How long Lambda may take to make a function, an update or a version active. */
export const ACTIVE = { timeout: 300_000, pauses: [1_000, 5_000] as [number, number] }

/** @throws GenatoError ROLE_UNUSABLE */
export async function updateFunction(
  session: Session,
  { name }: FunctionPlace,
  aspect: string,
  run: () => Promise<unknown>,
): Promise<void> {
  const call = async (attempt: () => Promise<unknown>) => {
    try {
      return await retryWhile(session, UNTIL_ASSUMED, attempt)
    } catch (error) {
      throw isRoleNotReady(error) ? roleUnusable('of the function', error) : error
    }
  }
  await update(session, { resource: 'function', name, call }, aspect, run)
}

export async function tagFunction(session: Session, place: FunctionPlace, tags: Tags): Promise<void> {
  const command = new TagResourceCommand({ Resource: functionArn(session.account, place), Tags: tags })
  await updateFunction(session, place, 'tags', async () =>
    session.clients.in(place.region).lambda.send(command),
  )
}

/**
 * Waits until Lambda accepts the next change: it takes one at a time.
 * @param known as it was just seen.
 * @throws GenatoError FUNCTION_FAILED with Lambda's reason, TOO_LATE
 */
export async function untilActive(
  session: Session,
  place: FunctionPlace,
  known?: FunctionSeen,
): Promise<void> {
  let seen = known
  await waitFor(session, {
    title: `function ${place.name} to be active`,
    usual: 'some seconds',
    ...ACTIVE,
    look: async () => {
      const now = seen ?? (await observeFunction(session, place))
      seen = undefined
      if (now?.failed)
        throw new GenatoError(
          'FUNCTION_FAILED',
          `Lambda could not make the function ${place.name} active: ${now.reason}`,
          { hint: 'Fix the cause, then run the same command again.' },
        )
      return now && now.state !== 'Pending' && !now.updating ? true : undefined
    },
    late: () =>
      new GenatoError('TOO_LATE', `The function ${place.name} is still not active.`, {
        hint: 'Run the same command again: it continues from there.',
      }),
  })
}
