import { DeleteDistributionCommand, type DistributionConfig } from '@aws-sdk/client-cloudfront'
import { isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import { GenatoError } from '../lib/errors.js'
import { disabled, originRequestOf } from './distribution-config.js'
import { readDistribution, ROLLOUT, rolloutLate, sendUpdate, stale } from './distribution.js'

/** Switches it off and takes the function from it, in one update. Returns at once. */
export async function disableDistribution(session: Session, id: string, functionArn: string): Promise<void> {
  const first = await readDistribution(session, id)
  if (!first || isOff(first.config, functionArn)) return
  await session.ledger.change(
    {
      action: 'update',
      resource: 'distribution',
      name: id,
      aspect: 'disabled, function taken off',
      expect: undefined,
    },
    async () => {
      await retryWhile(session, { passing: stale, timeout: 60_000, pauses: [500, 2_000] }, async () => {
        const now = await readDistribution(session, id)
        if (!now || isOff(now.config, functionArn)) return
        await sendUpdate(session, { ...now, tags: {} }, disabled(now.config, functionArn))
      })
    },
  )
}

function isOff(config: DistributionConfig, functionArn: string): boolean {
  return !config.Enabled && originRequestOf(config)?.LambdaFunctionARN?.startsWith(functionArn) !== true
}

/**
 * Waits until it is off everywhere.
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
          {
            hint: 'If that was a deploy of yours, nothing needs to be done. Else run cleanup again.',
          },
        )
      return now === undefined || now.deployed ? true : undefined
    },
    late: () => rolloutLate(id),
  })
}

/** CloudFront says for a while that it is not disabled, though it is. */
const EVENTUALLY = { timeout: 180_000, pauses: [2_000, 15_000] as [number, number] }

/** Deletes a distribution that is disabled everywhere. @throws GenatoError PLAN_SUBSCRIBED */
export async function removeDistribution(session: Session, id: string): Promise<void> {
  await session.ledger.change(
    { action: 'delete', resource: 'distribution', name: id, expect: undefined },
    async () => {
      const passing = (error: unknown) =>
        isNamed(error, 'DistributionNotDisabled') || (stale(error) && !subscribed(error))
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
        if (subscribed(error))
          throw new GenatoError('PLAN_SUBSCRIBED', `Distribution ${id} is subscribed to a pricing plan.`, {
            hint: 'Cancel the plan in the CloudFront console (a paid one ends with its billing cycle), then run cleanup again.',
            cause: error,
          })
        throw error
      }
    },
  )
}

function subscribed(error: unknown): boolean {
  return error instanceof Error && /subscribed to a pricing plan/.test(error.message)
}
