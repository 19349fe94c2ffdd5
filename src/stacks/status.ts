import { GENERATED } from '../../handler/shared/contract.js'
import type { Statement } from '../../templates/policy.js'
import { EDGE_REGIONS } from '../aws/regions.js'
import type { Session } from '../aws/session.js'
import { CLOSING_TAG } from '../config/names.js'
import { accessControlDrift } from '../resources/access-control.js'
import { replicasLeft } from '../resources/account.js'
import { isOurs } from '../resources/bucket-policy.js'
import type { BucketSeen } from '../resources/bucket-seen.js'
import { bucketDrift } from '../resources/bucket-aspects.js'
import { distributionDrift } from '../resources/distribution-config.js'
import { liveVersion, originRequestFunction } from '../resources/distribution-functions.js'
import type { DistributionSeen } from '../resources/distribution-seen.js'
import { INVALIDATED_TAG } from '../resources/distribution-update.js'
import { sameDocument } from '../resources/document.js'
import { CODE_TAGS } from '../resources/function-code.js'
import { functionDrift } from '../resources/function-settings.js'
import { invalidationsUnderWay } from '../resources/invalidation.js'
import { listObjects } from '../resources/bucket-contents.js'
import { roleDrift } from '../resources/role.js'
import { runtimeOf } from '../resources/runtime.js'
import { listVersions } from '../resources/version.js'
import { letsInBoth, readersWanted } from './images-readers.js'
import {
  bucketNamed,
  distributionWanted,
  functionNamed,
  type StackDescription,
  type StackFunction,
} from './description.js'
import {
  bucketSeen,
  functionSeen,
  partsOf,
  takeInventory,
  type Inventory,
  type ObservedFunction,
} from './inventory.js'

export interface Status {
  state: 'up to date' | 'under way' | 'differs' | 'not deployed'
  url: string | undefined
  distribution: { id: string; state: string } | undefined
  version: { number: number; digest: string | undefined } | undefined
  /** The digest of the package built from these sources. */
  localDigest: string | undefined
  /** Whether each kind of resource exists. */
  there: Record<string, boolean>
  /** Resources that are missing or differ from the configuration. */
  differing: string[]
  unfinished: string[]
  images: { generation: string; current: boolean; count: number; bytes: number }[]
  /** How many stored images of other code the package on this machine would still serve once deployed. */
  olderImages: number
  notManaged: string[]
}

/** The package on this machine. */
export interface LocalPackage {
  digest: string
  /** Part of its object keys. `undefined`: unknown. Only called if the package isn't the live one. */
  generation: () => Promise<string | undefined>
}

/** @param local `undefined` if no package was built on this machine. */
export async function status(
  session: Session,
  stack: StackDescription,
  local: LocalPackage | undefined,
): Promise<Status> {
  const inventory = await takeInventory(session, stack)
  const { distribution } = inventory
  const edge = functionNamed(stack, 'edge')
  const fn = functionSeen(inventory, 'edge')?.seen
  const images = bucketSeen(inventory, 'images')
  const parts = partsOf(inventory)
  const missing = parts.filter(({ needed, exists }) => needed && !exists).map(({ label }) => `no ${label}`)
  const number = distribution && liveVersion(distribution.config, edge.arn)
  const versions = fn ? await listVersions(session, edge) : []
  const live = versions.find((version) => version.number === number)
  const none = parts.every(({ needed, exists }) => !needed || !exists) && inventory.notManaged.length === 0
  const policy = distribution && images?.policy
  const closing = policy !== undefined && isClosing(images, policy)
  const digests = { live: live?.digest, local: local?.digest }
  const differing = [...missing, ...drift(stack, inventory, { policy, closing, ...digests })]
  const unfinished = await unfinishedOf(
    session,
    edge,
    inventory,
    versions.map((one) => one.number),
    number,
  )
  if (closing)
    unfinished.push(
      stack.settings.generate.access === 'public'
        ? 'the images bucket still lets the distribution in by its access control: run deploy'
        : 'the images bucket can still be read by anyone: deploy closes it once CloudFront has rolled out the access control',
    )
  const stored = images ? await countImages(session, stack, fn?.tags[CODE_TAGS.generation]) : []
  return {
    state: none
      ? 'not deployed'
      : differing.length > 0
        ? 'differs'
        : unfinished.length > 0
          ? 'under way'
          : 'up to date',
    url: distribution && `https://${stack.settings.domain.aliases?.[0] ?? distribution.domain}`,
    distribution: distribution && {
      id: distribution.id,
      state: `${distribution.config.Enabled ? 'enabled' : 'disabled'}, ${distribution.deployed ? 'deployed' : 'being rolled out'}`,
    },
    version: number === undefined ? undefined : { number, digest: live?.digest },
    localDigest: local?.digest,
    there: Object.fromEntries(parts.map(({ label, exists }) => [label, exists])),
    differing: none ? [] : differing,
    unfinished,
    images: stored,
    olderImages: await countOlderThan(local, live?.digest, stored),
    notManaged: inventory.notManaged,
  }
}

/** Whether the bucket still allows the way that the distribution read it before a change. */
function isClosing(images: BucketSeen | undefined, policy: Statement[]): boolean {
  return CLOSING_TAG in (images?.tags ?? {}) || letsInBoth(policy.filter(isOurs))
}

interface Known {
  /** The statements of the images bucket's policy, if both the bucket and a distribution exist. */
  policy: Statement[] | undefined
  closing: boolean
  /** Content digests of the live version's package and of the one on this machine. */
  live: string | undefined
  local: string | undefined
}

