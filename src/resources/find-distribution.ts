import { paginateListDistributions, type DistributionSummary } from '@aws-sdk/client-cloudfront'
import type { Session } from '../aws/session.js'
import { GenatoError, usageError } from '../lib/errors.js'
import { bucketOf } from './distribution-origins.js'
import { distributionTags, type DistributionSeen } from './distribution-seen.js'
import { ownerOf, refuseOthers, type Claim } from './ownership.js'

/** What a stack's distribution is recognised by. */
export interface Search {
  stack: string
  /** The buckets behind it. `configured`: the configuration names the bucket. */
  buckets: readonly { name: string; configured: boolean }[]
  /** The functions on it. ARNs have no version. */
  functions: readonly { name: string; arn: string }[]
}

export type Found = Pick<DistributionSeen, 'id' | 'arn'>

interface Candidate extends Found {
  /** Whether one of the stack's buckets is behind it or one of its functions on it. */
  matches: boolean
  /** All buckets behind it. */
  buckets: string[]
  /** Whether its comment mentions genato, as it does until somebody changes it. */
  named: boolean
}

/**
 * Finds the stack's distribution by the buckets behind it or the functions on it, otherwise by its tag.
 * @param anyBucket accepts a distribution that serves from another bucket than the stack's default one.
 * @throws GenatoError TWO_DISTRIBUTIONS, OTHER_BUCKET
 */
export async function findDistribution(
  session: Pick<Session, 'clients' | 'signal'>,
  search: Search,
  { anyBucket }: { anyBucket: boolean },
): Promise<Found | undefined> {
  const found = await candidates(session, search)
  if (found.length > 1) throw twoDistributions(found, search)
  const [one] = found
  if (one && !anyBucket) refuseOtherBucket(one, search)
  return one && { id: one.id, arn: one.arn }
}

export async function refuseOthersDistribution(
  session: Session,
  { id, arn }: Found,
  claim: Claim,
): Promise<void> {
  refuseOthers(`distribution ${id}`, await distributionTags(session, arn), claim)
}

async function candidates(
  session: Pick<Session, 'clients' | 'signal'>,
  search: Search,
): Promise<Candidate[]> {
  const all = (await listDistributions(session)).map((summary) => describe(summary, search))
  const matching = all.filter(({ matches }) => matches)
  if (matching.length > 0) return matching
  // CloudFront throttles this call early: two at a time, the likely ones first. The tag is unique, so one is enough.
  const likely = all.toSorted((a, b) => Number(b.named) - Number(a.named))
  for (let from = 0; from < likely.length; from += 2) {
    const two = likely.slice(from, from + 2)
    const tags = await Promise.all(two.map(async ({ arn }) => distributionTags(session, arn)))
    const ours = two.filter((_, index) => ownerOf(tags[index] ?? {}, search.stack) === 'ours')
    if (ours.length > 0) return ours
  }
  return []
}

/** Every distribution of the account, without those that only stage changes for another. */
async function listDistributions({
  clients,
  signal,
}: Pick<Session, 'clients' | 'signal'>): Promise<DistributionSummary[]> {
  const all: DistributionSummary[] = []
  const pages = paginateListDistributions(
    { client: clients.global.cloudfront, pageSize: 100 },
    {},
    { abortSignal: signal },
  )
  for await (const { DistributionList: page } of pages)
    all.push(...(page?.Items ?? []).filter(({ Staging }) => !Staging))
  return all
}

function describe(summary: DistributionSummary, search: Search): Candidate {
  const { Id: id = '', ARN: arn = '', Comment = '', Origins, DefaultCacheBehavior } = summary
  const buckets = (Origins?.Items ?? []).flatMap(({ DomainName = '' }) => bucketOf(DomainName) ?? [])
  const associated = DefaultCacheBehavior?.LambdaFunctionAssociations?.Items ?? []
  const runs = (fn: string) =>
    associated.some(({ LambdaFunctionARN = '' }) => LambdaFunctionARN.startsWith(`${fn}:`))
  return {
    id,
    arn,
    buckets,
    matches:
      search.buckets.some(({ name }) => buckets.includes(name)) ||
      search.functions.some((fn) => runs(fn.arn)),
    named: Comment.includes('genato'),
  }
}

function twoDistributions(found: readonly Candidate[], { buckets, functions }: Search): GenatoError {
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).join(', ')
  return new GenatoError(
    'TWO_DISTRIBUTIONS',
    `There is more than one distribution in front of the bucket ${names(buckets)} or the function ${names(functions)}: ${found.map(({ id }) => id).join(', ')}.`,
    {
      hint: 'In the CloudFront console, delete those that are not needed, or change their origin or function.',
    },
  )
}

/** Switching to another bucket by accident would leave all stored images behind. */
function refuseOtherBucket({ id, buckets: served }: Candidate, { buckets: wanted }: Search): void {
  if (served.length === 0) return
  for (const { name, configured } of wanted)
    if (!configured && !served.includes(name))
      throw usageError(
        'OTHER_BUCKET',
        `Distribution ${id} serves from the bucket ${served[0]}, but the configuration requires ${name}.`,
        `Set generate.bucket to '${served[0]}' in the configuration to keep it.`,
      )
}
