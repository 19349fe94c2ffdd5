import { GENERATED } from '../../handler/shared/contract.js'
import type { Statement } from '../../templates/policy.js'
import { EDGE_REGIONS } from '../aws/regions.js'
import type { Session } from '../aws/session.js'
import { CLOSING_TAG } from '../config/names.js'
import { replicasLeft } from '../resources/account.js'
import { isOurs } from '../resources/bucket-policy.js'
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
import { takeInventory, type Inventory } from './inventory.js'
import {
  distributionWanted,
  functionDescription,
  imagesWanted,
  packagesWanted,
  roleWanted,
  type Target,
} from './target.js'

export interface Status {
  state: 'in step' | 'under way' | 'differs' | 'not deployed'
  url: string | undefined
  distribution: { id: string; state: string } | undefined
  version: { number: number; digest: string | undefined } | undefined
  /** The digest of the package that these sources make. */
  localDigest: string | undefined
  /** What there is, by kind. */
  there: Record<string, boolean>
  /** What is not as the configuration says, or not there. */
  differing: string[]
  unfinished: string[]
  images: { generation: string; current: boolean; count: number; bytes: number }[]
  /** How many stored images this machine's package, once deployed, would serve though other code made them. */
  olderImages: number
  strangers: string[]
}

/** The package on this machine. */
export interface LocalPackage {
  digest: string
  /** Part of its object keys; `undefined` if it can't be told. Asked only where the package is not the live one. */
  generation: () => Promise<string | undefined>
}

/** @param local if one is built. */
export async function status(
  session: Session,
  target: Target,
  local: LocalPackage | undefined,
): Promise<Status> {
  const inventory = await takeInventory(session, target)
  const { distribution, function: fn } = inventory
  const there = {
    'images bucket': inventory.images !== undefined,
    'packages bucket': inventory.packages !== undefined,
    role: inventory.role !== undefined,
    function: fn !== undefined,
    'access control': inventory.accessControl !== undefined,
    distribution: distribution !== undefined,
  }
  const needed = Object.entries(there).filter(
    ([kind]) => kind !== 'access control' || target.settings.generate.access === 'private',
  )
  const missing = needed.filter(([, is]) => !is).map(([kind]) => `no ${kind}`)
  const number = distribution && liveVersion(distribution.config, target.functionArn)
  const versions = fn ? await listVersions(session, target.function) : []
  const live = versions.find((version) => version.number === number)
  const none = needed.every(([, is]) => !is) && inventory.strangers.length === 0
  const policy = distribution && inventory.images?.policy
  const closing = policy !== undefined && isClosing(inventory, policy)
  const digests = { live: live?.digest, local: local?.digest }
  const differing = [...missing, ...drift(target, inventory, { policy, closing, ...digests })]
  const unfinished = await unfinishedOf(
    session,
    target,
    inventory,
    versions.map((one) => one.number),
    number,
  )
  if (closing)
    unfinished.push(
      target.settings.generate.access === 'public'
        ? 'the images bucket still lets in the distribution by its access control: run deploy'
        : 'the images bucket can still be read by anyone: deploy closes it once CloudFront has rolled out the access control',
    )
  const images = inventory.images ? await countImages(session, target, fn?.tags[CODE_TAGS.generation]) : []
  return {
    state: none
      ? 'not deployed'
      : differing.length > 0
        ? 'differs'
        : unfinished.length > 0
          ? 'under way'
          : 'in step',
    url: distribution && `https://${target.settings.domain.aliases?.[0] ?? distribution.domain}`,
    distribution: distribution && {
      id: distribution.id,
      state: `${distribution.config.Enabled ? 'enabled' : 'disabled'}, ${distribution.deployed ? 'deployed' : 'being rolled out'}`,
    },
    version: number === undefined ? undefined : { number, digest: live?.digest },
    localDigest: local?.digest,
    there,
    differing: none ? [] : differing,
    unfinished,
    images,
    olderImages: await countOlderThan(local, live?.digest, images),
    strangers: inventory.strangers,
  }
}

/** Whether the bucket still lets in the way that the distribution read it before a change. */
function isClosing({ images }: Inventory, policy: Statement[]): boolean {
  return CLOSING_TAG in (images?.tags ?? {}) || letsInBoth(policy.filter(isOurs))
}

