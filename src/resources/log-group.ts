import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { isBusy, isNamed, orAbsent } from '../aws/errors.js'
import type { Session } from '../aws/session.js'
import { retryWhile } from '../aws/wait.js'

export interface LogGroup {
  region: string
  name: string
  /** `undefined`: kept for ever. */
  retentionDays: number | undefined
}

/** One group, by its exact name: the prefix that is asked for fits others too. IAM: logs:DescribeLogGroups. */
export async function observeLogGroup(
  session: Session,
  region: string,
  name: string,
): Promise<LogGroup | undefined> {
  const { logGroups = [] } = await session.clients
    .logs(region)
    .send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }))
  const found = logGroups.find(({ logGroupName }) => logGroupName === name)
  return found && { region, name, retentionDays: found.retentionInDays }
}

/** Made before the function writes to it, so that retention holds from the first line on. */
export async function ensureLogGroup(
  session: Session,
  { region, name, retentionDays }: LogGroup,
): Promise<void> {
  const label = `${name} in ${region}`
  session.ledger.seen('log group', label)
  const found = await observeLogGroup(session, region, name)
  const logs = session.clients.logs(region)
  const change = { resource: 'log group', name: label, expect: undefined } as const
  if (!found)
    await session.ledger.change({ ...change, action: 'create' }, async () => {
      await logs.send(new CreateLogGroupCommand({ logGroupName: name })).catch((error: unknown) => {
        if (!isNamed(error, 'ResourceAlreadyExistsException')) throw error
      })
    })
  if (found?.retentionDays === retentionDays) return
  await session.ledger.change(
    { ...change, action: 'update', aspect: `kept ${retentionDays} days` },
    async () => {
      await logs.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: retentionDays }))
    },
  )
}

export async function removeLogGroup(session: Session, { region, name }: LogGroup): Promise<void> {
  const change = {
    action: 'delete',
    resource: 'log group',
    name: `${name} in ${region}`,
    expect: undefined,
  } as const
  await session.ledger.change(change, async () => {
    await orAbsent(
      retryWhile(session, { passing: isBusy, timeout: 60_000, pauses: [1_000, 5_000] }, async () =>
        session.clients.logs(region).send(new DeleteLogGroupCommand({ logGroupName: name })),
      ),
      'ResourceNotFoundException',
    )
  })
}
