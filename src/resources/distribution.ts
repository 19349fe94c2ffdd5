import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { KNOWN_AFTER } from '../aws/change.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'
import { STACK_TAG } from '../config/names.js'
import { converge, type DistributionWanted } from './distribution-config.js'
import { createDistribution } from './distribution-create.js'
import { explainDistributionError } from './distribution-errors.js'
import { versionOn, versionOf } from './distribution-functions.js'
import { observeDistribution, readDistribution, type DistributionSeen } from './distribution-seen.js'
import { INVALIDATED_TAG, isStale, PENDING, sendUpdate, tagDistribution } from './distribution-update.js'
import type { Found } from './find-distribution.js'
import { overtaken, ownerOf, refuseOthers, type Claim } from './ownership.js'
import { missingTags, type Tags } from './tags.js'

export interface DistributionEnsured extends Claim {
  wanted: DistributionWanted
  /** `undefined`: it is created. */
  found: Found | undefined
  /** What CloudFront may cache of the responses from now on. */
  cached: string
}

export interface EnsuredDistribution extends DistributionSeen {
  /** The configuration that this run found. `undefined`: this run created the distribution. */
  before: DistributionConfig | undefined
}

/**
 * Creates the distribution, or updates what differs. Sends nothing if nothing differs.
 * @throws GenatoError NOT_OURS, FUNCTION_TAKEN, OVERTAKEN, DOMAIN_TAKEN, BAD_CERTIFICATE, FUNCTION_REFUSED
 */
export async function ensureDistribution(
  session: Session,
  ensured: DistributionEnsured,
): Promise<EnsuredDistribution> {
  const seen = ensured.found === undefined ? undefined : await observeDistribution(session, ensured.found)
  if (seen) {
    session.ledger.seen('distribution', seen.id)
    return { ...(await update(session, seen, ensured)), before: seen.config }
  }
  const created = await createDistribution(session, ensured)
  // An interrupted run may have created it with older settings.
  const current = created.id === KNOWN_AFTER ? created : await update(session, created, ensured)
  return { ...current, before: undefined }
}

async function update(
  session: Session,
  first: DistributionSeen,
  { wanted, cached, stack, adopt }: DistributionEnsured,
): Promise<DistributionSeen> {
  const { id } = first
  refuseOthers(`distribution ${id}`, first.tags, { stack, adopt })
  const fresh = ownerOf(first.tags, stack) === 'nobody'
  refuseOlder(id, first.config, wanted)
  // Throws for a distribution with others' functions, before the tag claims it.
  const { config, changed } = converge(first.config, wanted, fresh)
  // Written before the update: if this run is killed after it, a later run still invalidates the caches.
  const marks: Tags = {
    [STACK_TAG]: stack,
    ...(first.tags[INVALIDATED_TAG] === cached ? {} : { [INVALIDATED_TAG]: PENDING }),
  }
  const missing = missingTags(marks, first.tags)
  if (missing) await tagDistribution(session, first, missing)
  const tags = { ...first.tags, ...marks }
  let seen: DistributionSeen = { ...first, tags }
  if (changed.length === 0) return seen
  const change = {
    action: 'update',
    resource: 'distribution',
    name: id,
    aspect: changed.join(', '),
    expect: seen,
  } as const
  return session.ledger.change(change, async () => {
    let next = config
    return retryWhile(session, { passing: isStale, timeout: 60_000, pauses: [500, 2_000] }, async () => {
      try {
        const updated = await sendUpdate(session, seen, next)
        return { ...seen, ...updated, tags }
      } catch (error) {
        if (!isStale(error)) throw explainDistributionError(error, wanted)
        // Somebody else changed it in the meantime. Their changes are kept, unless they deployed a newer version.
        const now = await readDistribution(session, id)
        if (!now) throw error
        refuseOlder(id, now.config, wanted, error)
        seen = { ...seen, ...now }
        next = converge(now.config, wanted, fresh).config
        throw error
      }
    })
  })
}

/** A version of a function never replaces a newer one: that is another deploy's. @throws GenatoError OVERTAKEN */
function refuseOlder(
  id: string,
  config: DistributionConfig,
  { behaviours }: DistributionWanted,
  cause?: unknown,
): void {
  for (const { path, functions } of behaviours)
    for (const fn of functions) {
      const live = versionOn(config, path, fn)
      if (live !== undefined && live > versionOf(fn.arn)) throw overtaken(`distribution ${id}`, cause)
    }
}
