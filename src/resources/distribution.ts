import {
  CreateDistributionWithTagsCommand,
  GetDistributionCommand,
  ListDistributionsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateDistributionCommand,
  type DistributionConfig,
  type DistributionSummary,
} from '@aws-sdk/client-cloudfront'
import { newDistribution } from '../../templates/distribution.js'
import { KNOWN_AFTER } from '../aws/change.js'
import { isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile, waitFor } from '../aws/wait.js'
import { EXIT, GenatoError } from '../lib/errors.js'
import { callerReference, STACK_TAG } from '../config/names.js'
import { bucketOf, converge, liveVersion, type DistributionWanted } from './distribution-config.js'
import { explainDistributionError, isSettling } from './distribution-errors.js'
import { overtaken, ownerOf, refuseOthers, type Claim } from './ownership.js'
import { missingTags, readTags, tagList, type Tags } from './tags.js'

/** Which of what is cached was last invalidated: a digest, or PENDING. */
export const INVALIDATED_TAG = 'genato:invalidated'
/** Something was begun after which what is cached has to be invalidated. */
export const PENDING = 'pending'

export interface DistributionSeen {
  id: string
  arn: string
  domain: string
  deployed: boolean
  etag: string
  config: DistributionConfig
  tags: Tags
}

/** The distribution after it was ensured, and the function's version that was live before. */
export interface EnsuredDistribution extends DistributionSeen {
  before: number | undefined
}

/** How long CloudFront may take to roll a change out. */
export const ROLLOUT = {
  timeout: 40 * 60_000,
  pauses: [2_000, 15_000] as [number, number],
  usual: '3 to 10 min',
}

/** Every distribution of the account, as the list tells it. IAM: cloudfront:ListDistributions. */
async function listDistributions(session: Session): Promise<DistributionSummary[]> {
  const all: DistributionSummary[] = []
  for (let Marker: string | undefined; ;) {
    const { DistributionList: page } = await session.clients.global.cloudfront.send(
      new ListDistributionsCommand({ MaxItems: 100, ...(Marker ? { Marker } : {}) }),
    )
    all.push(...(page?.Items ?? []).filter(({ Staging }) => !Staging))
    Marker = page?.NextMarker
    if (!Marker) return all
  }
}

export interface Search {
  stack: string
  /** Of the images bucket. */
  originDomain: string
  /** Without a version. */
  functionArn: string
}

/** What a distribution is found by. */
export interface Found {
  id: string
  arn: string
  /** Its origin is the images bucket, or its function ours. */
  by: 'origin' | 'function' | 'tag'
  /** The buckets behind it. */
  buckets: string[]
  /** Its comment speaks of genato, as long as nobody changed it. */
  named: boolean
}

/**
 * The stack's distributions: by the images bucket behind them or the function on them, else by tag.
 * IAM: cloudfront:ListDistributions, cloudfront:ListTagsForResource.
 */
export async function findDistributions(session: Session, search: Search): Promise<Found[]> {
  const all = (await listDistributions(session)).map((summary) => describe(summary, search))
  const near = all.filter(({ by }) => by !== 'tag')
  if (near.length > 0) return near
  // CloudFront throttles this call early. A tagged one that has lost both bucket and function is the only one.
  const likely = all.toSorted((a, b) => Number(b.named) - Number(a.named))
  for (let from = 0; from < likely.length; from += 2) {
    const two = likely.slice(from, from + 2)
    const tags = await Promise.all(two.map(async ({ arn }) => distributionTags(session, arn)))
    const ours = two.filter((_, index) => ownerOf(tags[index] ?? {}, search.stack) === 'ours')
    if (ours.length > 0) return ours
  }
  return []
}

function describe(summary: DistributionSummary, { originDomain, functionArn }: Search): Found {
  const { Id = '', ARN = '', Comment = '', Origins, DefaultCacheBehavior } = summary
  const buckets = (Origins?.Items ?? []).map(({ DomainName = '' }) => bucketOf(DomainName) ?? '')
  const associated = DefaultCacheBehavior?.LambdaFunctionAssociations?.Items ?? []
  const byFunction = associated.some(({ LambdaFunctionARN = '' }) =>
    LambdaFunctionARN.startsWith(`${functionArn}:`),
  )
  const byOrigin = buckets.includes(bucketOf(originDomain) ?? originDomain)
  return {
    id: Id,
    arn: ARN,
    by: byOrigin ? 'origin' : byFunction ? 'function' : 'tag',
    buckets: buckets.filter(Boolean),
    named: Comment.includes('genato'),
  }
}

