import type { DistributionConfig, LambdaFunctionAssociation, Origin } from '@aws-sdk/client-cloudfront'
import {
  CACHE_POLICY,
  ERROR_CODES,
  errorResponses,
  HEADERS_POLICY,
  ORIGIN_ID,
} from '../../templates/distribution.js'
import { GenatoError } from '../lib/errors.js'
import { canonicalDocument } from './document.js'

/** What makes a distribution this stack's. `undefined`: left as it is. */
export interface DistributionWanted {
  originDomain: string
  /** The origin access control's id; empty: none, the bucket is public. */
  accessControl: string
  /** With its version's number. */
  functionArn: string
  aliases: string[] | undefined
  certificate: string | undefined
  priceClass: string | undefined
}

type Sync = (config: DistributionConfig, wanted: DistributionWanted) => DistributionConfig

/** What is enforced at every deploy: named in the configuration, or the service can't do without it. */
const ENFORCED: Record<string, Sync> = {
  enabled: (config) => ({ ...config, Enabled: true }),
  origin: syncOrigin,
  'cache policy': syncCachePolicy,
  function: syncFunction,
  aliases: (config, { aliases }) =>
    aliases === undefined ||
    sameSet(
      aliases,
      config.Aliases?.Items?.map((alias) => alias.toLowerCase()),
    )
      ? config
      : { ...config, Aliases: { Quantity: aliases.length, Items: aliases } },
  certificate: (config, { certificate }) =>
    certificate === undefined || config.ViewerCertificate?.ACMCertificateArn === certificate
      ? config
      : {
          ...config,
          ViewerCertificate: {
            ACMCertificateArn: certificate,
            SSLSupportMethod: 'sni-only',
            MinimumProtocolVersion: 'TLSv1.2_2021',
          },
        },
  'price class': (config, { priceClass }) =>
    priceClass === undefined ? config : { ...config, PriceClass: priceClass as never },
}

/** What a distribution gets once, when it is created or taken over: what users change later is kept. */
const ONCE: Record<string, Sync> = {
  'https only': (config) => behaviour(config, { ViewerProtocolPolicy: 'https-only' }),
  compression: (config) => behaviour(config, { Compress: false }),
  'CORS headers': (config) =>
    config.DefaultCacheBehavior?.ResponseHeadersPolicyId
      ? config
      : behaviour(config, { ResponseHeadersPolicyId: HEADERS_POLICY }),
  'HTTP versions': (config) => ({ ...config, HttpVersion: 'http2and3' }),
  'error caching': syncErrors,
}

/** The configuration as it has to be, and which of its parts that changes. */
export interface Converged {
  config: DistributionConfig
  changed: string[]
}

/**
 * Makes a distribution's configuration as it has to be, and keeps all else: users' own behaviours, error
 * pages, headers, domains.
 * @param fresh created or taken over by this run.
 * @throws GenatoError FUNCTION_TAKEN
 */
export function converge(current: DistributionConfig, wanted: DistributionWanted, fresh: boolean): Converged {
  const changed: string[] = []
  let config = current
  for (const [aspect, sync] of Object.entries(fresh ? { ...ENFORCED, ...ONCE } : ENFORCED)) {
    const next = sync(config, wanted)
    if (canonicalDocument(next) !== canonicalDocument(config)) changed.push(aspect)
    config = next
  }
  return { config, changed }
}

/**
 * Refuses a distribution that can't become the stack's as it is.
 * @throws GenatoError FUNCTION_TAKEN, ORIGIN_PATH
 */
export function refuseUnfit(config: DistributionConfig, functionArn: string): void {
  const other = otherFunction(config, functionArn)
  if (other !== undefined) throw functionTaken(other)
  const { DefaultCacheBehavior, Origins } = config
  const origin = Origins?.Items?.find(({ Id }) => Id === DefaultCacheBehavior?.TargetOriginId)
  if (origin?.OriginPath)
    throw new GenatoError(
      'ORIGIN_PATH',
      `The origin ${origin.Id} of the distribution has the path ${origin.OriginPath}: genato stores images at the top of the bucket, and its role may write nowhere else.`,
      {
        hint: 'Move the files in the bucket to where their URLs are and take the path away in the CloudFront console, or take another --stack.',
      },
    )
}

function functionTaken(other: string): GenatoError {
  return new GenatoError(
    'FUNCTION_TAKEN',
    `The distribution has another function on origin-request: ${other}.`,
    { hint: 'Remove it in the CloudFront console if it is not needed any more: genato replaces none.' },
  )
}

/** What of the distribution is not as it has to be. */
export function distributionDrift(config: DistributionConfig, wanted: DistributionWanted): string[] {
  const other = otherFunction(config, wanted.functionArn)
  return other === undefined ? converge(config, wanted, false).changed : [`another function, ${other}`]
}

type Behaviour = NonNullable<DistributionConfig['DefaultCacheBehavior']>

function behaviour(config: DistributionConfig, change: Partial<Behaviour>): DistributionConfig {
  const { DefaultCacheBehavior: current } = config
  return { ...config, DefaultCacheBehavior: { ...current, ...change } as Behaviour }
}

