import { CreateDistributionWithTagsCommand, type DistributionConfig } from '@aws-sdk/client-cloudfront'
import { newDistribution } from '../../templates/distribution.js'
import { KNOWN_AFTER } from '../aws/change.js'
import { isNamed } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { callerReference, STACK_TAG } from '../config/names.js'
import { GenatoError } from '../lib/errors.js'
import { converge, type DistributionWanted } from './distribution-config.js'
import { explainDistributionError, isSettling } from './distribution-errors.js'
import { observeDistribution, readDistribution, type DistributionSeen } from './distribution-seen.js'
import { INVALIDATED_TAG } from './distribution-update.js'
import type { Found } from './find-distribution.js'
import { ownerOf, refuseOthers } from './ownership.js'
import { tagList, type Tags } from './tags.js'

/** CloudFront never frees a caller reference, not even that of a deleted distribution: they are numbered. */
const MOST_REFERENCES = 200

/**
 * Creates the stack's distribution, or finds the one that an interrupted run created with the same caller reference.
 * @param cached what CloudFront may cache from now on.
 * @throws GenatoError NOT_OURS, NO_REFERENCE, and what `explainDistributionError` explains
 */
export async function createDistribution(
  session: Session,
  { stack, wanted, cached }: { stack: string; wanted: DistributionWanted; cached: string },
): Promise<DistributionSeen> {
  const tags = { [STACK_TAG]: stack, [INVALIDATED_TAG]: cached }
  const { config } = converge(newDistribution('', `genato: ${stack}`), wanted, true)
  const expect: DistributionSeen = {
    id: KNOWN_AFTER,
    arn: `arn:aws:cloudfront::${session.account}:distribution/${KNOWN_AFTER}`,
    domain: KNOWN_AFTER,
    deployed: true,
    etag: '',
    config,
    tags,
  }
  return session.ledger.change(
    { action: 'create', resource: 'distribution', name: stack, expect, named: ({ id }) => id },
    async () => {
      for (let n = 1; n <= MOST_REFERENCES; n++) {
        const CallerReference = callerReference(stack, session.account, n)
        const result = await createAs(session, { ...config, CallerReference }, tags, wanted)
        if (result === 'gone') continue
        if ('etag' in result) return result
        const seen = await observeDistribution(session, result)
        if (seen && ownerOf(seen.tags, stack) === 'ours') return seen
        if (seen) refuseOthers(`distribution ${result.id}`, seen.tags, { stack, adopt: false })
      }
      throw new GenatoError('NO_REFERENCE', `The stack ${stack} has had ${MOST_REFERENCES} distributions.`, {
        hint: 'Use another --stack name.',
      })
    },
  )
}

/** @returns the new distribution, the one that has this reference, or `gone` if that was deleted. */
async function createAs(
  session: Session,
  config: DistributionConfig,
  tags: Tags,
  wanted: DistributionWanted,
): Promise<DistributionSeen | Found | 'gone'> {
  try {
    const { Distribution, ETag = '' } = await retryWhile(
      session,
      { passing: isSettling, timeout: 150_000, pauses: [2_000, 10_000] },
      async () =>
        session.clients.global.cloudfront.send(
          new CreateDistributionWithTagsCommand({
            DistributionConfigWithTags: { DistributionConfig: config, Tags: { Items: tagList(tags) } },
          }),
        ),
    )
    const { Id = '', ARN = '', DomainName = '', Status, DistributionConfig = config } = Distribution ?? {}
    return {
      id: Id,
      arn: ARN,
      domain: DomainName,
      deployed: Status === 'Deployed',
      etag: ETag,
      config: DistributionConfig,
      tags,
    }
  } catch (error) {
    if (!isNamed(error, 'DistributionAlreadyExists')) throw explainDistributionError(error, wanted)
    const id = /\bAlready exists: (E[A-Z0-9]+)\b/.exec(error instanceof Error ? error.message : '')?.[1]
    if (id === undefined) return 'gone'
    const seen = await readDistribution(session, id)
    return seen ? { id, arn: seen.arn } : 'gone'
  }
}