interface Known {
  /** The statements of the images bucket's policy, where there is a bucket and a distribution. */
  policy: Statement[] | undefined
  closing: boolean
  /** Content digest of the live version's package, and of the one on this machine. */
  live: string | undefined
  local: string | undefined
}

/** What a deploy shuts only after the roll-out. */
const CLOSED_LAST = ['public access block', 'object ownership']

function drift(
  target: Target,
  { images, packages, role, function: fn, distribution, accessControl }: Inventory,
  { policy, closing, live, local }: Known,
): string[] {
  const claim = { stack: target.stack, adopt: false }
  const { settings } = target
  const differing = [
    ...(images
      ? bucketDrift(images, imagesWanted(target, claim))
          .filter((what) => !(closing && CLOSED_LAST.includes(what)))
          .map((what) => `images bucket: ${what}`)
      : []),
    ...(packages
      ? bucketDrift(packages, packagesWanted(target, claim)).map((what) => `packages bucket: ${what}`)
      : []),
    ...(role ? roleDrift(role, roleWanted(target, claim)).map((what) => `role: ${what}`) : []),
    ...(fn && role
      ? functionDrift(fn, functionDescription(target, role, runtimeOf(settings.generate, fn.tags))).map(
          (what) => `function: ${what}`,
        )
      : []),
  ]
  if (fn?.failed)
    differing.push(
      `function: its ${fn.failed} failed${fn.reason ? `, ${fn.reason}` : ''}: run deploy to try again`,
    )
  if (fn && fn.tags[CODE_TAGS.sha256] !== fn.codeSha256) differing.push('function: code')
  if (distribution) {
    const number = liveVersion(distribution.config, target.functionArn)
    const changed = distributionDrift(
      distribution.config,
      distributionWanted(target, {
        accessControl: settings.generate.access === 'public' ? '' : (accessControl ?? 'none'),
        arn: `${target.functionArn}:${number ?? 'none'}`,
      }),
    )
    // A cleanup was begun: that is unfinished, and no drift.
    if (!isEnding(distribution)) differing.push(...changed.map((what) => `distribution: ${what}`))
    const wanted = readersWanted(target, distribution.arn)
    const ours = policy?.filter(isOurs).filter(({ Sid }) => !closing || wanted.some((one) => one.Sid === Sid))
    if (ours && !sameDocument({ s: ours }, { s: wanted })) differing.push('images bucket: policy')
  }
  if (local !== undefined && live !== undefined && local !== live)
    differing.push('package: this one is not deployed')
  return differing
}

/** As a cleanup leaves it while CloudFront rolls that out: disabled, and without the function. */
function isEnding({ config }: DistributionSeen): boolean {
  return config.Enabled !== true && originRequestFunction(config) === undefined
}

async function unfinishedOf(
  session: Session,
  target: Target,
  { distribution, function: fn }: Inventory,
  versions: number[],
  live: number | undefined,
): Promise<string[]> {
  const unfinished: string[] = []
  if (distribution && isEnding(distribution))
    unfinished.push('the distribution is disabled: run cleanup to go on, or deploy to bring it back')
  if (distribution && !distribution.deployed) unfinished.push('the distribution is being rolled out')
  if (distribution && fn && distribution.tags[INVALIDATED_TAG] !== fn.tags[CODE_TAGS.cached])
    unfinished.push('what CloudFront keeps has to be invalidated: run deploy')
  const invalidations = distribution ? await invalidationsUnderWay(session, distribution.id) : 0
  if (invalidations > 0)
    unfinished.push(`${invalidations} invalidation${invalidations === 1 ? '' : 's'} under way`)
  if (live !== undefined && versions.some((number) => number > live))
    unfinished.push('a newer version is published, and not live: run deploy')
  if (fn && !distribution) {
    const replicas = await replicasLeft(session, target.function, EDGE_REGIONS)
    if (replicas.size > 0)
      unfinished.push(`replicas are left in ${[...replicas.keys()].join(', ')}: run cleanup again later`)
  }
  if (fn && (fn.updating || fn.state === 'Pending')) unfinished.push('the function is being updated')
  return unfinished
}

/** Of the live generation, if other code is to go on with it. */
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
  { images }: Target,
  current: string | undefined,
): Promise<Status['images']> {
  const counts = new Map<string, { count: number; bytes: number }>()
  for await (const page of listObjects(session, images, GENERATED))
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
