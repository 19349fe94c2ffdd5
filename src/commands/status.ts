import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Settings } from '../config/types.js'
import { EXIT, messageOf, type ExitCode } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'
import { status as lookAtStack, type LocalPackage, type Status } from '../stacks/status.js'
import { loadPackage } from '../local/lambda/with-package.js'
import { packageSource } from '../package/source.js'
import { sizeText } from '../lib/units.js'
import { withStack } from './with-stack.js'
import type { Run } from './run.js'

/** `genato status`: the exit code says what was found, or 1 if that failed. */
export async function status(run: Run): Promise<ExitCode> {
  return withStack(run, {}, async (session, stack) => {
    const seen = await lookAtStack(session, stack, await localPackage(stack.settings, run.reporter))
    run.reporter.result(statusText(seen, stack.name), seen)
    return {
      'up to date': EXIT.done,
      'under way': EXIT.unfinished,
      differs: EXIT.differs,
      'not deployed': EXIT.differs,
    }[seen.state]
  })
}

/** The package that these sources make, if one was built before. */
async function localPackage(settings: Settings, reporter: Reporter): Promise<LocalPackage | undefined> {
  if (!existsSync(path.join(settings.root, '.genato', 'package'))) return undefined
  const source = packageSource(settings, reporter, loadPackage, 'edge')
  return {
    digest: await source.digest(),
    // The state of the stack can be shown without it.
    generation: async () =>
      source.load().then(
        ({ generation }) => generation,
        (error: unknown) => {
          reporter.warn(messageOf(error))
          return undefined
        },
      ),
  }
}

function statusText(seen: Status, stack: string): string {
  const rows: [string, string][] = [['stack', `${stack}: ${seen.state}`]]
  if (seen.url) rows.push(['url', seen.url])
  if (seen.distribution) rows.push(['distribution', `${seen.distribution.id}, ${seen.distribution.state}`])
  if (seen.version)
    rows.push([
      'version',
      `${seen.version.number}${seen.version.digest ? `, package ${seen.version.digest.slice(0, 12)}` : ''}`,
    ])
  if (seen.localDigest) rows.push(['built here', `package ${seen.localDigest.slice(0, 12)}`])
  const there = Object.entries(seen.there).filter(([, is]) => is)
  rows.push(['there', there.map(([kind]) => kind).join(', ') || 'nothing'])
  for (const what of seen.differing) rows.push(['differs', what])
  for (const what of seen.unfinished) rows.push(['unfinished', what])
  for (const what of seen.notManaged) rows.push(['not managed', `${what}: genato deploy --adopt adopts it`])
  for (const { generation, current, count, bytes } of seen.images)
    rows.push([
      'images',
      `${count} (${sizeText(bytes)}) of generation ${generation}${current ? '' : ', which is no longer generated'}`,
    ])
  const older = seen.olderImages
  if (older > 0)
    rows.push([
      'older images',
      `${older} made by the live code would still be served after a deploy, because the generator's version is the same`,
    ])
  return rows.map(([name, value]) => `${name.padEnd(12)}  ${value}`).join('\n')
}
