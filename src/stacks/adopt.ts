import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { GenatoError } from '../lib/errors.js'
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
import type { Tags } from '../resources/tags.js'
import {
  behavioursWanted,
  bucketNamed,
  describeStack,
  functionNamed,
  searchOf,
  type StackDescription,
} from './description.js'
import { countFiles, filesSentence, NO_FILES, type FileCount } from './files-consent.js'

export interface Adoption {
  /** With the names of the adopted resources. */
  stack: StackDescription
  adopts: string[]
  /** The configuration that keeps the adopted bucket. Empty: none is needed. */
  keep: object
  /** Whether the text says that the bucket's files are served, so that deploy needn't ask. */
  saysFiles: boolean
  text: string
}

/**
 * Finds resources without an owner, and says what adopting them changes.
 * @throws GenatoError NOT_OURS, TWO_DISTRIBUTIONS, ROLE_SHARED, FUNCTION_TAKEN, ORIGIN_PATH
 */
export async function planAdoption(session: Session, configured: StackDescription): Promise<Adoption> {
  const claim = { stack: configured.name, adopt: true }
  const found = await findDistribution(session, searchOf(configured), { anyBucket: true })
  const distribution = found && (await observeDistribution(session, found))
  const stack = withBucketOf(configured, distribution)
  const [buckets, functions] = await together([
    together(
      stack.buckets.map(async ({ name, holds }) => ({
        name,
        holds,
        seen: await observeBucket(session, name),
      })),
    ),
    together(
      stack.functions.map(async (fn) => {
        const [seen, role] = await together([
          observeFunction(session, fn),
          observeRole(session, fn.role.name, fn.role.inline.name),
        ])
        return { fn, seen, role }
      }),
    ),
  ])
  const existing: [what: string, seen: { tags: Tags } | undefined][] = [
    ...buckets.map(({ name, seen }): (typeof existing)[number] => [`bucket ${name}`, seen]),
    ...functions.flatMap(({ fn, seen, role }): typeof existing => [
      [`function ${fn.name}`, seen],
      [`role ${fn.role.name}`, role],
    ]),
    [`distribution ${distribution?.id}`, distribution],
  ]
  const adopts: string[] = []
  for (const [what, seen] of existing) {
    if (!seen) continue
    refuseOthers(what, seen.tags, claim)
    if (ownerOf(seen.tags, stack.name) === 'nobody') adopts.push(what)
  }
  if (distribution) refuseUnfit(distribution.config, behavioursWanted(stack, new Map()))
  for (const { fn, role } of functions) if (role) await refuseSharedRole(session, role.arn, fn.name)

  const { generate } = stack.settings
  const { name: images } = bucketNamed(stack, 'images')
  const seen = buckets.find(({ holds }) => holds === 'images')?.seen
  const open = seen !== undefined && generate.access === 'private' && seen.policy.some(isPublic)
  const keep = images === bucketNamed(configured, 'images').name ? {} : { generate: { bucket: images } }
  const files = adopts.includes(`bucket ${images}`)
    ? await countFiles(session, images, generate.files ?? true)
    : NO_FILES
  const text = textOf(images, adopts, keep, { open, files })
  return { stack, adopts, keep, text, saysFiles: files.count > 0 }
}

/** The stack with the bucket that its function's distribution serves from, unless the configuration names one. */
function withBucketOf(stack: StackDescription, distribution: DistributionSeen | undefined): StackDescription {
  const { settings, account } = stack
  if (!distribution || settings.generate.bucket !== undefined) return stack
  const { config } = distribution
  if (liveVersion(config, functionNamed(stack, 'edge').arn) === undefined) return stack
  const bucket = bucketOf(originAt(config, DEFAULT_PATH)?.DomainName ?? '')
  if (bucket === undefined) return stack
  return describeStack({ ...settings, generate: { ...settings.generate, bucket } }, account)
}

async function refuseSharedRole(session: Session, arn: string, name: string): Promise<void> {
  const others = (await functionsWithRole(session, arn)).filter((one) => one !== name)
  if (others.length === 0) return
  throw new GenatoError(
    'ROLE_SHARED',
    `The role ${arn} is used by other functions too: ${others.join(', ')}.`,
    {
      hint: 'Give them another role first: genato would change its permissions, and delete it at cleanup.',
    },
  )
}

function textOf(
  images: string,
  adopts: string[],
  keep: object,
  { open, files }: { open: boolean; files: FileCount },
): string {
  if (adopts.length === 0) return 'There is nothing to adopt.'
  return [
    'genato would adopt these, change them to match the configuration, and delete them at cleanup:',
    ...adopts.map((what) => `  ${what}`),
    ...(open
      ? [
          `The bucket ${images} is public now. It becomes private once CloudFront has rolled out its access: images are served without interruption, through CloudFront only. generate.access: 'public' in the configuration keeps it public.`,
        ]
      : []),
    ...(files.count > 0 ? [filesSentence(images, files)] : []),
    ...(Object.keys(keep).length === 0
      ? []
      : [`Write this into the configuration, so that later runs find it: ${JSON.stringify(keep)}`]),
  ].join('\n')
}
