import type { Summary } from '../aws/change.js'
import type { Settings } from '../config/types.js'
import { EXIT, usageError, type ExitCode } from '../lib/errors.js'
import { count } from '../lib/text.js'
import { duration } from '../lib/units.js'
import { countOlder } from '../stacks/older-images.js'
import { deploy as deployStack, type Deployed } from '../stacks/deploy.js'
import { planAdoption } from '../stacks/adopt.js'
import { describeStack, type StackDescription } from '../stacks/description.js'
import { loadSettings } from '../config/load.js'
import { withSession, type Session } from '../aws/session.js'
import { loadPackage } from '../local/lambda/with-package.js'
import { packageSource } from '../package/source.js'
import { timeRequests } from './time-requests.js'
import type { Run } from './run.js'

interface DeployArguments {
  dryRun?: boolean
  wait?: boolean
  adopt?: boolean
}

/** The built-in generator's, so that it need not be loaded for them. */
const EXAMPLES = ['/640x480,white,png', '/1200x630,navy,webp,text=Hello', '/64,teal,svg,text=G']

/** `genato deploy` */
export async function deploy(run: Run, args: DeployArguments): Promise<ExitCode> {
  const { reporter, signal } = run
  const dryRun = args.dryRun === true
  const settings = await loadSettings(process.cwd(), run.overrides)
  refuseMounts(settings)
  const source = packageSource(settings, reporter, loadPackage, 'edge')
  // The build starts before AWS answers. Whoever awaits it later reports its error.
  const building = source.digest().catch(() => undefined)
  const deployed = withSession({ reporter, signal, dryRun }, async (session) => {
    const started = session.clock.now()
    let stack = describeStack(settings, session.account)
    let askedAboutFiles = false
    if (args.adopt) {
      const plan = await planAdoption(session, stack)
      stack = plan.stack
      askedAboutFiles = plan.saysFiles
      reporter.result(plan.text, { adopts: plan.adopts, keep: plan.keep })
      if (!dryRun && plan.adopts.length > 0) await run.confirm('Adopt this?')
    }
    const result = await deployStack(
      session,
      stack,
      { edge: source },
      {
        adopt: args.adopt === true,
        wait: args.wait !== false,
        async confirmFiles(question) {
          if (askedAboutFiles) return
          if (dryRun) reporter.warn(question)
          else await run.confirm(question)
        },
      },
    )
    if (result.codeOnly) await warnOfOlder(session, stack, result)
    if (dryRun) return reportPlan(session)
    await report(session, stack, result, {
      started,
      examples:
        settings.generate.generator === undefined ? EXAMPLES : (await source.load()).examples.slice(0, 3),
    })
    return EXIT.done
  })
  try {
    return await deployed
  } finally {
    // The build's own messages come before the error, which should be the last thing on the screen.
    if (!signal.aborted) await building
  }
}

/** @throws GenatoError NOT_ON_AWS_YET */
function refuseMounts({ originals: { mounts } }: Settings): void {
  if (mounts.length === 0) return
  throw usageError(
    'NOT_ON_AWS_YET',
    `originals.mounts has ${mounts.map(({ name }) => name).join(', ')}, but stored pictures come to AWS with the next version of genato.`,
    'genato dev serves them on this machine today. To deploy the generated images, take originals out of the configuration.',
  )
}

function reportPlan({ ledger, reporter }: Session): ExitCode {
  const { changes } = ledger
  reporter.result(
    changes.length === 0
      ? 'Nothing would change.'
      : `${count(changes.length, 'change')} would be made. Some things can't be checked in advance: denied permissions, taken bucket names, account-level blocks.`,
    { changes },
  )
  return EXIT.done
}

async function warnOfOlder(
  session: Session,
  stack: StackDescription,
  { generation }: Deployed,
): Promise<void> {
  const { count: older, more } = await countOlder(session, stack, generation)
  if (older === 0) return
  const one = older === 1
  const serve = session.ledger.dryRun ? 'would still be served' : `${one ? 'is' : 'are'} still served`
  session.reporter.warn(
    `${more ? 'More than ' : ''}${count(older, 'stored image')} ${one ? 'was' : 'were'} made by older code, and ${serve}, because the generator's version is the same. Run genato purge to regenerate ${one ? 'it' : 'them'}.`,
  )
}

async function report(
  session: Session,
  { settings }: StackDescription,
  { distribution, finished }: Deployed,
  { started, examples }: { started: number; examples: readonly string[] },
): Promise<void> {
  const { ledger, reporter, clients, clock } = session
  const took = clock.now() - started
  const url = `https://${settings.domain.aliases?.[0] ?? distribution.domain}`
  const summary = ledger.summary()
  // With a stand-in for AWS, the name resolves to nothing, or to someone else's distribution.
  const timed =
    clients.standIn || !finished || examples[0] === undefined
      ? undefined
      : await timeRequests(`${url}${examples[0]}`, session.signal)
  const lines = [
    url,
    ...examples.map((example) => `  ${url}${example}`),
    ...(settings.domain.aliases?.length
      ? [`DNS: ${settings.domain.aliases.join(', ')} → ${distribution.domain} (CNAME or ALIAS)`]
      : []),
    summaryLine(summary, took),
    ...(timed ? [`first request ${Math.round(timed.first)} ms, second ${Math.round(timed.second)} ms`] : []),
    ...(finished
      ? []
      : [
          'CloudFront is still rolling this out. The next genato deploy waits for it, invalidates the cache and prunes old versions.',
        ]),
  ]
  reporter.result(lines.join('\n'), {
    url,
    distribution: distribution.id,
    domain: distribution.domain,
    examples: examples.map((example) => `${url}${example}`),
    finished,
    ms: took,
    ...summary,
    ...(timed ? { requests: timed } : {}),
  })
}

function summaryLine(summary: Summary, ms: number): string {
  return `${Object.entries(summary)
    .filter(([, { length }]) => length > 0)
    .map(([what, { length }]) => `${length} ${what}`)
    .join(', ')} in ${duration(ms)}`
}
