import path from 'node:path'
import type { Settings } from '../config/types.js'
import { messageOf } from '../errors.js'
import { bucketDomain, imagesBucket } from '../names.js'
import { removeKept, removeUnused } from '../package/kept.js'
import type { Reporter } from '../reporter/reporter.js'
import { workFolder } from '../work-folder.js'
import { CACHE_BYTES, createEdge, type Edge } from './edge.js'
import { startFunctionStore } from './function-store.js'
import { dropOthersImages } from './made-by.js'
import { rebuildOnChange } from './rebuild.js'
import { buildAndRun, type Running, type Surroundings } from './running.js'
import { openImages } from './images.js'
import type { ObjectFolder } from './store/folder.js'
import { startViewerServer, type Served } from './viewer-server.js'

export interface DevOptions {
  /** Reads the configuration anew, at the start and after each change. */
  loadSettings: () => Promise<Settings>
  host: string
  /** `undefined`: the first free one from 6480. */
  port: number | undefined
  /** Where stored images lie, absolute. */
  data: string
  reporter: Reporter
  onServed: (served: Served) => void
  /** A line that the function wrote to its log. */
  onFunctionLine: (line: string) => void
  onRebuilt: (rebuilt: Rebuilt) => void
  onRebuildFailed: (error: unknown) => void
}

export interface Rebuilt {
  /** What changed, relative to the project. */
  file: string
  ms: number
  /** Stored images that the code before had made. */
  dropped: number
}

export interface DevServer {
  port: number
  settings: Settings
  /** Paths to try. */
  examples: readonly string[]
  /** Ends everything at once: connections, the function's process, the store. */
  close(): Promise<void>
}

/**
 * Builds the package, and serves it behind a local edge until `close`.
 * @throws GenatoError of configuration, building, folders and ports; nothing is left running then.
 */
export async function startDev(options: DevOptions): Promise<DevServer> {
  const { data, reporter } = options
  const ends: (() => Promise<void>)[] = []
  try {
    const settings = await options.loadSettings()
    const work = await workFolder(settings.root)
    await removeUnused(path.join(work, 'run'))
    const folder = await openImages(data, reporter)
    const bucket = settings.buckets.images ?? imagesBucket(settings.stack)
    const store = await startFunctionStore(folder, bucket, reporter)
    ends.push(async () => store.close())

    const around = { work, store: store.access, ...options }
    const first = await firstRun(settings, around)
    ends.push(async () => first.runner.stop())
    await dropOthersImages(folder, data, first.digest)
    const origin = { domain: bucketDomain(bucket), path: '' }
    const edge = createEdge({ runner: first.runner, store: folder, origin, cacheBytes: CACHE_BYTES })
    const viewer = await startViewerServer({ edge, ...options })
    const rebuilding = followChanges(first, around, { options, folder, edge })
    return {
      port: viewer.port,
      settings,
      examples: first.examples,
      async close() {
        const last = rebuilding.stop()
        await Promise.all([viewer.close(), store.close(), last.runner.stop()])
      },
    }
  } catch (error) {
    await Promise.all(ends.map(async (end) => end()))
    throw error
  }
}

async function firstRun(settings: Settings, around: Surroundings): Promise<Running> {
  const step = around.reporter.step('building the package')
  try {
    const running = await buildAndRun(settings, around)
    step.done(`digest ${running.digest.slice(0, 12)}`)
    return running
  } catch (error) {
    step.failed()
    throw error
  }
}

function followChanges(
  first: Running,
  around: Surroundings,
  { options, folder, edge }: { options: DevOptions; folder: ObjectFolder; edge: Edge },
) {
  let dropped = 0
  return rebuildOnChange(first, {
    loadSettings: options.loadSettings,
    build: async (settings, before) => buildAndRun(settings, around, before),
    replace: async (before, next) =>
      edge.replace(async () => {
        // It ends first, so that nothing it still makes is stored after the rest was dropped.
        await before.runner.stop()
        if (next.folder !== before.folder) await removeKept(before.folder)
        dropped = await dropOthersImages(folder, options.data, next.digest).catch((error: unknown) => {
          options.reporter.warn(`What the code before had made could not be dropped: ${messageOf(error)}.`)
          return 0
        })
        return next.runner
      }),
    onRebuilt: (file, ms) => {
      options.onRebuilt({ file, ms, dropped })
      dropped = 0
    },
    onFailed: options.onRebuildFailed,
  })
}
