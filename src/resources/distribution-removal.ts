import { DeleteDistributionCommand } from '@aws-sdk/client-cloudfront'
import { isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { disabled, isDisabled } from './distribution-functions.js'
import { ROLLOUT, rolloutLate } from './distribution-rollout.js'
import { readDistribution } from './distribution-seen.js'
import { isStale, sendUpdate } from './distribution-update.js'

/** Disables a distribution and removes the functions from it in one update. Doesn't wait for the roll-out. */
export async function disableDistribution(
  session: Session,
  id: string,
  functionArns: readonly string[],
): Promise<void> {
  const first = await readDistribution(session, id)
  if (!first || isDisabled(first.config, functionArns)) return
  await session.ledger.change(
    {
      action: 'update',
      resource: 'distribution',
      name: id,
      aspect: 'disabled, function taken off',
      expect: undefined,
    },
    async () => {
      await retryWhile(session, { passing: isStale, timeout: 60_000, pauses: [500, 2_000] }, async () => {
        const now = await readDistribution(session, id)
        if (!now || isDisabled(now.config, functionArns)) return
        await sendUpdate(session, now, disabled(now.config, functionArns))
      })
    },
  )
}

/**
 * Waits until it is disabled at every edge.
 * @throws GenatoError ROLLOUT_LATE, exit code 3; ENABLED_AGAIN
 */
export async function untilDisabled(session: Session, id: string, timeout: number): Promise<void> {
  await waitFor(session, {
    title: `distribution ${id} to be disabled everywhere`,
    ...ROLLOUT,
    timeout,
    look: async () => {
      const now = await readDistribution(session, id)
      if (now?.config.Enabled)
        throw new GenatoError(
          'ENABLED_AGAIN',
          `Distribution ${id} was enabled again while it was being deleted.`,
          { hint: 'If you ran deploy in the meantime, this is expected. Otherwise run cleanup again.' },
        )
      return now === undefined || now.deployed ? true : undefined
    },
    late: () => rolloutLate(id),
  })
}

/** For a while, CloudFront claims that a disabled distribution isn't disabled. */
const EVENTUALLY = { timeout: 180_000, pauses: [2_000, 15_000] as [number, number] }

/** Deletes a distribution that is disabled everywhere. @throws GenatoError PLAN_SUBSCRIBED */
export async function removeDistribution(session: Session, id: string): Promise<void> {
  await session.ledger.change(
    { action: 'delete', resource: 'distribution', name: id, expect: undefined },
    async () => {
      const passing = (error: unknown) =>
        isNamed(error, 'DistributionNotDisabled') || (isStale(error) && !isSubscribed(error))
      try {
        await retryWhile(session, { ...EVENTUALLY, passing }, async () => {
          const now = await readDistribution(session, id)
          if (!now) return
          await orAbsent(
            session.clients.global.cloudfront.send(
              new DeleteDistributionCommand({ Id: id, IfMatch: now.etag }),
            ),
            'NoSuchDistribution',
          )
        })
      } catch (error) {
        if (!isSubscribed(error)) throw error
        throw new GenatoError('PLAN_SUBSCRIBED', `Distribution ${id} is subscribed to a pricing plan.`, {
          hint: 'Cancel the plan in the CloudFront console (a paid one ends with its billing cycle), then run cleanup again.',
          cause: error,
        })
      }
    },
  )
}

/** CloudFront answers with PreconditionFailed, and only the message says why. */
function isSubscribed(error: unknown): boolean {
  return error instanceof Error && /subscribed to a pricing plan/.test(error.message)
}
