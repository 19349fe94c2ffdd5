import { paginateListDistributions, type DistributionSummary } from '@aws-sdk/client-cloudfront'
import { HOME_REGION } from '../lib/home-region.js'
import type { Session } from '../aws/session.js'
import { functionName } from '../config/names.js'

/** Needs cloudfront:ListDistributions. @returns the id of the distribution that runs the stack's function. */
export async function distributionIdOf(
  { clients, account, signal }: Pick<Session, 'clients' | 'account' | 'signal'>,
  stack: string,
): Promise<string | undefined> {
  const versions = `arn:aws:lambda:${HOME_REGION}:${account}:function:${functionName(stack)}:`
  const runsIt = ({ DefaultCacheBehavior }: DistributionSummary) =>
    DefaultCacheBehavior?.LambdaFunctionAssociations?.Items?.some(({ LambdaFunctionARN }) =>
      LambdaFunctionARN?.startsWith(versions),
    )
  for await (const { DistributionList } of paginateListDistributions(
    { client: clients.global.cloudfront },
    {},
    { abortSignal: signal },
  )) {
    const found = DistributionList?.Items?.find(runsIt)
    if (found) return found.Id
  }
  return undefined
}
