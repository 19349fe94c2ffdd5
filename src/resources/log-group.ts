import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { isBusy, isNamed, orAbsent } from '../aws/errors.js'
import { explainAwsError } from '../aws/explain.js'
import type { Session } from '../aws/session.js'
import { together } from '../aws/together.js'
import { retryWhile } from '../aws/wait.js'
import { messageOf } from '../lib/errors.js'
import { STACK_TAG } from '../config/names.js'

export interface LogGroup {
  region: string
  name: string
  /** Days. `undefined`: logs are kept forever. */
  retentionDays: number | undefined
}

/** Finds one group by its exact name, because CloudWatch searches by prefix. */
export async function observeLogGroup(
  session: Session,
  region: string,
  name: string,
): Promise<LogGroup | undefined> {
  const { logGroups = [] } = await session.clients
    .in(region)
    .logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }))
  const found = logGroups.find(({ logGroupName }) => logGroupName === name)
  return found && { region, name, retentionDays: found.retentionInDays }
}

/** For log groups that genato creates, if the configuration sets no retention. */
const DEFAULT_DAYS = 30

/** The regions of the groups of each name: one line of output for each. */
export function byName(groups: readonly LogGroup[]): [name: string, regions: string[]][] {
  return [...new Set(groups.map(({ name }) => name))].map((name) => [
    name,
    groups.filter((group) => group.name === name).map(({ region }) => region),
  ])
}

export interface GroupsWanted {
  stack: string
  name: string
  regions: readonly string[]
  /** For all of them. `undefined`: new ones get the default, existing ones are left as they are. */
  retentionDays: number | undefined
}

/** Ends a change of log groups that every region refused. */
class AllRefused extends Error {}

/**
 * Looks at the groups in all regions. If a region refuses that, it is skipped, with a warning if the configuration
 * sets a retention. A refused change is always a warning.
 * @returns a function that creates and updates them. Call it before the function writes logs, so that retention
 *   holds from the first line on.
 */
export async function prepareLogGroups(session: Session, wanted: GroupsWanted): Promise<() => Promise<void>> {
  const { name, regions, retentionDays } = wanted
  const days = retentionDays ?? DEFAULT_DAYS
  session.ledger.seen('log groups', name)
  const refused = (region: string, error: unknown, said: boolean): undefined => {
    session.signal.throwIfAborted()
    if (said)
      session.reporter.warn(`Logs in ${region} are kept as they were: ${messageOf(explainAwsError(error))}`)
  }
  const needs = await Promise.all(
    regions.map(async (region) =>
      needOf(session, region, wanted).catch((error: unknown) =>
        refused(region, error, retentionDays !== undefined),
      ),
    ),
  )
  const change = async (action: 'create' | 'update', need: Need) => {
    const some = regions.filter((_, index) => needs[index] === need)
    if (some.length === 0) return
    const aspect = `${some.length} region${some.length === 1 ? '' : 's'}, kept ${days} days`
    await session.ledger.change(
      {
        action,
        resource: 'log groups',
        name,
        aspect,
        expect: some.length,
        detail: (done) => (done === some.length ? undefined : `only in ${done}`),
        forgive: (error) => (error instanceof AllRefused ? 'refused in every region' : undefined),
      },
      async () => {
        const written = await Promise.all(
          some.map(async (region) =>
            write(session, region, wanted, days, need === 'absent').then(
              () => true,
              (error: unknown) => refused(region, error, true) ?? false,
            ),
          ),
        )
        const done = written.filter(Boolean).length
        if (done === 0) throw new AllRefused()
        return done
      },
    )
  }
  return async () => {
    await change('create', 'absent')
    await change('update', 'days')
  }
}

type Need = 'absent' | 'days' | 'nothing'

async function needOf(
  session: Session,
  region: string,
  { name, stack, retentionDays }: GroupsWanted,
): Promise<Need> {
  const found = await observeLogGroup(session, region, name)
  if (!found) return 'absent'
  if (retentionDays !== undefined) return found.retentionDays === retentionDays ? 'nothing' : 'days'
  if (found.retentionDays !== undefined) return 'nothing'
  // Without a retention, either somebody keeps the logs on purpose, or a run was killed after creating the group.
  const { tags = {} } = await session.clients.in(region).logs.send(
    new ListTagsForResourceCommand({
      resourceArn: `arn:aws:logs:${region}:${session.account}:log-group:${name}`,
    }),
  )
  return tags[STACK_TAG] === stack ? 'days' : 'nothing'
}

async function write(
  session: Session,
  region: string,
  { name, stack }: GroupsWanted,
  retentionInDays: number,
  absent: boolean,
): Promise<void> {
  const logs = session.clients.in(region).logs
  if (absent)
    await logs
      .send(new CreateLogGroupCommand({ logGroupName: name, tags: { [STACK_TAG]: stack } }))
      .catch((error: unknown) => {
        if (!isNamed(error, 'ResourceAlreadyExistsException')) throw error
      })
  await retryWhile(session, { passing: isBusy, timeout: 60_000, pauses: [1_000, 5_000] }, async () =>
    logs.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays })),
  )
}

/** Deletes the groups of one name in these regions. @throws the error of a region, or Several */
export async function removeLogGroups(session: Session, name: string, regions: string[]): Promise<void> {
  const [only = ''] = regions
  const what =
    regions.length === 1
      ? { resource: 'log group', name: `${name} in ${only}` }
      : { resource: 'log groups', name, aspect: `${regions.length} regions` }
  await session.ledger.change({ action: 'delete', ...what, expect: undefined }, async () => {
    await together(regions.map(async (region) => removeLogGroup(session, region, name)))
  })
}

async function removeLogGroup(session: Session, region: string, name: string): Promise<void> {
  await orAbsent(
    retryWhile(session, { passing: isBusy, timeout: 60_000, pauses: [1_000, 5_000] }, async () =>
      session.clients.in(region).logs.send(new DeleteLogGroupCommand({ logGroupName: name })),
    ),
    'ResourceNotFoundException',
  )
}