/** IAM: cloudfront:ListTagsForResource. @throws GenatoError NOT_OURS */
export async function refuseOthersDistribution(
  session: Session,
  { id, arn }: Pick<Found, 'id' | 'arn'>,
  claim: Claim,
): Promise<void> {
  refuseOthers(`distribution ${id}`, await distributionTags(session, arn), claim)
}

async function distributionTags(session: Session, arn: string): Promise<Tags> {
  const found = await orAbsent(
    session.clients.global.cloudfront.send(new ListTagsForResourceCommand({ Resource: arn })),
    'NoSuchResource',
    'NoSuchDistribution',
  )
  return readTags(found?.Tags?.Items)
}

/** IAM: cloudfront:GetDistribution, cloudfront:ListTagsForResource. */
export async function observeDistribution(
  session: Session,
  { id, arn }: Pick<Found, 'id' | 'arn'>,
): Promise<DistributionSeen | undefined> {
  const [found, tags] = await Promise.all([readDistribution(session, id), distributionTags(session, arn)])
  return found && { ...found, tags }
}

export async function readDistribution(
  session: Session,
  id: string,
): Promise<Omit<DistributionSeen, 'tags'> | undefined> {
  const found = await orAbsent(
    session.clients.global.cloudfront.send(new GetDistributionCommand({ Id: id })),
    'NoSuchDistribution',
  )
  const { DistributionConfig: config, ARN = '', DomainName = '', Status } = found?.Distribution ?? {}
  if (!config) return undefined
  return {
    id,
    arn: ARN,
    domain: DomainName,
    deployed: Status === 'Deployed',
    etag: found?.ETag ?? '',
    config,
  }
}

export interface DistributionEnsured extends Claim {
  wanted: DistributionWanted
  /** Found before, or to be created. */
  found: Pick<Found, 'id' | 'arn'> | undefined
  /** What CloudFront may keep of the answers now. */
  cached: string
}

/**
 * Creates the distribution, or makes it as it has to be. Nothing is sent where nothing differs.
 * @throws GenatoError NOT_OURS, FUNCTION_TAKEN, OVERTAKEN, DOMAIN_TAKEN, BAD_CERTIFICATE, FUNCTION_REFUSED
 */
export async function ensureDistribution(
  session: Session,
  ensured: DistributionEnsured,
): Promise<EnsuredDistribution> {
  const seen = ensured.found === undefined ? undefined : await observeDistribution(session, ensured.found)
  if (seen) session.ledger.seen('distribution', seen.id)
  const before = seen && liveVersion(seen.config, ensured.wanted.functionArn)
  return { ...(await (seen ? update(session, seen, ensured) : create(session, ensured))), before }
}

async function update(
  session: Session,
  first: DistributionSeen,
  { wanted, cached, stack, adopt }: DistributionEnsured,
): Promise<DistributionSeen> {
  const { id } = first
  refuseOthers(`distribution ${id}`, first.tags, { stack, adopt })
  const fresh = ownerOf(first.tags, stack) === 'nobody'
  // Before the change: a run that is killed after it must not leave stale images in the cache for good.
  const marks: Tags = {
    [STACK_TAG]: stack,
    ...(first.tags[INVALIDATED_TAG] === cached ? {} : { [INVALIDATED_TAG]: PENDING }),
  }
  const live = liveVersion(first.config, wanted.functionArn)
  if (live !== undefined && live > versionOf(wanted.functionArn)) throw overtaken(`distribution ${id}`)
  // Refuses what is another's before the tag says that it is ours.
  const { config, changed } = converge(first.config, wanted, fresh)
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
    return retryWhile(session, { passing: stale, timeout: 60_000, pauses: [500, 2_000] }, async () => {
      try {
        const updated = await sendUpdate(session, seen, next)
        return { ...seen, ...updated, tags }
      } catch (error) {
        if (!stale(error)) throw explainDistributionError(error, wanted)
        // Somebody else changed it meanwhile: what they changed is kept, unless they were ahead of us.
        const now = await readDistribution(session, id)
        if (!now) throw error
        const theirs = liveVersion(now.config, wanted.functionArn)
        if (theirs !== undefined && theirs > versionOf(wanted.functionArn))
          throw overtaken(`distribution ${id}`, error)
        seen = { ...seen, ...now }
        next = converge(now.config, wanted, fresh).config
        throw error
      }
    })
  })
}

