import type { Session } from '../aws/session.js'
import { GenatoError } from '../lib/errors.js'
import { bucketDomain } from '../config/names.js'
import { functionsWithRole } from '../resources/account.js'
import { isPublic } from '../resources/bucket-policy.js'
import { observeBucket } from '../resources/bucket-seen.js'
import { DEFAULT_PATH } from '../resources/distribution-behaviours.js'
import { refuseUnfit } from '../resources/distribution-config.js'
import { liveVersion } from '../resources/distribution-functions.js'
import { bucketOf, originAt } from '../resources/distribution-origins.js'
import { observeDistribution, type DistributionSeen } from '../resources/distribution-seen.js'
import { findDistribution } from '../resources/find-distribution.js'
import { observeFunction } from '../resources/function-seen.js'
import { ownerOf, refuseOthers } from '../resources/ownership.js'
import { observeRole } from '../resources/role.js'
import { countFiles, filesSentence, NO_FILES, type FileCount } from './files-consent.js'
import { behavioursWanted, INLINE_POLICY, searchOf, type Target } from './target.js'

export interface Adoption {
  /** With the names of what is taken over. */
  target: Target
  adopts: string[]
  /** The configuration that keeps it, or none is needed. */
  keep: object
  /** Whether the text says that the bucket's files are served: then they need not be asked about again. */
  saysFiles: boolean
  text: string
}

/**
 * Looks at what is there and nobody's, and says what taking it over changes.
 * @throws GenatoError NOT_OURS, TWO_DISTRIBUTIONS, ROLE_SHARED, FUNCTION_TAKEN, ORIGIN_PATH
 */
export async function planAdoption(session: Session, first: Target): Promise<Adoption> {
  const claim = { stack: first.stack, adopt: true }
  const found = await findDistribution(session, searchOf(first), { anyBucket: true })
  const distribution = found && (await observeDistribution(session, found))
  const target = withBucketOf(first, distribution)
  const [images, packages, fn, role] = await Promise.all([
    observeBucket(session, target.images),
    observeBucket(session, target.packages),
    observeFunction(session, target.function),
    observeRole(session, target.role, INLINE_POLICY),
  ])
  const seen: [string, { tags: Record<string, string> } | undefined][] = [
    [`bucket ${target.images}`, images],
    [`bucket ${target.packages}`, packages],
    [`function ${target.function.name}`, fn],
    [`role ${target.role}`, role],
    [`distribution ${distribution?.id}`, distribution],
  ]
  const adopts: string[] = []
  for (const [what, one] of seen) {
    if (!one) continue
    refuseOthers(what, one.tags, claim)
    if (ownerOf(one.tags, target.stack) === 'nobody') adopts.push(what)
  }
  if (distribution) refuseUnfit(distribution.config, behavioursWanted(target.functionArn))
  if (role) await refuseSharedRole(session, role.arn, target.function.name)
  const open =
    images !== undefined && target.settings.generate.access === 'private' && images.policy.some(isPublic)
  const keep = target.images === first.images ? {} : { generate: { bucket: target.images } }
  const files =
    images && adopts.includes(`bucket ${target.images}`)
      ? await countFiles(session, target.images, target.settings.generate.files ?? true)
      : NO_FILES
  const text = textOf(target, adopts, keep, { open, files })
  return { target, adopts, keep, text, saysFiles: files.count > 0 }
}

function withBucketOf(target: Target, distribution: DistributionSeen | undefined): Target {
  if (!distribution || target.settings.generate.bucket !== undefined) return target
  const { config } = distribution
  if (liveVersion(config, target.functionArn) === undefined) return target
  const images = bucketOf(originAt(config, DEFAULT_PATH)?.DomainName ?? '')
  return images === undefined ? target : { ...target, images, originDomain: bucketDomain(images) }
}

async function refuseSharedRole(session: Session, arn: string, name: string): Promise<void> {
  const others = (await functionsWithRole(session, arn)).filter((one) => one !== name)
  if (others.length === 0) return
  throw new GenatoError(
    'ROLE_SHARED',
    `The role ${arn} is used by other functions too: ${others.join(', ')}.`,
    {
      hint: 'Give them a role of their own first: genato would change what it may do, and delete it at cleanup.',
    },
  )
}

function textOf(
  { images }: Target,
  adopts: string[],
  keep: object,
  { open, files }: { open: boolean; files: FileCount },
): string {
  if (adopts.length === 0) return 'There is nothing to take over.'
  return [
    'genato would take over, change as the configuration says, and delete at cleanup:',
    ...adopts.map((what) => `  ${what}`),
    ...(open
      ? [
          `The bucket ${images} is public now. It becomes private once CloudFront has rolled out its access: images are served without a break, through CloudFront only. generate.access: 'public' in the configuration keeps it public.`,
        ]
      : []),
    ...(files.count > 0 ? [filesSentence(images, files)] : []),
    ...(Object.keys(keep).length === 0
      ? []
      : [`Write this into the configuration, so that later runs find it: ${JSON.stringify(keep)}`]),
  ].join('\n')
}
