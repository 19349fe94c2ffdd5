import { GENERATED } from '../../handler/shared/contract.js'
import {
  BEHAVIOURS,
  ORIGIN_ID,
  type Behaviour,
  type OriginRequestFunction,
} from '../../templates/distribution.js'
import {
  BASIC_EXECUTION,
  executionRolePolicy,
  executionRoleTrust,
  functionGrants,
} from '../../templates/execution-role.js'
import { imagesLifecycle, packagesLifecycle } from '../../templates/images-bucket.js'
import { EDGE_REGIONS } from '../aws/regions.js'
import {
  accessControlName,
  bucketDomain,
  directLogGroup,
  distributionLogGroup,
  edgeLogGroup,
  functionName,
  imagesBucket,
  packageKey,
  packagePrefix,
  packagesBucket,
  roleName,
} from '../config/names.js'
import type { Settings } from '../config/types.js'
import { HOME_REGION } from '../lib/home-region.js'
import type { PackageName } from '../package/packages.js'
import type { BucketWanted } from '../resources/bucket-aspects.js'
import type { BehaviourWanted, DistributionWanted } from '../resources/distribution-config.js'
import type { Search } from '../resources/find-distribution.js'
import { functionArn, type FunctionDescription, type FunctionPlace } from '../resources/function-wanted.js'
import type { Claim } from '../resources/ownership.js'
import type { RoleWanted } from '../resources/role.js'
import type { RuntimeSettings } from '../resources/runtime.js'

/**
 * A stack in one account: everything that its settings say about its resources. It is described once, and every
 * command walks its lists. A new service adds entries to them.
 */
export interface StackDescription {
  name: string
  account: string
  settings: Settings
  buckets: readonly StackBucket[]
  packages: readonly StackPackage[]
  functions: readonly StackFunction[]
  accessControls: readonly StackAccessControl[]
  origins: readonly StackOrigin[]
  /** In order of precedence, with the default behaviour last. */
  behaviours: readonly Behaviour<OriginRequestFunction>[]
}

export type StackBucket = Omit<BucketWanted, keyof Claim>
type StackRole = Omit<RoleWanted, keyof Claim>

/** The packages that a deploy brings to AWS. `images` runs in `genato dev` only, so far. */
export type DeployedPackage = Exclude<PackageName, 'images'>

/** A package of code. */
export interface StackPackage {
  name: DeployedPackage
  /** The bucket that its zips are stored in. */
  bucket: string
  /** The beginning of its zips' keys. */
  prefix: string
  keyOf: (digest: string) => string
}

export interface StackFunction extends FunctionPlace {
  part: 'edge'
  /** Without a version. */
  arn: string
  package: DeployedPackage
  role: StackRole
  /** The settings that are known before the role exists and a runtime is chosen. */
  fixed: Omit<FunctionDescription, 'role' | 'roleId' | 'runtime'>
  runtime: RuntimeSettings
  logGroups: readonly StackLogGroup[]
}

interface StackLogGroup {
  name: string
  regions: readonly string[]
  /** Whether deploy creates it, so that its retention holds from the first line on. */
  created: boolean
}

export interface StackAccessControl {
  name: string
  /** Deploy doesn't create an unwanted one. One that exists stays until cleanup. */
  wanted: boolean
}

interface StackOrigin {
  id: string
  bucket: StackBucket['holds']
  domain: string
  /** The name of its access control. `undefined`: the bucket is public. */
  accessControl: string | undefined
}

/** The name of a role's only inline policy. */
const INLINE_POLICY = 'genato-images'

export function describeStack(settings: Settings, account: string): StackDescription {
  const { stack: name, generate } = settings
  const images = generate.bucket ?? imagesBucket(name, account)
  const packages = settings.packages.bucket ?? packagesBucket(name, account)
  const prefix = packagePrefix(name)
  const isPrivate = generate.access === 'private'
  const accessControl = accessControlName(name)
  return {
    name,
    account,
    settings,
    buckets: [
      {
        name: images,
        holds: 'images',
        public: !isPrivate,
        prefix: GENERATED,
        lifecycle: (versioned) => imagesLifecycle(generate.expireAfterDays, versioned),
      },
      {
        name: packages,
        holds: 'packages',
        public: false,
        prefix,
        lifecycle: (versioned) => packagesLifecycle(prefix, versioned),
      },
    ],
    packages: [{ name: 'edge', bucket: packages, prefix, keyOf: (digest) => packageKey(name, digest) }],
    functions: [edgeFunction(settings, account, images)],
    accessControls: [{ name: accessControl, wanted: isPrivate }],
    origins: [
      {
        id: ORIGIN_ID,
        bucket: 'images',
        domain: bucketDomain(images),
        accessControl: isPrivate ? accessControl : undefined,
      },
    ],
    behaviours: BEHAVIOURS,
  }
}