/** Aspects that deploy fixes only after the roll-out. */
const CLOSED_LAST = ['public access block', 'object ownership']

function drift(
  stack: StackDescription,
  { buckets, functions, accessControls, distribution }: Inventory,
  { policy, closing, live, local }: Known,
): string[] {
  const claim = { stack: stack.name, adopt: false }
  const differing: string[] = []
  for (const { described, seen } of buckets) {
    if (!seen) continue
    const drifted = bucketDrift(seen, { ...described, ...claim }).filter(
      (what) => !(closing && described.holds === 'images' && CLOSED_LAST.includes(what)),
    )
    differing.push(...drifted.map((what) => `${described.holds} bucket: ${what}`))
  }
  for (const { described, role } of functions)
    if (role)
      differing.push(...roleDrift(role, { ...described.role, ...claim }).map((what) => `role: ${what}`))
  for (const fn of functions) differing.push(...driftOfFunction(fn))
  for (const { described, seen } of accessControls)
    if (described.wanted && seen)
      differing.push(
        ...accessControlDrift(seen, { name: described.name, stack: stack.name }).map(
          (what) => `access control: ${what}`,
        ),
      )
  if (distribution) {
    const ids = new Map(
      accessControls.flatMap(({ described, seen }) => (seen ? [[described.name, seen.id]] : [])),
    )
    const arns = new Map(
      functions.map(({ described: { part, arn } }) => [
        part,
        `${arn}:${liveVersion(distribution.config, arn) ?? 'none'}`,
      ]),
    )
    const changed = distributionDrift(distribution.config, distributionWanted(stack, ids, arns))
    // A cleanup that has begun is reported as unfinished, not as drift.
    if (!isEnding(distribution)) differing.push(...changed.map((what) => `distribution: ${what}`))
    const wanted = readersWanted(stack, distribution.arn)
    const ours = policy?.filter(isOurs).filter(({ Sid }) => !closing || wanted.some((one) => one.Sid === Sid))
    if (ours && !sameDocument({ s: ours }, { s: wanted })) differing.push('images bucket: policy')
  }
  if (local !== undefined && live !== undefined && local !== live)
    differing.push('package: this one is not deployed')
  return differing
}

function driftOfFunction({ described, seen, role }: ObservedFunction): string[] {
  if (!seen) return []
  const differing = role
    ? functionDrift(seen, {
        ...described.fixed,
        role: role.arn,
        roleId: role.id,
        runtime: runtimeOf(described.runtime, seen.tags),
      })
    : []
  if (seen.failed)
    differing.push(
      `its ${seen.failed} failed${seen.reason ? `, ${seen.reason}` : ''}: run deploy to try again`,
    )
  if (seen.tags[CODE_TAGS.sha256] !== seen.codeSha256) differing.push('code')
  return differing.map((what) => `function: ${what}`)
}

/** Whether it is disabled and runs no function, as cleanup leaves it until CloudFront has rolled that out. */
function isEnding({ config }: DistributionSeen): boolean {
  return config.Enabled !== true && originRequestFunction(config) === undefined
}

async function unfinishedOf(
  session: Session,
  edge: StackFunction,
  inventory: Inventory,
  versions: number[],
  live: number | undefined,
): Promise<string[]> {
  const { distribution } = inventory
  const fn = functionSeen(inventory, edge.part)?.seen
  const unfinished: string[] = []
  if (distribution && isEnding(distribution))
    unfinished.push('the distribution is disabled: run cleanup to continue, or deploy to bring it back')
  if (distribution && !distribution.deployed) unfinished.push('the distribution is being rolled out')
  if (distribution && fn && distribution.tags[INVALIDATED_TAG] !== fn.tags[CODE_TAGS.cached])
    unfinished.push('the cache of CloudFront must be invalidated: run deploy')
  const invalidations = distribution ? await invalidationsUnderWay(session, distribution.id) : 0
  if (invalidations > 0)
    unfinished.push(`${invalidations} invalidation${invalidations === 1 ? '' : 's'} under way`)
  if (live !== undefined && versions.some((number) => number > live))
    unfinished.push('a newer version is published but not live: run deploy')
  if (fn && !distribution) {
    const replicas = await replicasLeft(session, edge, EDGE_REGIONS)
    if (replicas.size > 0)
      unfinished.push(`replicas are left in ${[...replicas.keys()].join(', ')}: run cleanup again later`)
  }
  if (fn && (fn.updating || fn.state === 'Pending')) unfinished.push('the function is being updated')
  return unfinished
}

/** Counts the images of the live generation, if the local code differs but has the same generation. */
async function countOlderThan(
  local: LocalPackage | undefined,
  live: string | undefined,
  images: Status['images'],
): Promise<number> {
  const stored = images.find(({ current }) => current)
  if (!stored || local === undefined || live === undefined || local.digest === live) return 0
  return (await local.generation()) === stored.generation ? stored.count : 0
}

async function countImages(
  session: Session,
  stack: StackDescription,
  current: string | undefined,
): Promise<Status['images']> {
  const counts = new Map<string, { count: number; bytes: number }>()
  for await (const page of listObjects(session, bucketNamed(stack, 'images').name, GENERATED))
    for (const { Key = '', Size = 0 } of page) {
      const generation = Key.slice(GENERATED.length).split('/')[0] ?? ''
      const { count, bytes } = counts.get(generation) ?? { count: 0, bytes: 0 }
      counts.set(generation, { count: count + 1, bytes: bytes + Size })
    }
  return [...counts].map(([generation, numbers]) => ({
    generation,
    current: generation === current,
    ...numbers,
  }))
}
