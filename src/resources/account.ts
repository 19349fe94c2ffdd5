import { GetAccountSettingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import type { Session } from '../aws/session.js'

/** Fewer simultaneous executions than this, and a page full of new images is throttled. */
const FEW = 100

/** Warns of a new account's quota. What can't be asked is not told. IAM: lambda:GetAccountSettings. */
export async function warnOfFewExecutions(session: Session): Promise<void> {
  const settings = await session.clients.lambda.send(new GetAccountSettingsCommand({})).catch(() => undefined)
  const most = settings?.AccountLimit?.ConcurrentExecutions
  if (most === undefined || most >= FEW) return
  session.reporter.warn(
    `This account may run ${most} functions at once in each region (a new account's quota): of more new images than that at a time, some are answered with 503 until they are asked for again. Ask for more in the Service Quotas console: Lambda, concurrent executions.`,
  )
}

/** How many replicas Lambda still has, by region. A region that can't be asked is left out. */
export async function replicasLeft(
  session: Session,
  name: string,
  regions: readonly string[],
): Promise<Map<string, number>> {
  const master = `:${session.account}:function:${name}`
  const counts = await Promise.all(
    regions.map(async (region): Promise<[string, number]> => {
      let count = 0
      for (let Marker: string | undefined; ;) {
        const input = {
          MasterRegion: 'us-east-1',
          FunctionVersion: 'ALL',
          ...(Marker ? { Marker } : {}),
        } as const
        const page = await session.clients
          .lambdaIn(region)
          .send(new ListFunctionsCommand(input))
          .catch(() => undefined)
        count += (page?.Functions ?? []).filter(({ MasterArn = '' }) =>
          `${MasterArn}:`.includes(`${master}:`),
        ).length
        Marker = page?.NextMarker
        if (!Marker) return [region, count]
      }
    }),
  )
  return new Map(counts.filter(([, count]) => count > 0))
}

/** The names of functions that run as a role. IAM: lambda:ListFunctions. */
export async function functionsWithRole(session: Session, roleArn: string): Promise<string[]> {
  const names: string[] = []
  for (let Marker: string | undefined; ;) {
    const { Functions = [], NextMarker } = await session.clients.lambda.send(
      new ListFunctionsCommand(Marker ? { Marker } : {}),
    )
    names.push(
      ...Functions.filter(({ Role }) => Role === roleArn).map(({ FunctionName = '' }) => FunctionName),
    )
    Marker = NextMarker
    if (!Marker) return names
  }
}
