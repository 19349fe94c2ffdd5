import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { prepareAccessControl } from '../resources/access-control.js'
import { warnOfFewExecutions } from '../resources/account.js'
import { prepareBucket, type PreparedBucket } from '../resources/bucket.js'
import { ensureDistribution, type EnsuredDistribution } from '../resources/distribution.js'
import { untilDeployed } from '../resources/distribution-rollout.js'
import { INVALIDATED_TAG } from '../resources/distribution-update.js'
import { prepareEdgePermission } from '../resources/edge-permission.js'
import { findDistribution, refuseOthersDistribution, type Found } from '../resources/find-distribution.js'
import { invalidate } from '../resources/invalidation.js'
import type { Claim } from '../resources/ownership.js'
import {
  distributionWanted,
  entry,
  searchOf,
  type DeployedPackage,
  type StackBucket,
  type StackDescription,
} from './description.js'
import { filesConsent } from './files-consent.js'
import { imagesReaders } from './images-readers.js'
import { prepareFunction, type DeployedFunction, type PreparedFunction } from './prepared-function.js'
import { preparePackage, type PackageSource, type PreparedPackage } from './prepared-package.js'
import { prune } from './prune.js'

export type PackageSources = Readonly<Record<DeployedPackage, PackageSource>>

export interface DeployOptions {
  adopt: boolean
  /** Whether to wait until CloudFront has rolled out the changes. */
  wait: boolean
  /**
   * Asks whether the files in an existing bucket may be served. Called before anything is written.
   * @throws if they may not.
   */
  confirmFiles: (question: string) => Promise<void>
}

export interface Deployed {
  distribution: EnsuredDistribution
  version: number
  /** Rolled out, invalidated and pruned: nothing is left for a later run. */
  finished: boolean
  generation: string
  /** Whether new code still serves images that older code stored. In a dry run: whether it would. */
  codeOnly: boolean
}

/** How many runtimes AWS may refuse, one after the other. */
const MOST_RUNTIMES = 3

