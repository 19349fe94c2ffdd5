import { randomUUID } from 'node:crypto'
import { CreateInvalidationCommand, ListInvalidationsCommand } from '@aws-sdk/client-cloudfront'
import { isNamed } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import type { DistributionSeen } from './distribution-seen.js'
import { INVALIDATED_TAG, tagDistribution } from './distribution-update.js'

/**
 * Invalidates CloudFront's caches, then notes on the distribution what was invalidated. If a run is killed in between,
 * the next one invalidates again.
 * @param cached what may be cached from now on.
 */
export async function invalidate(
  session: Session,
  distribution: Pick<DistributionSeen, 'id' | 'arn'>,
  cached: string,
  paths: string[] = ['/*'],
): Promise<void> {
  const { id } = distribution
  await session.ledger.change(
    { action: 'invalidate', resource: 'cache of', name: id, aspect: paths.join(' '), expect: undefined },
    async () => {
      const command = new CreateInvalidationCommand({
        DistributionId: id,
        // Unique: for a reference that it knows, CloudFront returns the earlier invalidation.
        InvalidationBatch: {
          CallerReference: `genato-${randomUUID()}`,
          Paths: { Quantity: paths.length, Items: paths },
        },
      })
      const passing = (error: unknown) => isNamed(error, 'TooManyInvalidationsInProgress')
      await retryWhile(session, { passing, timeout: 300_000, pauses: [5_000, 30_000] }, async () =>
        session.clients.global.cloudfront.send(command),
      )
    },
  )
  await tagDistribution(session, distribution, { [INVALIDATED_TAG]: cached })
}

/** Counts the invalidations that are under way. */
export async function invalidationsUnderWay(session: Session, id: string): Promise<number> {
  const { InvalidationList } = await session.clients.global.cloudfront.send(
    new ListInvalidationsCommand({ DistributionId: id, MaxItems: 20 }),
  )
  return (InvalidationList?.Items ?? []).filter(({ Status }) => Status === 'InProgress').length
}
