import path from 'node:path'
import { BEHAVIOURS, ORIGIN_ID } from '../../templates/distribution.js'
import { bucketDomain, imagesBucket } from '../config/names.js'
import type { Settings } from '../config/types.js'
import { messageOf } from '../lib/errors.js'
import { removeKept, removeUnused } from '../lib/last-used.js'
import { workFolder } from '../lib/work-folder.js'
import { CACHE_BYTES, createEdge, type Edge } from '../local/cloudfront/edge.js'
import type { Served } from '../local/cloudfront/viewer/served.js'
import { startFunctionStore } from '../local/lambda/function-store.js'
import type { ObjectFolder } from '../objects/folder.js'
import type { Reporter } from '../reporter/reporter.js'
import { checkExamples } from './examples.js'
import { dropOutdatedImages, openLocalImages } from './local-images.js'
import type { Page } from './page/page.js'
import { rebuildOnChange } from './rebuild.js'
import { buildAndRun, type Running, type Surroundings } from './running.js'
import { pageAt, startServing } from './serving.js'

export interface DevOptions {
  /** Reads the configuration, at the start and again after each change. */
  loadSettings: () => Promise<Settings>
  host: string
  /** `undefined`: the first free one from 6480. */
  port: number | undefined
  /** The folder for stored images, absolute. */
  data: string
  reporter: Reporter
  onServed: (served: Served) => void
  /** Receives each line that the function writes to its log. */
  onFunctionLine: (line: string) => void
  onRebuilt: (rebuilt: Rebuilt) => void
  onRebuildFailed: (error: unknown) => void
}

export interface Rebuilt {
  /** The file that changed, relative to the project. */
  file: string
  ms: number
  /** How many stored images of the previous code were deleted. */
  dropped: number
}

export interface DevServer {
  port: number
  settings: Settings
  /** Paths to try. */
  examples: readonly string[]
  /** Responds to requests under way, if that takes only a moment, and stops everything. */
  close(): Promise<void>
}

/**
 * Builds the package, and serves it behind a local edge until `close`.
 * @throws GenatoError of configuration, building, folders and ports. Nothing is left running then.
 */
export async function startDev(options: DevOptions): Promise<DevServer> {
  const { data, reporter } = options
  const ends: (() => Promise<void>)[] = []
  try {
    const settings = await options.loadSettings()
    const work = await workFolder(settings.root)
    await removeUnused(path.join(work, 'run'))
    const images = await openLocalImages(data, reporter)
    const bucket = settings.generate.bucket ?? imagesBucket(settings.stack)
    const store = await startFunctionStore(images, bucket, reporter, settings.generate.files)
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
    const page = pageAt(options, {
      about: () => aboutOf(current),
      explain: async (asked) => edge.whileUnchanged(async () => current.runner.call('explain', asked)),
      images,
      notes: data,
    })
    ends.push(async () => page.close())
    current = await firstRun(settings, around)
    ends.push(async () => current.runner.stop())
    await dropOutdatedImages(images, data, current.digest)
    const edge = createEdge({
      behaviours: BEHAVIOURS,
      origins: { [ORIGIN_ID]: { domain: bucketDomain(bucket), path: '', objects: images } },
      functions: { edge: { invoke: async (event, signal) => current.runner.invoke(event, signal) } },
      cacheBytes: CACHE_BYTES,
    })
    const serving = await startServing({ ...options, edge, page, store, runner: () => current.runner })
    void checkExamples(current, reporter)
    const rebuilding = followChanges(current, around, {
      options,
      images,
      edge,
      page,
      onReplaced(next) {
        current = next
        void checkExamples(next, reporter)
      },
    })
    return {
      port: serving.port,
      settings,
      examples: current.examples,
      async close() {
        current = rebuilding.stop()
        await serving.close()
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

interface Replacing {
  options: DevOptions
  images: ObjectFolder
  edge: Edge
  page: Page
  onReplaced: (next: Running) => void
}

function followChanges(
  first: Running,
  around: Surroundings,
  { options, images, edge, page, onReplaced }: Replacing,
) {
  let dropped = 0
  return rebuildOnChange(first, {
    loadSettings: options.loadSettings,
    build: async (settings, before) => buildAndRun(settings, around, before),
    replace: async (before, next) =>
      edge.change(async () => {
        // The old code stops first, so that it stores nothing after its images were deleted.
        await before.runner.stop()
        if (next.folder !== before.folder) await removeKept(before.folder)
        dropped = await dropOutdatedImages(images, options.data, next.digest).catch((error: unknown) => {
          options.reporter.warn(`The images of the previous code could not be deleted: ${messageOf(error)}.`)
          return 0
        })
        onReplaced(next)
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
