import type { DistributionConfig, Origin } from '@aws-sdk/client-cloudfront'
import { GenatoError } from '../lib/errors.js'
import { behaviourAt } from './distribution-behaviours.js'

export interface OriginWanted {
  id: string
  domain: string
  /** The id of its origin access control. Empty: none, because the bucket is public. */
  accessControl: string
}

/** The bucket behind a host name of S3, which may contain the region. */
export function bucketOf(domain: string): string | undefined {
  return /^(.+?)\.s3(?:-website)?(?:[.-][a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com$/.exec(domain)?.[1]
}

/** The origin of a behaviour. @param path a path pattern, or `*` for the default behaviour. */
export function originAt(config: DistributionConfig, path: string): Origin | undefined {
  const id = behaviourAt(config, path)?.TargetOriginId
  return config.Origins?.Items?.find(({ Id }) => Id === id)
}

/** Finds an origin by its id. An adopted distribution has the bucket under an id of its own. */
export function findOrigin(
  config: DistributionConfig,
  { id, domain }: Pick<OriginWanted, 'id' | 'domain'>,
): Origin | undefined {
  const origins = config.Origins?.Items ?? []
  return (
    origins.find(({ Id }) => Id === id) ??
    origins.find(({ DomainName = '' }) => bucketOf(DomainName) === bucketOf(domain))
  )
}

/** Adds an origin, or updates it in place. */
export function syncOrigin(config: DistributionConfig, wanted: OriginWanted): DistributionConfig {
  const found = findOrigin(config, wanted)
  const { CustomOriginConfig: _website, ...rest } = found ?? { Id: wanted.id, OriginPath: '' }
  const origin: Origin = {
    ...rest,
    DomainName: wanted.domain,
    OriginAccessControlId: wanted.accessControl,
    // Empty: an access control replaces it, and a public bucket needs neither.
    S3OriginConfig: { ...found?.S3OriginConfig, OriginAccessIdentity: '' },
  }
  const origins = config.Origins?.Items ?? []
  const items = found ? origins.map((one) => (one === found ? origin : one)) : [...origins, origin]
  return { ...config, Origins: { Quantity: items.length, Items: items } }
}

/** @throws GenatoError ORIGIN_PATH */
export function refuseOriginPath(config: DistributionConfig, path: string): void {
  const origin = originAt(config, path)
  if (!origin?.OriginPath) return
  throw new GenatoError(
    'ORIGIN_PATH',
    `The origin ${origin.Id} of the distribution has the path ${origin.OriginPath}: genato stores images at the top of the bucket, and its role may write nowhere else.`,
    {
      hint: 'Move the files in the bucket to keys that match their URLs, and remove the path in the CloudFront console. Or use another --stack.',
    },
  )
}
