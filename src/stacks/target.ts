import { GENERATED } from '../../handler/shared/contract.js'
import {
  BASIC_EXECUTION,
  executionRolePolicy,
  executionRoleTrust,
  functionGrants,
} from '../../templates/execution-role.js'
import { imagesLifecycle, packagesLifecycle } from '../../templates/images-bucket.js'
import { BEHAVIOURS, ORIGIN_ID } from '../../templates/distribution.js'
import { HOME_REGION } from '../lib/home-region.js'
import type { Settings } from '../config/types.js'
import {
  accessControlName,
  bucketDomain,
  functionName,
  imagesBucket,
  packagePrefix,
  packagesBucket,
  roleName,
} from '../config/names.js'
import type { BucketWanted } from '../resources/bucket-aspects.js'
import { functionArn, type FunctionDescription, type FunctionPlace } from '../resources/function-wanted.js'
import type { BehaviourWanted, DistributionWanted } from '../resources/distribution-config.js'
import type { Search } from '../resources/find-distribution.js'
import type { Claim } from '../resources/ownership.js'
import type { RoleWanted } from '../resources/role.js'

/** The stack in one account: everything by its name. */
export interface Target {
  stack: string
  account: string
  settings: Settings
  images: string
  packages: string
  function: FunctionPlace
  /** Without a version. */
  functionArn: string
  role: string
  accessControl: string
  originDomain: string
}

/** The name of the one inline policy. */
export const INLINE_POLICY = 'genato-images'

export function targetOf(settings: Settings, account: string): Target {
  const { stack, generate } = settings
  const images = generate.bucket ?? imagesBucket(stack, account)
  const edge = { region: HOME_REGION, name: functionName(stack) }
  return {
    stack,
    account,
    settings,
    images,
    packages: settings.packages.bucket ?? packagesBucket(stack, account),
    function: edge,
    functionArn: functionArn(account, edge),
    role: roleName(stack),
    accessControl: accessControlName(stack),
    originDomain: bucketDomain(images),
  }
}

/** What the stack's distribution is found by. */
export function searchOf({ stack, images, settings, function: { name }, functionArn: arn }: Target): Search {
  return {
    stack,
    buckets: [{ name: images, configured: settings.generate.bucket !== undefined }],
    functions: [{ name, arn }],
  }
}

/** @param accessControl its id; empty: none. @param arn the function's, with its version. */
export function distributionWanted(
  { originDomain, settings }: Target,
  { accessControl, arn }: { accessControl: string; arn: string },
): DistributionWanted {
  return {
    origins: [{ id: ORIGIN_ID, domain: originDomain, accessControl }],
    behaviours: behavioursWanted(arn),
    ...settings.domain,
  }
}

export function behavioursWanted(arn: string): BehaviourWanted[] {
  return BEHAVIOURS.map(({ path, origin, cache, headers, functions }) => ({
    path,
    origin,
    cachePolicy: cache.policy,
    headersPolicy: headers,
    functions: functions.map(({ event }) => ({ event, arn })),
  }))
}

export function imagesWanted({ images: name, settings }: Target, claim: Claim): BucketWanted {
  return {
    ...claim,
    name,
    public: settings.generate.access === 'public',
    holds: 'images',
    prefix: GENERATED,
    lifecycle: (versioned) => imagesLifecycle(settings.generate.expireAfterDays, versioned),
  }
}

export function packagesWanted({ packages: name, stack }: Target, claim: Claim): BucketWanted {
  const prefix = packagePrefix(stack)
  return {
    ...claim,
    name,
    public: false,
    holds: 'packages',
    prefix,
    lifecycle: (versioned) => packagesLifecycle(prefix, versioned),
  }
}

export function roleWanted(
  { role: name, stack, images, account, settings }: Target,
  claim: Claim,
): RoleWanted {
  return {
    ...claim,
    name,
    description: `Runs the image function of the genato stack ${stack}`,
    trust: executionRoleTrust(),
    attached: [BASIC_EXECUTION],
    inline: {
      name: INLINE_POLICY,
      document: executionRolePolicy(functionGrants(images, settings.generate.files ?? true), account),
    },
    boundary: settings.permissionsBoundary,
  }
}

/** The edge function, whatever its code is. */
export function functionDescription(
  { function: place, stack, settings }: Target,
  role: { arn: string; id: string },
  runtime: string,
): FunctionDescription {
  const { memory, timeout } = settings.generate
  return {
    ...place,
    description: `Makes images on demand: genato, stack ${stack}`,
    handler: 'index.handler',
    // The only one that Lambda@Edge runs.
    architecture: 'x86_64',
    role: role.arn,
    roleId: role.id,
    runtime,
    memory,
    timeout,
  }
}
