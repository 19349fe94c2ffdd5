import path from 'node:path'
import { loadSettings } from '../config/load.js'
import { messageOf, usageError } from '../lib/errors.js'
import { startDev, type DevServer } from '../dev/dev.js'
import {
  aborted,
  firstLines,
  readAddress,
  servedAt,
  unlessAborted,
  type DevArguments,
} from './dev-arguments.js'
import { readablePath } from '../lib/readable-path.js'
import { rebuiltText, reportFunctionLine, reportServed } from './dev-lines.js'
import type { Run } from './run.js'

/** `genato dev`. Runs until Ctrl-C, which counts as success. */
export async function dev({ overrides, reporter, signal }: Run, args: DevArguments): Promise<void> {
  if (args.write)
    throw usageError(
      'BAD_USAGE',
      '--write needs --deployed: there is no live bucket here.',
      'genato dev --deployed --write stores new images in the live bucket.',
    )
  const cwd = process.cwd()
  const { host, port } = readAddress(args)
  const settings = await loadSettings(cwd, overrides)
  const data = args.data ? path.resolve(cwd, args.data) : path.join(settings.root, '.genato', 'images')
  const starting = startDev({
    loadSettings: async () => loadSettings(cwd, overrides),
    host,
    port,
    data,
    reporter,
    onServed: reportServed(reporter),
    onFunctionLine: reportFunctionLine(reporter),
    onRebuilt: (rebuilt) => reporter.event('rebuilt', rebuiltText(rebuilt), rebuilt),
    onRebuildFailed: (error) =>
      reporter.warn(
        `${messageOf(error)}\n  The previous package keeps serving. Fix the file and save it to build again.`,
      ),
  })
  const server = await unlessAborted(starting, signal)
  const url = servedAt(server.port, { host, port }, reporter)
  reporter.result(banner(url, server, readablePath(data)), {
    url,
    port: server.port,
    generator: server.settings.generate.generator ?? 'built in',
    images: data,
  })
  await aborted(signal)
  await server.close()
}

function banner(
  url: string,
  {
    settings: {
      generate: { generator },
      root,
    },
    examples,
  }: DevServer,
  images: string,
): string {
  const made = generator === undefined ? 'built in' : path.relative(root, generator)
  return [...firstLines(url, examples), `  generator  ${made} · images in ${images} · Ctrl-C stops`].join(
    '\n',
  )
}
