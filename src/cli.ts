import { Command, CommanderError, Option } from 'commander'
import { errorsOf } from './aws/together.js'
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
  // The reader may stop early, as in `genato … | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed),
  )
  const interrupt = new AbortController()
  const program = createProgram(interrupt.signal)
  const json = argv.includes('--json')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // The second time, or with no command that listens, the process ends at once.
      if (interrupt.signal.aborted || !program.listensToInterrupt()) exit(EXIT.interrupted)
      interrupt.abort()
    })
  try {
    await program.run(argv)
  } catch (error) {
    process.exitCode = await report(error, { json, debug: argv.includes('--debug') })
  }
  // Whatever an interrupted command has left open must not keep the process alive.
  if (interrupt.signal.aborted) exit(process.exitCode)
}

/** Ends the process at once, whatever is still open. */
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
    // The SDK reads it from the environment, and so does any tool that it asks for credentials.
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
  /** A command that works on AWS: it listens to Ctrl-C, and returns the exit code. */
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
    .description('An on-demand image service: /640x480,white,png is generated when it is first requested.')
    .version(version(), '-V, --version')
    .addOption(
      new Option('--config <file>', 'the configuration file (default: genato.config.ts, .js, .mjs or .json)'),
    )
    .addOption(new Option('--stack <name>', 'the name of the stack (or GENATO_STACK)'))
    .addOption(new Option('--profile <name>', 'the AWS profile to use (or AWS_PROFILE)'))
    .addOption(new Option('--yes', 'answer yes to every question'))
    .addOption(new Option('--json', 'print one JSON object a line on stdout'))
    .addOption(new Option('--debug', 'print stack traces with errors'))
    .configureHelp(HELP)
    .showSuggestionAfterError()
    .exitOverride()
    // `report` prints it, so that --json covers wrong usage too.
    .configureOutput({
      outputError: () => undefined,
      writeErr: (text) => process.stderr.write(text),
      getOutHelpWidth: helpWidth,
      getErrHelpWidth: helpWidth,
    })

  command('dev', 'serve the package on this machine, behind a local edge')
    .option('--port <number>', 'the port (default: 6480, or the next free one)')
    .option('--host <address>', 'the address to listen on (default: this machine only)')
    .option('--data <folder>', 'the folder for stored images (default: .genato/images)')
    .addOption(originals('serve the pictures of a folder at /<mount>/…; may be repeated'))
    .option('--rekognition <file>', 'what the local Rekognition finds in pictures (default: nothing)')
    .option('--deployed', 'serve what is live on AWS; new images stay on this machine')
    .option('--write', 'with --deployed: store new images in the live bucket')
    .action(async (args: DevArguments) => {
      listening = true
      const given = await run()
      if (args.deployed) await (await import('./commands/dev-deployed.js')).devDeployed(given, args)
      else await (await import('./commands/dev.js')).dev(given, args)
      given.reporter.close()
    })
  command('render', 'generate one image, without a server')
    .argument('<url-path>', 'such as /640x480,white,png')
    .option('--out <file>', 'the file to write; - is standard output (default: named after the path)')
    .addOption(originals('the folder of a mount’s originals; may be repeated'))
    .action(async (path: string, args: object) => {
      const { render } = await import('./commands/render.js')
      const { overrides, reporter } = await run()
      await render(path, args, overrides, reporter)
    })
  command('explain', 'explain a URL: canonical path, key, pixels, or what is wrong with it')
    .argument('<url-path>', 'such as /640x480,white,png')
    .addOption(originals('a mount that is not configured; may be repeated'))
    .action(async (path: string, args: object) => {
      const { explain } = await import('./commands/explain.js')
      const { overrides, reporter } = await run()
      await explain(path, args, overrides, reporter)
    })
  command('renditions', 'list what was made of a stored picture on this machine')
    .argument('<original>', 'a mount and a key: photos/cats/tom.jpg, or photos/cats/ for all below it')
    .option('--data <folder>', 'the folder for stored images (default: .genato/images)')
    .action(async (original: string, args: object) => {
      const given = await run()
      process.exitCode = await (await import('./commands/renditions.js')).renditions(given, original, args)
    })
  command('sign', 'sign a URL with the key of this machine, for genato dev')
    .argument('<url-path>', 'such as /photos/400x300,webp/cats/tom.jpg')
    .option('--expires <time>', 'from now: 30s, 10m, 1h, 7d; or unix seconds (default: never)')
    .action(async (path: string, args: { expires?: string }) => {
      const { sign } = await import('./commands/sign.js')
      const { overrides, reporter } = await run()
      await sign(path, args, overrides, reporter)
    })
  command('package', "build a function's zip for Lambda, or the gate's code")
    .argument('[name]', 'which package (default: edge)')
    .option('--out <file>', 'the file to write (default: .genato/package.zip, .genato/gate.js)')
    .action(async (name: string | undefined, args: object) => {
      const { GATE, packageFunction } = await import('./commands/package.js')
      const { overrides, reporter } = await run()
      if (name === GATE) {
        const { packageGate } = await import('./commands/package-gate.js')
        await packageGate(args, overrides, reporter)
      } else await packageFunction(name, args, overrides, reporter)
    })
  command('init', 'write a commented genato.config.ts')
    .option('--generator', 'also write a custom generator to start from')
    .action(async (args: object) => {
      const { init } = await import('./commands/init.js')
      const { reporter } = await run()
      await init(args, reporter)
    })

  command('deploy', 'deploy the service, or update it to match the configuration')
    .option('--dry-run', 'only show what would change')
    .option('--no-wait', "don't wait until CloudFront has rolled it out")
    .option('--adopt', 'adopt existing resources that genato did not make')
    .action(onAws(async () => (await import('./commands/deploy.js')).deploy))
  command('status', 'show what is deployed, what differs, and what is unfinished').action(
    onAws(async () => (await import('./commands/status.js')).status),
  )
  command('logs', "show the function's logs from all edge regions, merged")
    .option('--follow', 'keep showing new lines')
    .option('--since <duration>', 'how far back: 30s, 10m, 2h, 3d', '10m')
    .option('--region <name...>', 'only from these regions')
    .option('--filter <text>', 'only lines with this text')
    .option('--errors', 'only errors')
    .action(onAws(async () => (await import('./commands/logs.js')).logs))
  command('purge', "delete generated images, and CloudFront's copies of them")
    .argument(
      '[path]',
      "only this image, or all that begin with this: /640x480 or '/hello*'; or what was made of a stored picture: photos/cats/tom.jpg",
    )
    .option('--dry-run', 'only count them')
    .option('--data <folder>', 'the folder of pictures stored here (default: .genato/images)')
    .action(onAws(async () => (await import('./commands/purge.js')).purge))
  command('cleanup', 'delete the service')
    .alias('destroy')
    .option('--dry-run', 'only show what would be deleted')
    .option('--keep-images', 'keep the images bucket as it is')
    .option('--delete-files', 'also delete files in the images bucket that genato did not make')
    .option('--no-wait', "don't wait for CloudFront and the replicas: run it again later")
    .option('--timeout <duration>', 'how long to wait in total', '40m')
    .action(onAws(async () => (await import('./commands/cleanup.js')).cleanup))
  command('permissions', 'print the IAM policy that running genato needs').action(
    onAws(async () => (await import('./commands/permissions.js')).permissions),
  )
  return {
    run: async (argv: string[]) => program.parseAsync(argv),
    listensToInterrupt: () => listening,
  }
}

