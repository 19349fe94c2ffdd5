import path from 'node:path'
import type { Settings } from '../config/types.js'
import { messageOf } from '../lib/errors.js'
import { bucketDomain, imagesBucket } from '../config/names.js'
import { removeKept, removeUnused } from '../lib/last-used.js'
import type { Reporter } from '../reporter/reporter.js'
import { workFolder } from '../lib/work-folder.js'
import { CACHE_BYTES, createEdge, type Edge } from '../local/cloudfront/edge.js'
import { endServing } from './end-serving.js'
import { startFunctionStore } from '../local/lambda/function-store.js'
import { dropOthersImages } from './drop-others-images.js'
import { rebuildOnChange } from './rebuild.js'
import { checkExamples } from './examples.js'
import { buildAndRun, type Running, type Surroundings } from './running.js'
import { openImages } from './open-images.js'
import { isLoopback } from '../local/cloudfront/viewer/listen.js'
import { createPage, type Page } from './page/page.js'
import type { Served } from '../local/cloudfront/viewer/served.js'
import type { ObjectFolder } from '../objects/folder.js'
import { startViewerServer } from '../local/cloudfront/viewer/server.js'

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
  /** Answers what was asked, if that takes no longer than a moment, and ends everything. */
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
    const bucket = settings.generate.bucket ?? imagesBucket(settings.stack)
    const store = await startFunctionStore(folder, bucket, reporter, settings.generate.files)
    ends.push(async () => store.close())

    const around = {
      work,
      store: store.access,
      reporter,
      onFunctionLine(line: string) {
        page.functionLine(line)
        options.onFunctionLine(line)
      },
    }
    let current: Running
    const page = createPage({
      about: () => aboutOf(current),
      explain: async (path) => edge.explain(path),
      images: folder,
      notes: data,
      anyHost: !isLoopback(options.host),
    })
    ends.push(async () => page.close())
    current = await firstRun(settings, around)
    ends.push(async () => current.runner.stop())
    await dropOthersImages(folder, data, current.digest)
    const origin = { domain: bucketDomain(bucket), path: '' }
    const edge = createEdge({ runner: current.runner, store: folder, origin, cacheBytes: CACHE_BYTES })
    const viewer = await startViewerServer({
      ...options,
      edge,
      page,
      onServed(served) {
        page.served(served)
        options.onServed(served)
      },
    })
    void checkExamples(current, reporter)
    const rebuilding = followChanges(current, around, {
      options,
      folder,
      edge,
      page,
      onReplaced(next) {
        current = next
        void checkExamples(next, reporter)
      },
    })
    return {
      port: viewer.port,
      settings,
      examples: current.examples,
      async close() {
        const last = rebuilding.stop()
        await endServing({ page, viewer, runner: last.runner, store })
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

function aboutOf({ settings, examples }: Running) {
  const {
    generate: { generator, text },
    root,
  } = settings
  return {
    generator: generator === undefined ? 'built in' : path.relative(root, generator),
    builtin: generator === undefined,
    examples,
    text,
  }
}

interface Serving {
  options: DevOptions
  folder: ObjectFolder
  edge: Edge
  page: Page
  onReplaced: (next: Running) => void
}

function followChanges(
  first: Running,
  around: Surroundings,
  { options, folder, edge, page, onReplaced }: Serving,
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
        onReplaced(next)
        return next.runner
      }),
    onRebuilt(file, ms) {
      const rebuilt = { file, ms, dropped }
      dropped = 0
      page.rebuilt(rebuilt)
      options.onRebuilt(rebuilt)
    },
    onFailed(error) {
      page.rebuildFailed(messageOf(error))
      options.onRebuildFailed(error)
    },
  })
}