/** The images bucket's origin, by its id or, where it was taken over, by the bucket's domain. */
function findOrigin(config: DistributionConfig, domain: string): Origin | undefined {
  const origins = config.Origins?.Items ?? []
  return (
    origins.find(({ Id }) => Id === ORIGIN_ID) ??
    origins.find(({ DomainName = '' }) => bucketOf(DomainName) === bucketOf(domain))
  )
}

/** The bucket that a domain of S3's belongs to, with the region in it or without. */
export function bucketOf(domain: string): string | undefined {
  return /^(.+?)\.s3(?:-website)?(?:[.-][a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com$/.exec(domain)?.[1]
}

function syncOrigin(config: DistributionConfig, wanted: DistributionWanted): DistributionConfig {
  const found = findOrigin(config, wanted.originDomain)
  const { CustomOriginConfig: _website, ...rest } = found ?? { Id: ORIGIN_ID, OriginPath: '' }
  const origin: Origin = {
    ...rest,
    DomainName: wanted.originDomain,
    OriginAccessControlId: wanted.accessControl,
    // Empty beside an access control, and where there is none.
    S3OriginConfig: { ...found?.S3OriginConfig, OriginAccessIdentity: '' },
  }
  const origins = config.Origins?.Items ?? []
  const items = found ? origins.map((one) => (one === found ? origin : one)) : [...origins, origin]
  return behaviour(
    { ...config, Origins: { Quantity: items.length, Items: items } },
    { TargetOriginId: origin.Id },
  )
}

/** The old way of saying what is cached may not stand beside a policy. */
function syncCachePolicy(config: DistributionConfig): DistributionConfig {
  if (config.DefaultCacheBehavior?.CachePolicyId === CACHE_POLICY) return config
  const {
    ForwardedValues: _forwarded,
    MinTTL: _min,
    MaxTTL: _max,
    DefaultTTL: _default,
    ...rest
  } = config.DefaultCacheBehavior ?? {}
  return { ...config, DefaultCacheBehavior: { ...rest, CachePolicyId: CACHE_POLICY } as Behaviour }
}

/** The function's ARN without its version. */
function unqualified(arn: string): string {
  return arn.split(':').slice(0, 7).join(':')
}

/** What is on the origin-request event of the default behaviour. */
export function originRequestOf(config: DistributionConfig): LambdaFunctionAssociation | undefined {
  return config.DefaultCacheBehavior?.LambdaFunctionAssociations?.Items?.find(
    ({ EventType }) => EventType === 'origin-request',
  )
}

/** The version's number that is associated, or `undefined`. */
export function liveVersion(config: DistributionConfig, functionArn: string): number | undefined {
  const arn = originRequestOf(config)?.LambdaFunctionARN ?? ''
  return unqualified(arn) === unqualified(functionArn) ? Number(arn.split(':')[7]) : undefined
}

/** The function on the origin-request event, if it is not this one. */
function otherFunction(config: DistributionConfig, functionArn: string): string | undefined {
  const arn = originRequestOf(config)?.LambdaFunctionARN
  return arn === undefined || unqualified(arn) === unqualified(functionArn) ? undefined : arn
}

function syncFunction(config: DistributionConfig, { functionArn }: DistributionWanted): DistributionConfig {
  const other = otherFunction(config, functionArn)
  if (other !== undefined) throw functionTaken(other)
  const current = originRequestOf(config)
  if (current?.LambdaFunctionARN === functionArn && !current.IncludeBody) return config
  const all = config.DefaultCacheBehavior?.LambdaFunctionAssociations?.Items ?? []
  const items: LambdaFunctionAssociation[] = [
    ...all.filter((one) => one !== current),
    { EventType: 'origin-request', LambdaFunctionARN: functionArn, IncludeBody: false },
  ]
  return behaviour(config, { LambdaFunctionAssociations: { Quantity: items.length, Items: items } })
}

function syncErrors(config: DistributionConfig): DistributionConfig {
  const there = config.CustomErrorResponses?.Items ?? []
  const missing = ERROR_CODES.filter((code) => !there.some(({ ErrorCode }) => ErrorCode === code))
  if (missing.length === 0) return config
  const items = [...there, ...errorResponses(missing)]
  return { ...config, CustomErrorResponses: { Quantity: items.length, Items: items } }
}

/** Switched off, and without the function, so that its replicas are let go of as early as can be. */
export function disabled(config: DistributionConfig, functionArn: string): DistributionConfig {
  const ours = (one: LambdaFunctionAssociation) =>
    unqualified(one.LambdaFunctionARN ?? '') === unqualified(functionArn)
  const without = <T extends { LambdaFunctionAssociations?: Behaviour['LambdaFunctionAssociations'] }>(
    of: T,
  ): T => {
    const all = of.LambdaFunctionAssociations?.Items ?? []
    if (!all.some(ours)) return of
    const items = all.filter((one) => !ours(one))
    return { ...of, LambdaFunctionAssociations: { Quantity: items.length, Items: items } }
  }
  const next = { ...config, Enabled: false }
  if (config.DefaultCacheBehavior) next.DefaultCacheBehavior = without(config.DefaultCacheBehavior)
  if (config.CacheBehaviors?.Items)
    next.CacheBehaviors = { ...config.CacheBehaviors, Items: config.CacheBehaviors.Items.map(without) }
  return next
}

function sameSet(one: readonly string[], other: readonly string[] = []): boolean {
  return canonicalDocument([...one, 'x', 'y']) === canonicalDocument([...other, 'x', 'y'])
}