/** Creates a stack on AWS, or updates it to match its description. */
export async function deploy(
  session: Session,
  stack: StackDescription,
  sources: PackageSources,
  { adopt, wait, confirmFiles }: DeployOptions,
): Promise<Deployed> {
  const claim = { stack: stack.name, adopt }
  const packages = stack.packages.map((one) => preparePackage(session, one, sources[one.name]))

  // Everything is looked at before the first write: if one resource belongs to others, nothing is written.
  const found = await lookAtAll(session, stack, { packages, claim })
  const { images } = found
  const consent = await filesConsent(session, stack, { seen: images.seen, confirm: confirmFiles })
  const readers = imagesReaders(session, stack, { bucket: images, adopt })

  const [accessControls] = await together([
    together(found.accessControls.map(async ({ name, ensure }) => [name, await ensure()] as const)),
    together(
      found.buckets.map(async ({ described, prepared }) => {
        if (described.holds === 'images') return prepared.ensure({ ...consent, ...readers.tags })
        await prepared.ensure()
        // No reader of it depends on the roll-out.
        await prepared.close()
      }),
    ),
    together(found.functions.map(async (fn) => fn.ensureRole())),
    together(packages.map(async ({ digest }) => digest)),
  ])
  await together([
    together(found.functions.map(async (fn) => fn.ensure())),
    together(packages.map(async ({ upload }) => upload())),
  ])
  const published = await together(found.functions.map(async (fn) => fn.publish()))

  if (found.distribution) await readers.open(found.distribution.arn)
  const { distribution, functions } = await goLive(session, stack, {
    claim,
    prepared: found.functions,
    published,
    found: found.distribution,
    accessControls: new Map(accessControls),
  })
  if (distribution.arn !== found.distribution?.arn) await readers.open(distribution.arn)

  const { version, digest, generation, cached } = edgeOf(functions)
  const result = {
    distribution,
    version: version.number,
    generation,
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
  for (const fn of functions)
    // A run that did not wait, or was killed, left more than one older version.
    if (fn.version.published || fn.version.older > 1) await prune(session, stack, fn, distribution)
  return { ...result, finished: true }
}

/** The function at the edge, whose code decides what CloudFront may cache. */
function edgeOf(functions: readonly DeployedFunction[]): DeployedFunction {
  return entry(functions, ({ described }) => described.part === 'edge', 'edge function')
}

interface Looked {
  buckets: readonly { described: StackBucket; prepared: PreparedBucket }[]
  images: PreparedBucket
  functions: readonly PreparedFunction[]
  accessControls: readonly { name: string; ensure: () => Promise<string> }[]
  distribution: Found | undefined
}

/** Looks at every resource. @throws GenatoError NOT_OURS, TWO_DISTRIBUTIONS, OTHER_BUCKET, BUCKET_TAKEN */
async function lookAtAll(
  session: Session,
  stack: StackDescription,
  { packages, claim }: { packages: readonly PreparedPackage[]; claim: Claim },
): Promise<Looked> {
  const codeOf = (name: string) =>
    entry(packages, ({ described }) => described.name === name, `package ${name}`)
  const [buckets, functions, accessControls, distribution] = await together([
    together(
      stack.buckets.map(async (described) => ({
        described,
        prepared: await prepareBucket(session, { ...described, ...claim }),
      })),
    ),
    together(
      stack.functions.map(async (described) =>
        prepareFunction(session, stack, { described, code: codeOf(described.package), claim }),
      ),
    ),
    together(
      stack.accessControls
        .filter(({ wanted }) => wanted)
        .map(async ({ name }) => ({ name, ensure: await prepareAccessControl(session, name, stack.name) })),
    ),
    findOwnDistribution(session, stack, claim),
  ])
  const { prepared: images } = entry(
    buckets,
    ({ described }) => described.holds === 'images',
    'images bucket',
  )
  return { buckets, images, functions, accessControls, distribution }
}

async function findOwnDistribution(
  session: Session,
  stack: StackDescription,
  claim: Claim,
): Promise<Found | undefined> {
  const found = await findDistribution(session, searchOf(stack), { anyBucket: claim.adopt })
  if (found) await refuseOthersDistribution(session, found, claim)
  return found
}

interface GoingLive {
  claim: Claim
  prepared: readonly PreparedFunction[]
  published: readonly DeployedFunction[]
  found: Found | undefined
  /** Their ids by name. */
  accessControls: ReadonlyMap<string, string>
}

/** Puts the published versions on the distribution, and permits Lambda@Edge to invoke them. */
async function goLive(
  session: Session,
  stack: StackDescription,
  { claim, prepared, published, found, accessControls }: GoingLive,
): Promise<{ distribution: EnsuredDistribution; functions: readonly DeployedFunction[] }> {
  let functions = published
  const associate = async (): Promise<EnsuredDistribution> => {
    for (let tries = 1; ; tries++)
      try {
        const arns = new Map(functions.map(({ described, version }) => [described.part, version.arn]))
        return await ensureDistribution(session, {
          ...claim,
          found,
          cached: edgeOf(functions).cached,
          wanted: distributionWanted(stack, accessControls, arns),
        })
      } catch (error) {
        if (tries === MOST_RUNTIMES) throw error
        functions = await together(prepared.map(async (fn) => fn.replaceRuntime(error)))
      }
  }
  const lookAt = async ({ described, version: { number } }: DeployedFunction) => ({
    number,
    permit: await prepareEdgePermission(session, described, number),
  })
  const [distribution, looked] = await together([
    associate(),
    together(published.map(lookAt)),
    published.some(({ version }) => version.published) ? warnOfFewExecutions(session) : Promise.resolve(),
  ])
  for (const [index, fn] of functions.entries()) {
    const earlier = looked[index]
    const { permit } = earlier?.number === fn.version.number ? earlier : await lookAt(fn)
    await permit()
  }
  return { distribution, functions }
}
