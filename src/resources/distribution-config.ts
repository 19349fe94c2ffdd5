import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { ERROR_CODES, errorResponses } from '../../templates/distribution.js'
import { addBehaviour, behaviourAt, changeBehaviour, type AnyBehaviour } from './distribution-behaviours.js'
import { sameConfig, sameSet } from './distribution-compare.js'
import { associate, functionTaken, otherFunction, type FunctionOn } from './distribution-functions.js'
import { findOrigin, refuseOriginPath, syncOrigin, type OriginWanted } from './distribution-origins.js'

export interface BehaviourWanted {
  /** A path pattern. `*` is the default behaviour. */
  path: string
  /** The id of its origin, as `OriginWanted` has it. */
  origin: string
  cachePolicy: string
  /** Response headers policy. */
  headersPolicy: string
  functions: readonly FunctionOn[]
}

/** What genato sets on a distribution. `undefined`: unchanged. */
export interface DistributionWanted {
  origins: readonly OriginWanted[]
  behaviours: readonly BehaviourWanted[]
  aliases: readonly string[] | undefined
  certificate: string | undefined
  priceClass: string | undefined
}

type Fix = (config: DistributionConfig, wanted: DistributionWanted) => DistributionConfig

/** One thing about a distribution. Drift, update, message and dry run all follow from its row. */
interface Aspect {
  name: string
  fix: Fix
}

/** Enforced at every deploy: named in the configuration, or required by the service. */
const ENFORCED: readonly Aspect[] = [
  { name: 'enabled', fix: (config) => ({ ...config, Enabled: true }) },
  { name: 'origin', fix: fixOrigins },
  { name: 'cache policy', fix: eachBehaviour(fixCachePolicy) },
  {
    name: 'function',
    fix: eachBehaviour((config, { path, functions }) =>
      functions.reduce((now, fn) => associate(now, path, fn), config),
    ),
  },
  { name: 'aliases', fix: fixAliases },
  { name: 'certificate', fix: fixCertificate },
  {
    name: 'price class',
    fix: (config, { priceClass }) =>
      priceClass === undefined ? config : { ...config, PriceClass: priceClass as never },
  },
]

/** Set once, when the distribution is created or adopted. Users' later changes are kept. */
const ONCE: readonly Aspect[] = [
  { name: 'https only', fix: setting({ ViewerProtocolPolicy: 'https-only' }) },
  { name: 'compression', fix: setting({ Compress: false }) },
  {
    name: 'CORS headers',
    fix: eachBehaviour((config, { path, headersPolicy }) =>
      changeBehaviour(config, path, (behaviour) =>
        behaviour.ResponseHeadersPolicyId
          ? behaviour
          : { ...behaviour, ResponseHeadersPolicyId: headersPolicy },
      ),
    ),
  },
  { name: 'HTTP versions', fix: (config) => ({ ...config, HttpVersion: 'http2and3' }) },
  { name: 'error caching', fix: fixErrorCaching },
]

/** A configuration as wanted, and the names of the aspects that this changes. */
export interface Converged {
  config: DistributionConfig
  changed: string[]
}

/**
 * Brings a distribution's configuration to what is wanted. Everything else is kept: users' own behaviours, error
 * pages, headers and domains.
 * @param fresh created or adopted by this run.
 * @throws GenatoError FUNCTION_TAKEN
 */
export function converge(current: DistributionConfig, wanted: DistributionWanted, fresh: boolean): Converged {
  const changed: string[] = []
  let config = current
  for (const { name, fix } of fresh ? [...ENFORCED, ...ONCE] : ENFORCED) {
    const next = fix(config, wanted)
    if (!sameConfig(next, config)) changed.push(name)
    config = next
  }
  return { config, changed }
}

/**
 * Refuses a distribution that has to be changed by hand before it can be adopted.
 * @throws GenatoError FUNCTION_TAKEN, ORIGIN_PATH
 */
export function refuseUnfit(
  config: DistributionConfig,
  behaviours: readonly Pick<BehaviourWanted, 'path' | 'functions'>[],
): void {
  for (const { path, functions } of behaviours) {
    for (const fn of functions) {
      const other = otherFunction(config, path, fn)
      if (other !== undefined) throw functionTaken(other, fn)
    }
    refuseOriginPath(config, path)
  }
}

/** The names of the aspects in which a distribution differs from what is wanted. */
export function distributionDrift(config: DistributionConfig, wanted: DistributionWanted): string[] {
  const others = wanted.behaviours.flatMap(({ path, functions }) =>
    functions.map((fn) => otherFunction(config, path, fn)).filter((arn) => arn !== undefined),
  )
  return others.length > 0
    ? others.map((arn) => `another function, ${arn}`)
    : converge(config, wanted, false).changed
}

function eachBehaviour(
  fix: (config: DistributionConfig, wanted: BehaviourWanted) => DistributionConfig,
): Fix {
  return (config, { behaviours }) => behaviours.reduce(fix, config)
}

function setting(change: Partial<AnyBehaviour>): Fix {
  return eachBehaviour((config, { path }) =>
    changeBehaviour(config, path, (behaviour) => ({ ...behaviour, ...change })),
  )
}

/** Points every behaviour to its origin. A behaviour that is missing is added. */
function fixOrigins(current: DistributionConfig, { origins, behaviours }: DistributionWanted) {
  let config = origins.reduce(syncOrigin, current)
  for (const { path, origin, headersPolicy: headers } of behaviours) {
    const wanted = origins.find(({ id }) => id === origin)
    const TargetOriginId = (wanted && findOrigin(config, wanted)?.Id) ?? origin
    config = behaviourAt(config, path)
      ? changeBehaviour(config, path, (behaviour) => ({ ...behaviour, TargetOriginId }))
      : addBehaviour(config, path, { origin: TargetOriginId, headers })
  }
  return config
}

/** CloudFront refuses the older cache settings beside a policy. */
function fixCachePolicy(
  config: DistributionConfig,
  { path, cachePolicy }: BehaviourWanted,
): DistributionConfig {
  if (behaviourAt(config, path)?.CachePolicyId === cachePolicy) return config
  return changeBehaviour(
    config,
    path,
    ({ ForwardedValues: _forwarded, MinTTL: _min, MaxTTL: _max, DefaultTTL: _default, ...rest }) => ({
      ...rest,
      CachePolicyId: cachePolicy,
    }),
  )
}

function fixAliases(config: DistributionConfig, { aliases }: DistributionWanted): DistributionConfig {
  const current = config.Aliases?.Items?.map((alias) => alias.toLowerCase()) ?? []
  if (aliases === undefined || sameSet(aliases, current)) return config
  return { ...config, Aliases: { Quantity: aliases.length, Items: [...aliases] } }
}

function fixCertificate(config: DistributionConfig, { certificate }: DistributionWanted): DistributionConfig {
  if (certificate === undefined || config.ViewerCertificate?.ACMCertificateArn === certificate) return config
  return {
    ...config,
    ViewerCertificate: {
      ACMCertificateArn: certificate,
      SSLSupportMethod: 'sni-only',
      MinimumProtocolVersion: 'TLSv1.2_2021',
    },
  }
}

function fixErrorCaching(config: DistributionConfig): DistributionConfig {
  const current = config.CustomErrorResponses?.Items ?? []
  const missing = ERROR_CODES.filter((code) => !current.some(({ ErrorCode }) => ErrorCode === code))
  if (missing.length === 0) return config
  const items = [...current, ...errorResponses(missing)]
  return { ...config, CustomErrorResponses: { Quantity: items.length, Items: items } }
}
