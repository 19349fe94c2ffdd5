import type { Summary } from '../aws/change.js'
import { duration } from '../lib/units.js'
import { EXIT, type ExitCode } from '../lib/errors.js'
import { countOlder } from '../stacks/older-images.js'
import { deploy as deployStack, type Deployed } from '../stacks/on-demand.js'
import { planAdoption } from '../stacks/adopt.js'
import { targetOf, type Target } from '../stacks/target.js'
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

/** Of the built-in generator, which need not be loaded for them. */
const EXAMPLES = ['/640x480,white,png', '/1200x630,navy,webp,text=Hello', '/64,teal,svg,text=G']

/** `genato deploy` */
export async function deploy(run: Run, args: DeployArguments): Promise<ExitCode> {
  const { reporter, signal } = run
  const dryRun = args.dryRun === true
  const settings = await loadSettings(process.cwd(), run.overrides)
  const source = packageSource(settings, reporter, loadPackage, 'edge')
  // Built while the account is asked; an error of it is told where it is waited for.
  const building = source.digest().catch(() => undefined)
  const deployed = withSession({ reporter, signal, dryRun }, async (session) => {
    const started = session.clock.now()
    let target = targetOf(settings, session.account)
    let toldFiles = false
    if (args.adopt) {
      const plan = await planAdoption(session, target)
      target = plan.target
      toldFiles = plan.saysFiles
      reporter.result(plan.text, { adopts: plan.adopts, keep: plan.keep })
      if (!dryRun && plan.adopts.length > 0) await run.confirm('Take this over?')
    }
    const result = await deployStack(session, target, source, {
      adopt: args.adopt === true,
      wait: args.wait !== false,
      async confirmFiles(question) {
        if (toldFiles) return
        if (dryRun) reporter.warn(question)
        else await run.confirm(question)
      },
    })
    if (result.codeOnly) await tellOlder(session, target, result)
    if (dryRun) return tellPlan(session)
    await tell(session, target, result, {
      started,
      examples:
        settings.generate.generator === undefined ? EXAMPLES : (await source.load()).examples.slice(0, 3),
    })
    return EXIT.done
  })
  try {
    return await deployed
  } finally {
    // What it still has to say comes before the error, which is read last.
    if (!signal.aborted) await building
  }
}

function tellPlan({ ledger, reporter }: Session): ExitCode {
  const { changes } = ledger
  reporter.result(
    changes.length === 0
      ? 'Nothing would be changed.'
      : `${changes.length} change${changes.length === 1 ? '' : 's'} would be made. What only AWS can tell is not known before: denied permissions, taken bucket names, account-level blocks.`,
    { changes },
  )
  return EXIT.done
}

async function tellOlder(session: Session, target: Target, { generation }: Deployed): Promise<void> {
  const { count, more } = await countOlder(session, target, generation)
  if (count === 0) return
  const one = count === 1
  const go = session.ledger.dryRun ? 'would go' : one ? 'goes' : 'go'
  session.reporter.warn(
    `${more ? 'More than ' : ''}${count} stored image${one ? ' was' : 's were'} made by older code, and ${go} on being served: the generator's version is the same. genato purge has ${one ? 'it' : 'them'} made anew.`,
  )
}

async function tell(
  session: Session,
  { settings }: Target,
  { distribution, finished }: Deployed,
  { started, examples }: { started: number; examples: readonly string[] },
): Promise<void> {
  const { ledger, reporter, clients, clock } = session
  const took = clock.now() - started
  const url = `https://${settings.domain.aliases?.[0] ?? distribution.domain}`
  const summary = ledger.summary()
  // Behind a stand-in for AWS, the name is nobody's or somebody else's.
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
          'CloudFront is still rolling this out; the next genato deploy waits for it, invalidates what is cached and prunes old versions.',
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
