import { nearest } from '../../handler/shared/grammar/nearest.js'
import { explainAwsError } from '../aws/explain.js'
import { EDGE_REGIONS } from '../aws/regions.js'
import { withSession, type Session } from '../aws/session.js'
import { loadSettings } from '../config/load.js'
import { EXIT, messageOf, usageError, type ExitCode } from '../lib/errors.js'
import { readDuration } from '../lib/units.js'
import { findDistribution } from '../resources/find-distribution.js'
import { describeStack, logGroupsOf, searchOf, type StackDescription } from '../stacks/description.js'
import { createHealth, type Place } from '../logs/health.js'
import { lineData, lineText } from '../logs/line.js'
import { readLine } from '../logs/read-line.js'
import { placesOf, readPlaces } from '../logs/read.js'
import type { Reporter } from '../reporter/reporter.js'
import type { Run } from './run.js'

interface Arguments {
  follow?: boolean
  since: string
  region?: string[]
  filter?: string
  errors?: boolean
}

/** A region that does not answer must not hold up the others for long. */
const CLIENT = { silence: 10_000, attempts: 4 }

/** `genato logs`: the events of all regions in order of their time. With `--follow`, Ctrl-C is a success. */
export async function logs({ overrides, reporter, signal }: Run, args: Arguments): Promise<ExitCode> {
  const since = readDuration(args.since, '--since')
  const regions = args.region ? [...new Set(args.region)] : EDGE_REGIONS
  for (const region of regions) checkRegion(region, reporter)
  const settings = await loadSettings(process.cwd(), { ...overrides, deployedBefore: true })
  try {
    return await withSession({ reporter, signal, client: CLIENT }, async (session) => {
      const stack = describeStack(settings, session.account)
      const places = placesOf(logGroupsOf(stack, await distributionIdOf(session, stack)), regions)
      return printEvents(session, places, since, args)
    })
  } catch (error) {
    if (!args.follow || !signal.aborted) throw error
    reporter.close()
    return EXIT.done
  }
}

async function printEvents(
  session: Session,
  places: Place[],
  since: number,
  { follow = false, filter, errors = false }: Arguments,
): Promise<ExitCode> {
  const { clock, reporter } = session
  const nothing = `There are no logs yet: found none of ${placesText(places)}. ${LATER}.`
  const health = createHealth(places, reporter, nothing)
  const following = follow
    ? reporter.step(`following the logs in ${regionsText(places)} (Ctrl-C stops)`)
    : undefined
  const asked = { start: clock.now() - since, follow, filter }
  let shown = 0
  try {
    for await (const event of readPlaces(session, places, health, asked)) {
      if (filter !== undefined && !event.message.includes(filter)) continue
      const line = readLine(event.group, event.message)
      if (!line || (errors && !line.wrong)) continue
      shown += 1
      reporter.event('log', lineText(event, line, clock.now()), lineData(event, line), line.tone)
    }
  } catch (error) {
    if (!session.signal.aborted) following?.failed()
    throw error
  }
  if (shown === 0 && !health.allMissing())
    reporter.warn(`There is nothing to show in ${placesText(places)}. ${LATER}${furtherBack(since)}.`)
  return EXIT.done
}

/** Without the distribution, everything is shown except CloudFront's own log. */
async function distributionIdOf(session: Session, stack: StackDescription): Promise<string | undefined> {
  try {
    return (await findDistribution(session, searchOf(stack), { anyBucket: true }))?.id
  } catch (error) {
    session.signal.throwIfAborted()
    session.reporter.warn(
      `What CloudFront refused can't be shown, because the distribution could not be looked up: ${messageOf(explainAwsError(error))}`,
    )
    return undefined
  }
}

function checkRegion(region: string, reporter: Reporter): void {
  if (EDGE_REGIONS.some((known) => known === region)) return
  const meant = nearest(region, EDGE_REGIONS)
  const hint = meant ? `Did you mean ${meant}?` : `Lambda@Edge runs in ${EDGE_REGIONS.join(', ')}.`
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw usageError('BAD_REGION', `--region ${region} is not an AWS region.`, hint)
  reporter.warn(`Lambda@Edge is not known to run in ${region}; reading it anyway. ${hint}`)
}

const LATER = "Lambda writes them in the region of the viewer's edge, seconds to minutes later"

/** Suggests a longer `--since` than was used, if there is one. */
function furtherBack(since: number): string {
  const longer = ['1h', '1d', '7d'].find((text) => readDuration(text, '--since') > since)
  return longer === undefined ? '' : `; --since ${longer} looks further back`
}

function placesText(places: Place[]): string {
  const groups = [...new Set(places.map(({ group }) => group))]
  return `${groups.join(', ')} in ${regionsText(places)}`
}

function regionsText(places: Place[]): string {
  const regions = [...new Set(places.map(({ region }) => region))]
  return regions.length === 1 ? regions.join('') : `${regions.length} regions`
}
