import {
  TagResourceCommand,
  UpdateDistributionCommand,
  type DistributionConfig,
} from '@aws-sdk/client-cloudfront'
import { isNamed } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { isSettling } from './distribution-errors.js'
import type { DistributionSeen } from './distribution-seen.js'
import { tagList, type Tags } from './tags.js'

/** What was last invalidated in the caches: a digest, or PENDING. */
export const INVALIDATED_TAG = 'genato:invalidated'
/** A change has begun after which the caches have to be invalidated. */
export const PENDING = 'pending'

/** Whether somebody else changed the distribution since it was read. */
export function isStale(error: unknown): boolean {
  return isNamed(error, 'PreconditionFailed', 'InvalidIfMatchVersion')
}

export async function sendUpdate(
  session: Session,
  { id, etag }: Pick<DistributionSeen, 'id' | 'etag'>,
  config: DistributionConfig,
): Promise<Pick<DistributionSeen, 'etag' | 'deployed' | 'config'>> {
  const { ETag = '', Distribution } = await retryWhile(
    session,
    { passing: isSettling, timeout: 120_000, pauses: [2_000, 10_000] },
    async () =>
      session.clients.global.cloudfront.send(
        new UpdateDistributionCommand({ Id: id, IfMatch: etag, DistributionConfig: config }),
      ),
  )
  return {
    etag: ETag,
    deployed: Distribution?.Status === 'Deployed',
    config: Distribution?.DistributionConfig ?? config,
  }
}

export async function tagDistribution(
  session: Session,
  { id, arn }: Pick<DistributionSeen, 'id' | 'arn'>,
  tags: Tags,
): Promise<void> {
  const aspect = INVALIDATED_TAG in tags && Object.keys(tags).length === 1 ? 'invalidation state' : 'tags'
  await session.ledger.change(
    { action: 'update', resource: 'distribution', name: id, aspect, expect: undefined },
    async () => {
      await session.clients.global.cloudfront.send(
        new TagResourceCommand({ Resource: arn, Tags: { Items: tagList(tags) } }),
      )
    },
  )
}
