import { EDGE_REGIONS } from '../aws/regions.js'
import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { messageOf } from '../lib/errors.js'
import { once } from '../lib/async.js'
import { edgeLogGroup, packageKey, packagePrefix } from '../config/names.js'
import { warnOfFewExecutions } from '../resources/account.js'
import { prepareAccessControl } from '../resources/access-control.js'
import { prepareBucket } from '../resources/bucket.js'
import { ensureDistribution, type EnsuredDistribution } from '../resources/distribution.js'
import { liveVersion } from '../resources/distribution-functions.js'
import { untilDeployed } from '../resources/distribution-rollout.js'
import { INVALIDATED_TAG } from '../resources/distribution-update.js'
import { findDistribution, refuseOthersDistribution, type Found } from '../resources/find-distribution.js'
import { prepareEdgePermission } from '../resources/edge-permission.js'
import { CODE_TAGS } from '../resources/function-code.js'
import { pruneVersions } from '../resources/function-removal.js'
import { findFunction, observeFunction } from '../resources/function-seen.js'
import { tagFunction } from '../resources/function-update.js'
import { ensureFunction } from '../resources/function.js'
import { invalidate } from '../resources/invalidation.js'
import { prepareLogGroups } from '../resources/log-group.js'
import { deleteObjects } from '../resources/object-removal.js'
import { listObjects } from '../resources/bucket-contents.js'
import { prepareRole } from '../resources/role.js'
import { findPackage, putPackage } from '../resources/stored-package.js'
import { otherRuntime, runtimeOf, runtimeTags } from '../resources/runtime.js'
import { ensureVersion, listVersions, type PublishedVersion, type Version } from '../resources/version.js'
import type { Claim } from '../resources/ownership.js'
import { filesConsent } from './files-consent.js'
import { imagesReaders } from './images-readers.js'
import {
  distributionWanted,
  functionDescription,
  imagesWanted,
  packagesWanted,
  roleWanted,
  searchOf,
  type Target,
} from './target.js'

/** The function package, made as far as it is needed. */
export interface PackageSource {
  /** Builds it. @returns its content digest. */
  digest: () => Promise<string>
  zip: () => Promise<{ zip: Buffer; codeSha256: string }>
  /** Loads it once, as Lambda will: what does not load is not deployed. */
  load: () => Promise<{ generation: string; cached: string }>
}

export interface DeployOptions {
  adopt: boolean
  /** Until CloudFront has rolled out what changed. */
  wait: boolean
  /**
   * Asks whether the files that an existing bucket has may be served, before anything is written.
   * @throws when they may not.
   */
  confirmFiles: (question: string) => Promise<void>
}

export interface Deployed {
  distribution: EnsuredDistribution
  version: number
  /** Rolled out, invalidated and pruned: nothing is left for a later run. */
  finished: boolean
  generation: string
  /** Whether new code goes on serving what older code has stored, or would in a dry run. */
  codeOnly: boolean
}

const NONE = Promise.resolve(async () => '')
/** Of runtimes that AWS refuses, one after the other. */
const MOST_RUNTIMES = 3
const NOTHING = Promise.resolve()

