import { Command, CommanderError, Option } from 'commander'
import { Several } from './aws/together.js'
import type { DevArguments } from './commands/dev-arguments.js'
import type { Run } from './commands/run.js'
import { EXIT, GenatoError, usageError, type ExitCode } from './lib/errors.js'
import { HELP } from './help.js'
import type { Reporter } from './reporter/reporter.js'
import { version } from './lib/version.js'

interface GlobalOptions {
  config?: string
  stack?: string
  profile?: string
  yes?: boolean
  json?: boolean
  debug?: boolean
}

/** Runs the command line. The only place that sets the exit code. */
export async function main(argv: string[]): Promise<void> {
  // A reader that goes away, as in `genato … | head`, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed),
  )
  const interrupt = new AbortController()
  const program = createProgram(interrupt.signal)
  const json = argv.includes('--json')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // Asked twice, or nothing there that listens: the process ends at once.
      if (interrupt.signal.aborted || !program.listensToInterrupt()) exit(EXIT.interrupted)
      interrupt.abort()
    })
  try {
    await program.run(argv)
  } catch (error) {
    process.exitCode = await report(error, { json, debug: argv.includes('--debug') })
  }
  // What an interrupted command leaves half done must not keep the process.
  if (interrupt.signal.aborted) exit(process.exitCode)
}

/** At once, whatever is still open. */
function exit(code: number | string | null | undefined): never {
  // oxlint-disable-next-line unicorn/no-process-exit
  process.exit(code)
}

function createProgram(signal: AbortSignal) {
  const program = new Command('genato')
  let listening = false
  const globals = () => program.opts<GlobalOptions>()
  const run = async (): Promise<Run> => {
    const { config, stack, json, profile, yes } = globals()
    // The way that the SDK, and every tool that it asks for credentials, takes it.
    if (profile !== undefined) process.env['AWS_PROFILE'] = profile
    const reporter = await chooseReporter(json === true)
    return {
      overrides: { config, stack: stack ?? process.env['GENATO_STACK'] },
      reporter,
      signal,
      confirm: async (question) =>
        (await import('./reporter/confirm.js')).confirm(question, {
          yes: yes === true,
          json,
          reporter,
          signal,
        }),
    }
  }
  /** A command that deals with AWS: it listens to Ctrl-C, and what it gives is the exit code. */
  const onAws =
    <A extends unknown[]>(load: () => Promise<(run: Run, ...args: A) => Promise<ExitCode>>) =>
    async (...args: A) => {
      listening = true
      const [command, given] = await Promise.all([load(), run()])
      process.exitCode = await command(given, ...args)
      given.reporter.close()
    }
  const command = (name: string, description: string) => program.command(name).description(description)

  program
    .description(
      'An on-demand image service: a URL such as /640x480,white,png is made when it is first asked for.',
    )
    .version(version(), '-V, --version')
    .addOption(
      new Option('--config <file>', 'the configuration, if not genato.config.ts, .js, .mjs or .json'),
    )
    .addOption(new Option('--stack <name>', 'the name of the stack (or GENATO_STACK)'))
    .addOption(new Option('--profile <name>', 'the AWS profile to use (or AWS_PROFILE)'))
    .addOption(new Option('--yes', 'answer yes to what would be asked'))
    .addOption(new Option('--json', 'one JSON object a line on stdout, and nothing else'))
    .addOption(new Option('--debug', 'stack traces with errors'))
    .configureHelp(HELP)
    .showSuggestionAfterError()
    .exitOverride()
    // Said by `report`, so that --json holds for wrong usage as well.
    .configureOutput({
      outputError: () => undefined,
      writeErr: (text) => process.stderr.write(text),
      getOutHelpWidth: helpWidth,
      getErrHelpWidth: helpWidth,
    })

  command('dev', 'serve the package on this machine, behind a local edge')
    .option('--port <number>', 'the port; without it 6480, or the next free one')
    .option('--host <address>', 'the address to listen on; without it, this machine only')
    .option('--data <folder>', 'where stored images lie (default: .genato/images)')
    .option('--deployed', 'what is live, read from the account; what is made stays on this machine')
    .option('--write', 'with --deployed: what is made is stored in the live bucket')
    .action(async (args: DevArguments) => {
      listening = true
      const given = await run()
      if (args.deployed) await (await import('./commands/dev-deployed.js')).devDeployed(given, args)
      else await (await import('./commands/dev.js')).dev(given, args)
      given.reporter.close()
    })
  command('render', 'make one image, without a server')
    .argument('<url-path>', 'such as /640x480,white,png')
    .option('--out <file>', 'where to; - is standard output (default: named after the path)')
    .action(async (path: string, args: object) => {
      const { render } = await import('./commands/render.js')
      const { overrides, reporter } = await run()
      await render(path, args, overrides, reporter)
    })
  command('explain', 'tell what a URL means: canonical path, key, pixels, or what is wrong with it')
    .argument('<url-path>', 'such as /640x480,white,png')
    .action(async (path: string) => {
      const { explain } = await import('./commands/explain.js')
      const { overrides, reporter } = await run()
      await explain(path, overrides, reporter)
    })
  command('package', "build a function's zip for Lambda")
    .argument('[name]', 'which package (default: edge)')
    .option('--out <file>', 'where to (default: .genato/package.zip)')
    .action(async (name: string | undefined, args: object) => {
      const { packageFunction } = await import('./commands/package.js')
      const { overrides, reporter } = await run()
      await packageFunction(name, args, overrides, reporter)
    })
  command('init', 'write a commented genato.config.ts')
    .option('--generator', 'and a generator of your own to start from')
    .action(async (args: object) => {
      const { init } = await import('./commands/init.js')
      const { reporter } = await run()
      await init(args, reporter)
    })

  command('deploy', 'bring the service to AWS, or make what is there as the configuration says')
    .option('--dry-run', 'only tell what would be done')
    .option('--no-wait', 'do not wait until CloudFront has rolled it out')
    .option('--adopt', 'take over what is there and was not made by genato')
    .action(onAws(async () => (await import('./commands/deploy.js')).deploy))
  command('status', 'tell what is deployed, what differs, and what is unfinished').action(
    onAws(async () => (await import('./commands/status.js')).status),
  )
  command('logs', "show the function's logs of all edge regions, merged")
    .option('--follow', 'go on as new lines come')
    .option('--since <duration>', 'how far back: 30s, 10m, 2h, 3d', '10m')
    .option('--region <name...>', 'only of these regions')
    .option('--filter <text>', 'only lines with this text')
    .option('--errors', 'only what went wrong')
    .action(onAws(async () => (await import('./commands/logs.js')).logs))
  command('purge', 'delete generated images, and what CloudFront has of them')
    .argument('[path]', "only this image, or all that begin so, such as /640x480 or '/hello*'")
    .option('--dry-run', 'only count them')
    .action(onAws(async () => (await import('./commands/purge.js')).purge))
  command('cleanup', 'take the service away again')
    .alias('destroy')
    .option('--dry-run', 'only tell what would be deleted')
    .option('--keep-images', 'leave the images bucket as it is')
    .option('--delete-files', 'also files in the images bucket that genato did not make')
    .option('--no-wait', 'do not wait for CloudFront and the replicas: run it again later')
    .option('--timeout <duration>', 'how long to wait in all', '40m')
    .action(onAws(async () => (await import('./commands/cleanup.js')).cleanup))
  command('permissions', 'print the IAM policy that running genato needs').action(
    onAws(async () => (await import('./commands/permissions.js')).permissions),
  )
  return {
    run: async (argv: string[]) => program.parseAsync(argv),
    listensToInterrupt: () => listening,
  }
}

