import {
  GetDistributionCommand,
  ListTagsForResourceCommand,
  type DistributionConfig,
} from '@aws-sdk/client-cloudfront'
import { orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { readTags, type Tags } from './tags.js'

export interface DistributionSeen {
  id: string
  arn: string
  domain: string
  deployed: boolean
  etag: string
  config: DistributionConfig
  tags: Tags
}

/** IAM: cloudfront:GetDistribution, cloudfront:ListTagsForResource. */
export async function observeDistribution(
  session: Session,
  { id, arn }: Pick<DistributionSeen, 'id' | 'arn'>,
): Promise<DistributionSeen | undefined> {
  const [found, tags] = await Promise.all([readDistribution(session, id), distributionTags(session, arn)])
  return found && { ...found, tags }
}

/** IAM: cloudfront:GetDistribution. */
export async function readDistribution(
  session: Session,
  id: string,
): Promise<Omit<DistributionSeen, 'tags'> | undefined> {
  const found = await orAbsent(
    session.clients.cloudfront.send(new GetDistributionCommand({ Id: id })),
    'NoSuchDistribution',
  )
  const { DistributionConfig: config, ARN = '', DomainName = '', Status } = found?.Distribution ?? {}
  if (!config) return undefined
  return {
    id,
    arn: ARN,
    domain: DomainName,
    deployed: Status === 'Deployed',
    etag: found?.ETag ?? '',
    config,
  }
}

/** IAM: cloudfront:ListTagsForResource. */
export async function distributionTags({ clients }: Pick<Session, 'clients'>, arn: string): Promise<Tags> {
  const found = await orAbsent(
    clients.cloudfront.send(new ListTagsForResourceCommand({ Resource: arn })),
    'NoSuchResource',
    'NoSuchDistribution',
  )
  return readTags(found?.Tags?.Items)
}