/** Brings a stack to AWS, or makes what is there as it has to be. */
export async function deploy(
  session: Session,
  target: Target,
  source: PackageSource,
  { adopt, wait, confirmFiles }: DeployOptions,
): Promise<Deployed> {
  const claim = { stack: target.stack, adopt }

  // Begun at once, and told where it is waited for.
  const building = source.digest()
  const stored = building.then(async (digest) =>
    findPackage(session, target.packages, packageKey(target.stack, digest)),
  )
  stored.catch(() => undefined)
  // All is looked at before anything is written: where something is another's, nothing is.
  const [images, packages, execution, access, found, foundDistribution, groups] = await together([
    prepareBucket(session, imagesWanted(target, claim)),
    prepareBucket(session, packagesWanted(target, claim)),
    prepareRole(session, roleWanted(target, claim)),
    target.settings.generate.access === 'private'
      ? prepareAccessControl(session, target.accessControl, target.stack)
      : NONE,
    findFunction(session, target.function, claim),
    findOwnDistribution(session, target, claim),
    prepareLogGroups(session, {
      stack: target.stack,
      name: edgeLogGroup(target.stack),
      regions: EDGE_REGIONS,
      retentionDays: target.settings.logs.retentionDays,
    }),
  ])
  const consent = await filesConsent(session, target, { seen: images.seen, confirm: confirmFiles })
  const readers = imagesReaders(session, target, { bucket: images, adopt })
  const [, , role, accessControl, digest] = await together([
    images.ensure({ ...consent, ...readers.tags }),
    packages.ensure().then(async () => packages.close()),
    execution(),
    access(),
    building,
  ])

  const upload = once(async () => uploadPackage(session, target, source, { digest, stored }))
  const functionWith = async (runtime: string, seen = found) =>
    ensureFunction(
      session,
      {
        ...claim,
        ...functionDescription(target, role, runtime),
        tags: runtimeTags(target.settings.generate, runtime),
        digest,
        load: source.load,
        zip: async () => ({
          bucket: target.packages,
          key: packageKey(target.stack, digest),
          codeSha256: await upload(),
        }),
      },
      seen,
    )
  let runtime = runtimeOf(target.settings.generate, found?.tags)
  const instead = (error: unknown): string => {
    const other = otherRuntime(error, runtime, target.settings.generate)
    session.reporter.warn(
      `AWS does not run ${runtime} at the edge yet: the function gets ${other}. Set generate.runtime to choose another.`,
    )
    return other
  }
  let [fn] = await together([
    functionWith(runtime).catch(async (error: unknown) => {
      runtime = instead(error)
      return functionWith(runtime)
    }),
    upload(),
    groups(),
  ])
  let version = await ensureVersion(session, { place: target.function, latest: fn, digest })

  const cached = fn.tags[CODE_TAGS.cached] ?? ''
  if (foundDistribution) await readers.open(foundDistribution.arn)
  const distributionOf = async (): Promise<EnsuredDistribution> =>
    ensureDistribution(session, {
      ...claim,
      found: foundDistribution,
      cached,
      wanted: distributionWanted(target, { accessControl, arn: version.arn }),
    })
  const associate = async (): Promise<EnsuredDistribution> => {
    for (let tries = 1; ; tries++)
      try {
        return await distributionOf()
      } catch (error) {
        if (tries === MOST_RUNTIMES) throw error
        runtime = instead(error)
        // First, so that a run that is killed in between is followed by one that goes on with it.
        await tagFunction(session, target.function, runtimeTags(target.settings.generate, runtime))
        fn = await functionWith(runtime, await observeFunction(session, target.function))
        version = await ensureVersion(session, { place: target.function, latest: fn, digest })
      }
  }
  const { number } = version
  const [distribution, looked] = await together([
    associate(),
    prepareEdgePermission(session, target.function, number),
    version.published ? warnOfFewExecutions(session) : NOTHING,
  ])
  const permit =
    version.number === number ? looked : await prepareEdgePermission(session, target.function, version.number)
  await permit()
  if (distribution.arn !== foundDistribution?.arn) await readers.open(distribution.arn)

  const result = {
    distribution,
    version: version.number,
    generation: fn.tags[CODE_TAGS.generation] ?? '',
    codeOnly:
      version.published &&
      version.digestBefore !== undefined &&
      version.digestBefore !== digest &&
      distribution.tags[INVALIDATED_TAG] === cached,
  }
  if (!wait && !distribution.deployed) return { ...result, finished: false }
  if (!session.ledger.dryRun) await untilDeployed(session, distribution)
  await readers.close(distribution.arn)
  if (distribution.tags[INVALIDATED_TAG] !== cached) await invalidate(session, distribution, cached)
  // Also what a run that did not wait, or was killed, has left.
  if (version.published || version.older > 1) await prune(session, target, { version, distribution })
  return { ...result, finished: true }
}

/** @throws GenatoError TWO_DISTRIBUTIONS, OTHER_BUCKET, NOT_OURS */
async function findOwnDistribution(
  session: Session,
  target: Target,
  claim: Claim,
): Promise<Found | undefined> {
  const found = await findDistribution(session, searchOf(target), { anyBucket: claim.adopt })
  if (found) await refuseOthersDistribution(session, found, claim)
  return found
}

/** @returns the hash of the zip that is there: another machine may have compressed the same otherwise. */
async function uploadPackage(
  session: Session,
  { stack, packages }: Target,
  source: PackageSource,
  { digest, stored }: { digest: string; stored: Promise<string | undefined> },
): Promise<string> {
  const key = packageKey(stack, digest)
  session.ledger.seen('package', `${packages}/${key}`)
  const there = await stored
  if (there !== undefined) return there
  const { zip, codeSha256 } = await source.zip()
  await putPackage(session, { bucket: packages, key, zip, codeSha256 })
  return codeSha256
}

interface Live {
  version: PublishedVersion
  distribution: EnsuredDistribution
}

/** The live version and the one before stay, with their zips. What can't go is told, and goes later. */
async function prune(session: Session, target: Target, { version, distribution }: Live): Promise<void> {
  try {
    const versions = await listVersions(session, target.function)
    const before = distribution.before && liveVersion(distribution.before, version.arn)
    const previous =
      before === undefined || before === version.number
        ? versions.findLast(({ number }) => number < version.number)?.number
        : before
    // A newer one is another deploy's, which is about to make it live.
    const stay = ({ number }: Version) => number >= version.number || number === previous
    const kept = versions.filter(stay).map(({ digest }) => digest)
    await pruneZips(session, target, kept)
    // Last: as long as there is one too many, a later run knows that this one was not done.
    const gone = versions.filter((one) => !stay(one)).map(({ number }) => number)
    await pruneVersions(session, target.function, gone)
  } catch (error) {
    session.signal.throwIfAborted()
    session.reporter.warn(`Old versions could not be removed, and stay: ${messageOf(error)}`)
  }
}

async function pruneZips(session: Session, target: Target, digests: (string | undefined)[]): Promise<void> {
  const kept = digests.flatMap((digest) => (digest === undefined ? [] : [packageKey(target.stack, digest)]))
  for await (const page of listObjects(session, target.packages, packagePrefix(target.stack)))
    for (const { Key = '' } of page) {
      if (kept.includes(Key)) continue
      const change = {
        action: 'delete',
        resource: 'package',
        name: `${target.packages}/${Key}`,
        expect: undefined,
      } as const
      await session.ledger.change(change, async () => deleteObjects(session, target.packages, [{ Key }]))
    }
}
