import path from 'node:path'
import { messageOf, usageError } from '../lib/errors.js'
import { startDev } from '../dev/dev.js'
import { aborted, readAddress, servedAt, unlessAborted, type DevArguments } from './dev-arguments.js'
import { readablePath } from '../lib/readable-path.js'
import { banner, servedMounts } from './dev-banner.js'
import { loadWithMounts, readOriginals } from './originals-option.js'
import { rebuiltText, reportFunctionLine, reportServed } from './dev-lines.js'
import type { Run } from './run.js'
import { dataFolder } from './stored-renditions.js'

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
  const originals = await readOriginals(args, cwd)
  const load = async () => loadWithMounts(cwd, overrides, originals)
  const settings = await load()
  const data = dataFolder(settings, args.data, cwd)
  const starting = startDev({
    loadSettings: load,
    host,
    port,
    data,
    originals,
    rekognition: args.rekognition === undefined ? undefined : path.resolve(cwd, args.rekognition),
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
  const mounts = await servedMounts(server)
  reporter.result(banner(url, server, mounts, readablePath(data)), {
    url,
    port: server.port,
    generator: server.settings.generate.generator ?? 'built in',
    images: data,
    ...(mounts.length === 0 ? {} : { mounts }),
  })
  await aborted(signal)
  await server.close()
}
