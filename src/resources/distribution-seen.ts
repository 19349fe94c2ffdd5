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

export async function observeDistribution(
  session: Session,
  { id, arn }: Pick<DistributionSeen, 'id' | 'arn'>,
): Promise<DistributionSeen | undefined> {
  const [found, tags] = await Promise.all([readDistribution(session, id), distributionTags(session, arn)])
  return found && { ...found, tags }
}

export async function readDistribution(
  session: Session,
  id: string,
): Promise<Omit<DistributionSeen, 'tags'> | undefined> {
  const found = await orAbsent(
    session.clients.global.cloudfront.send(new GetDistributionCommand({ Id: id })),
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

export async function distributionTags({ clients }: Pick<Session, 'clients'>, arn: string): Promise<Tags> {
  const found = await orAbsent(
    clients.global.cloudfront.send(new ListTagsForResourceCommand({ Resource: arn })),
    'NoSuchResource',
    'NoSuchDistribution',
  )
  return readTags(found?.Tags?.Items)
}
