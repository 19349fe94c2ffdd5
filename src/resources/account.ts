import { GetAccountSettingsCommand, paginateListFunctions } from '@aws-sdk/client-lambda'
import type { Session } from '../aws/session.js'
import { HOME_REGION } from '../lib/home-region.js'
import type { FunctionPlace } from './function-wanted.js'

/** With fewer simultaneous executions, a page full of new images is throttled. */
const FEW = 100

/** Warns of a new account's quota. If it can't be read, says nothing. */
export async function warnOfFewExecutions(session: Session): Promise<void> {
  const settings = await session.clients
    .in(HOME_REGION)
    .lambda.send(new GetAccountSettingsCommand({}))
    .catch(() => undefined)
  const most = settings?.AccountLimit?.ConcurrentExecutions
  if (most === undefined || most >= FEW) return
  session.reporter.warn(
    `This account may run ${most} functions at once in each region (a new account's quota). If more new images are requested at once, some requests get 503 and have to be repeated. Request an increase in the Service Quotas console: Lambda, concurrent executions.`,
  )
}

/** Counts a Lambda@Edge function's replicas by region. A region that can't be read is left out. */
export async function replicasLeft(
  session: Session,
  { region: MasterRegion, name }: FunctionPlace,
  regions: readonly string[],
): Promise<Map<string, number>> {
  const master = `:${session.account}:function:${name}:`
  const counts = await Promise.all(
    regions.map(async (region): Promise<[string, number]> => {
      const pages = paginateListFunctions(
        { client: session.clients.in(region).lambda },
        { MasterRegion, FunctionVersion: 'ALL' },
        { abortSignal: session.signal },
      )
      let count = 0
      try {
        for await (const { Functions = [] } of pages)
          count += Functions.filter(({ MasterArn = '' }) => `${MasterArn}:`.includes(master)).length
      } catch {
        session.signal.throwIfAborted()
      }
      return [region, count]
    }),
  )
  return new Map(counts.filter(([, count]) => count > 0))
}

/** @returns the names of the functions that run as a role. */
export async function functionsWithRole(session: Session, roleArn: string): Promise<string[]> {
  const names: string[] = []
  const pages = paginateListFunctions(
    { client: session.clients.in(HOME_REGION).lambda },
    {},
    { abortSignal: session.signal },
  )
  for await (const { Functions = [] } of pages)
    names.push(
      ...Functions.filter(({ Role }) => Role === roleArn).map(({ FunctionName = '' }) => FunctionName),
    )
  return names
}