/** The Lambda@Edge function, which generates images. */
function edgeFunction(settings: Settings, account: string, images: string): StackFunction {
  const { stack, generate, permissionsBoundary } = settings
  const { memory, timeout, runtime, runtimeFixed } = generate
  const place = { region: HOME_REGION, name: functionName(stack) }
  return {
    ...place,
    part: 'edge',
    arn: functionArn(account, place),
    package: 'edge',
    role: {
      name: roleName(stack),
      description: `Runs the image function of the genato stack ${stack}`,
      trust: executionRoleTrust(),
      attached: [BASIC_EXECUTION],
      inline: {
        name: INLINE_POLICY,
        document: executionRolePolicy(functionGrants(images, generate.files ?? true), account),
      },
      boundary: permissionsBoundary,
    },
    fixed: {
      ...place,
      description: `Makes images on demand: genato, stack ${stack}`,
      handler: 'index.handler',
      // The only one that Lambda@Edge runs.
      architecture: 'x86_64',
      memory,
      timeout,
    },
    runtime: { runtime, runtimeFixed },
    logGroups: [
      { name: edgeLogGroup(stack), regions: EDGE_REGIONS, created: true },
      { name: directLogGroup(stack), regions: [HOME_REGION], created: false },
    ],
  }
}

export function bucketNamed({ buckets }: StackDescription, holds: StackBucket['holds']): StackBucket {
  return entry(buckets, ({ holds: is }) => is === holds, `bucket of ${holds}`)
}

export function packageNamed({ packages }: StackDescription, name: DeployedPackage): StackPackage {
  return entry(packages, ({ name: is }) => is === name, `package ${name}`)
}

export function functionNamed({ functions }: StackDescription, part: StackFunction['part']): StackFunction {
  return entry(functions, ({ part: is }) => is === part, `function ${part}`)
}

/** Finds an entry that every stack has: `describeStack` writes one for each name of the type. */
export function entry<T>(list: readonly T[], isWanted: (one: T) => boolean, what: string): T {
  const found = list.find(isWanted)
  if (found === undefined) throw new Error(`The stack has no ${what}.`)
  return found
}

/**
 * Every log group that the stack may have.
 * @param distribution its id, which names the group where CloudFront reports responses that it refused.
 */
export function logGroupsOf(
  { functions }: StackDescription,
  distribution: string | undefined,
): Pick<StackLogGroup, 'name' | 'regions'>[] {
  return [
    ...functions.flatMap(({ logGroups }) => logGroups),
    ...(distribution ? [{ name: distributionLogGroup(distribution), regions: EDGE_REGIONS }] : []),
  ]
}

/** How to recognise the stack's distribution. */
export function searchOf(stack: StackDescription): Search {
  const { bucket } = stack.settings.generate
  return {
    stack: stack.name,
    buckets: stack.origins.map((origin) => ({
      name: bucketNamed(stack, origin.bucket).name,
      configured: bucket !== undefined,
    })),
    functions: stack.functions,
  }
}

/**
 * @param ids of the access controls by name. @param arns of the functions by part, with versions.
 */
export function distributionWanted(
  stack: StackDescription,
  ids: ReadonlyMap<string, string>,
  arns: ReadonlyMap<StackFunction['part'], string>,
): DistributionWanted {
  return {
    origins: stack.origins.map(({ id, domain, accessControl }) => ({
      id,
      domain,
      // In a status it may be missing. Then the origin differs.
      accessControl: accessControl === undefined ? '' : (ids.get(accessControl) ?? 'none'),
    })),
    behaviours: behavioursWanted(stack, arns),
    ...stack.settings.domain,
  }
}

/** @param arns of the functions by part. */
export function behavioursWanted(
  stack: StackDescription,
  arns: ReadonlyMap<StackFunction['part'], string>,
): BehaviourWanted[] {
  return stack.behaviours.map(({ path, origin, cache, headers, functions }) => ({
    path,
    origin,
    cachePolicy: cache.policy,
    headersPolicy: headers,
    functions: functions.map(({ event, function: part }) => ({
      event,
      arn: arns.get(part) ?? functionNamed(stack, part).arn,
    })),
  }))
}
