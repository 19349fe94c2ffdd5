import path from 'node:path'
import { startDeployed } from '../dev/deployed.js'
import { dropOutdatedImages, openLocalImages } from '../dev/local-images.js'
import type { ObjectFolder } from '../objects/folder.js'
import { overlay } from '../objects/overlay.js'
import { usageError } from '../lib/errors.js'
import { readablePath } from '../lib/readable-path.js'
import type { Reporter } from '../reporter/reporter.js'
import { bucketObjects } from '../objects/live-bucket.js'
import { readLive, type Live } from '../stacks/live.js'
import {
  aborted,
  firstLines,
  readAddress,
  servedAt,
  unlessAborted,
  type DevArguments,
} from './dev-arguments.js'
import { reportFunctionLine, reportServed } from './dev-lines.js'
import type { Run } from './run.js'
import { edgeFunction } from '../local/lambda/function-of.js'
import { withStack } from './with-stack.js'

/** `genato dev --deployed`. The AWS session stays open while it serves. */
export async function devDeployed(run: Run, args: DevArguments): Promise<void> {
  const { reporter, signal } = run
  const address = readAddress(args)
  if (args.write && args.data !== undefined)
    throw usageError(
      'BAD_USAGE',
      '--write stores nothing on this machine, so --data has no use.',
      'Leave out one of them.',
    )
  for (const option of ['originals', 'rekognition'] as const)
    if (args[option] !== undefined)
      throw usageError(
        'BAD_USAGE',
        `--${option} can't be used with --deployed, which serves generated images only.`,
        'Stored pictures come to AWS with the next version. Leave out one of them.',
      )
  await withStack(run, {}, async (session, stack) => {
    const { root } = stack.settings
    const start = async () => {
      const live = await readLive(session, stack)
      const data = args.write
        ? undefined
        : args.data === undefined
          ? path.join(root, '.genato', 'live', live.distribution)
          : path.resolve(args.data)
      const bucket = bucketObjects(session, live.bucket)
      const images = data === undefined ? undefined : await openOverlay(data, live, reporter)
      const server = await startDeployed({
        ...address,
        deployed: {
          fn: { ...edgeFunction(stack.settings), ...runsWith(live) },
          digest: live.digest,
          files: live.files,
        },
        origin: live.origin,
        bucket: live.bucket,
        objects: images ? overlay(images.folder, bucket) : bucket,
        images,
        root,
        reporter,
        onServed: reportServed(reporter),
        onFunctionLine: reportFunctionLine(reporter),
      })
      return { live, data, server }
    }
    const { live, data, server } = await unlessAborted(start(), signal)
    const url = servedAt(server.port, address, reporter)
    reporter.result([...firstLines(url, server.examples), ...banner(live, data)].join('\n'), {
      url,
      port: server.port,
      distribution: live.distribution,
      version: live.version.number,
      digest: live.digest,
      bucket: live.bucket,
      ...(data === undefined ? { writes: live.bucket } : { images: data }),
    })
    await aborted(signal)
    await server.close()
  })
}

/** The published version runs with its own settings, not with the configuration's. */
function runsWith({ version: { memory, timeout, runtime, number } }: Live) {
  return { memory, timeout, runtime, version: number }
}

/** Generated images are stored in a folder, and deleted when another package goes live. */
async function openOverlay(
  data: string,
  { digest }: Live,
  reporter: Reporter,
): Promise<{ folder: ObjectFolder; data: string }> {
  const folder = await openLocalImages(data, reporter)
  await dropOutdatedImages(folder, data, digest)
  return { folder, data }
}

function banner({ distribution, version, digest, bucket }: Live, data: string | undefined): string[] {
  const stored =
    data === undefined
      ? `writes to ${bucket}`
      : `read-only · bucket ${bucket} · new images stay in ${readablePath(data)}`
  return [
    `  deployed   ${distribution} · version ${version.number} · package ${digest.slice(0, 12)}`,
    `  ${stored} · Ctrl-C stops`,
  ]
}