/** Of a dry run's version, that has no number yet: above all others. */
function versionOf(functionArn: string): number {
  const number = Number(functionArn.split(':')[7])
  return Number.isNaN(number) ? Infinity : number
}

export function stale(error: unknown): boolean {
  return isNamed(error, 'PreconditionFailed', 'InvalidIfMatchVersion')
}

export async function sendUpdate(
  session: Session,
  { id, etag }: DistributionSeen,
  config: DistributionConfig,
): Promise<{ etag: string; deployed: boolean; config: DistributionConfig }> {
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

/** CloudFront never frees a reference, not even of what was deleted: they are counted up. */
const MOST_REFERENCES = 200

async function create(session: Session, ensured: DistributionEnsured): Promise<DistributionSeen> {
  const { stack, wanted, cached } = ensured
  const tags = { [STACK_TAG]: stack, [INVALIDATED_TAG]: cached }
  const config = converge(newDistribution('', `genato: ${stack}`), wanted, true).config
  const expect: DistributionSeen = {
    id: KNOWN_AFTER,
    arn: `arn:aws:cloudfront::${session.account}:distribution/${KNOWN_AFTER}`,
    domain: KNOWN_AFTER,
    deployed: true,
    etag: '',
    config,
    tags,
  }
  const made = await session.ledger.change(
    { action: 'create', resource: 'distribution', name: stack, expect, named: ({ id }) => id },
    async () => {
      for (let n = 1; n <= MOST_REFERENCES; n++) {
        const result = await createAs(
          session,
          { ...config, CallerReference: callerReference(stack, session.account, n) },
          tags,
          wanted,
        )
        if (result === 'gone') continue
        if ('etag' in result) return result
        const there = await observeDistribution(session, result)
        if (there && ownerOf(there.tags, stack) === 'ours') return there
        if (there) refuseOthers(`distribution ${result.id}`, there.tags, { stack, adopt: false })
      }
      throw new GenatoError('NO_REFERENCE', `The stack ${stack} has had ${MOST_REFERENCES} distributions.`, {
        hint: 'Take another --stack name.',
      })
    },
  )
  // One that an earlier run had made and that was not found may be of older settings.
  return made.id === KNOWN_AFTER ? made : update(session, made, ensured)
}

/** @returns what was created; what has this reference; `gone`: that was deleted. */
async function createAs(
  session: Session,
  config: DistributionConfig,
  tags: Tags,
  wanted: DistributionWanted,
): Promise<DistributionSeen | Pick<Found, 'id' | 'arn'> | 'gone'> {
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
    const there = await readDistribution(session, id)
    return there ? { id, arn: there.arn } : 'gone'
  }
}

export async function tagDistribution(
  session: Session,
  { id, arn }: Pick<DistributionSeen, 'id' | 'arn'>,
  tags: Tags,
): Promise<void> {
  const aspect = INVALIDATED_TAG in tags && Object.keys(tags).length === 1 ? 'what is invalidated' : 'tags'
  await session.ledger.change(
    { action: 'update', resource: 'distribution', name: id, aspect, expect: undefined },
    async () => {
      await session.clients.global.cloudfront.send(
        new TagResourceCommand({ Resource: arn, Tags: { Items: tagList(tags) } }),
      )
    },
  )
}

/** @throws GenatoError ROLLOUT_LATE, exit code 3 */
export async function untilDeployed(
  session: Session,
  { id, deployed }: Pick<DistributionSeen, 'id' | 'deployed'>,
  timeout: number = ROLLOUT.timeout,
): Promise<void> {
  if (deployed) return
  await waitFor(session, {
    title: `distribution ${id} to be deployed`,
    ...ROLLOUT,
    timeout,
    look: async () => ((await readDistribution(session, id))?.deployed === false ? undefined : true),
    late: () => rolloutLate(id),
  })
}

export function rolloutLate(id: string): GenatoError {
  return new GenatoError('ROLLOUT_LATE', `CloudFront is still rolling out distribution ${id}.`, {
    hint: 'Run the same command again later: it goes on from there.',
    exitCode: EXIT.unfinished,
  })
}