/** Columns to wrap at. Where a pipe is, what the shell or `man` would take. */
function helpWidth(): number {
  return process.stdout.columns || Number(process.env['COLUMNS']) || 80
}

async function chooseReporter(json: boolean): Promise<Reporter> {
  if (json) return (await import('./reporter/json.js')).jsonReporter(process.stdout)
  // A terminal that tells no width (some pseudo-terminals) can't be drawn on.
  if (process.stderr.isTTY && process.stderr.columns && !process.env['CI'])
    return (await import('./reporter/terminal.js')).terminalReporter(process.stdout, process.stderr)
  return (await import('./reporter/plain.js')).plainReporter(process.stdout, process.stderr)
}

/** @returns the exit code. */
async function report(error: unknown, { json, debug }: { json: boolean; debug: boolean }): Promise<number> {
  // Help that was asked for, or that stands in for a command that was not given.
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help'))
    return EXIT.done
  const said =
    error instanceof CommanderError ? [usage(error)] : error instanceof Several ? error.errors : [error]
  const reporter = await chooseReporter(json)
  for (const one of said) reporter.error(one, debug)
  const codes = said.map((one) => (one instanceof GenatoError ? one.exitCode : EXIT.failed))
  // What failed weighs more than what is only unfinished.
  return codes.find((code) => code !== EXIT.unfinished) ?? EXIT.unfinished
}

function usage(error: CommanderError): GenatoError {
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const sentence = message.charAt(0).toUpperCase() + message.slice(1)
  return usageError(
    'BAD_USAGE',
    sentence,
    hint?.replace(/^\(|\)$/g, '') ?? 'genato --help lists commands and options.',
  )
}