/** `--originals photos=DIR`, which may be given several times, and takes no arguments that follow. */
function originals(description: string): Option {
  return new Option('--originals <mount=folder>', description).argParser(
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  )
}

/** The columns to wrap at. In a pipe, those that the shell names, or as many as `man` takes. */
function helpWidth(): number {
  return process.stdout.columns || Number(process.env['COLUMNS']) || 80
}

async function chooseReporter(json: boolean): Promise<Reporter> {
  if (json) return (await import('./reporter/json.js')).jsonReporter(process.stdout)
  // A terminal without a width (some pseudo-terminals) can't be drawn on.
  if (process.stderr.isTTY && process.stderr.columns && !process.env['CI'])
    return (await import('./reporter/terminal.js')).terminalReporter(process.stdout, process.stderr)
  return (await import('./reporter/plain.js')).plainReporter(process.stdout, process.stderr)
}

/** @returns the exit code. */
async function report(error: unknown, { json, debug }: { json: boolean; debug: boolean }): Promise<number> {
  // Help, either requested or shown because no command was given.
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help'))
    return EXIT.done
  const errors = error instanceof CommanderError ? [usage(error)] : errorsOf(error)
  const reporter = await chooseReporter(json)
  for (const one of errors) reporter.error(one, debug)
  const codes = errors.map((one) => (one instanceof GenatoError ? one.exitCode : EXIT.failed))
  // A failure outweighs what is only unfinished.
  return codes.find((code) => code !== EXIT.unfinished) ?? EXIT.unfinished
}

function usage(error: CommanderError): GenatoError {
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const sentence = message.charAt(0).toUpperCase() + message.slice(1)
  return usageError(
    'BAD_USAGE',
    sentence,
    hint?.replace(/^\(|\)$/g, '') ?? 'Run genato --help for all commands and options.',
  )
}
