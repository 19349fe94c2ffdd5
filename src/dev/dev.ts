import path from 'node:path'
import { BEHAVIOURS, ORIGIN_ID } from '../../templates/distribution.js'
import { CACHE_TAG_HEADER } from '../../templates/mount-behaviour.js'
import { bucketDomain, imagesBucket } from '../config/names.js'
import type { Settings } from '../config/types.js'
import { removeUnused } from '../lib/last-used.js'
import { workFolder } from '../lib/work-folder.js'
import { CACHE_BYTES, createEdge, type Distribution } from '../local/cloudfront/edge.js'
import type { Served } from '../local/cloudfront/viewer/served.js'
import { startFunctionStore } from '../local/lambda/function-store.js'
import type { Reporter } from '../reporter/reporter.js'
import { checkExamples } from './examples.js'
import { dropOutdated, followChanges } from './follow-changes.js'
import { openLocalImages } from './local-images.js'
import { picturesDistribution } from './pictures/distribution.js'
import { keepFresh } from './pictures/freshness.js'
import { openRenditions } from './pictures/renditions.js'
import type { RunningPictures } from './pictures/running-pictures.js'
import { buildAndRun, stopReplaced, type Running, type Surroundings } from './running.js'
import { pageAt, startServing } from './serving.js'

export interface DevOptions {
  /** Reads the configuration, at the start and again after each change. */
  loadSettings: () => Promise<Settings>
  host: string
  /** `undefined`: the first free one from 6480. */
  port: number | undefined
  /** The folder for stored images and renditions, absolute. */
  data: string
  /** Folders of originals, absolute, by the names of mounts, which the settings have. */
  originals: ReadonlyMap<string, string>
  /** The file that the local Rekognition answers from, absolute. */
  rekognition: string | undefined
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
  /** How many stored images of the previous code, and renditions of previous settings, were deleted. */
  dropped: number
}

export interface DevServer {
  port: number
  settings: Settings
  /** Paths to try. */
  examples: readonly string[]
  /** The mounts that were there at the start, and where their originals are. */
  pictures: RunningPictures | undefined
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
    const renditions = await openRenditions(data, reporter)
    const bucket = settings.generate.bucket ?? imagesBucket(settings.stack)
    const store = await startFunctionStore(images, bucket, reporter, settings.generate.files)
    ends.push(async () => store.close())

    const onFunctionLine = (line: string) => {
      page.functionLine(line)
      options.onFunctionLine(line)
    }
    const around = {
      work,
      store: store.access,
      reporter,
      onFunctionLine,
      pictures: {
        work,
        renditions,
        folders: options.originals,
        answersFile: options.rekognition,
        reporter,
        onFunctionLine,
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
    ends.push(async () => stopReplaced(current))
    await dropOutdated(current, { images, renditions, data })
    const distribution = (): Distribution => {
      const mounts = picturesDistribution(current.settings, renditions, () => current.pictures)
      return {
        behaviours: [...mounts.behaviours, ...BEHAVIOURS],
        origins: {
          ...mounts.origins,
          [ORIGIN_ID]: { domain: bucketDomain(bucket), path: '', objects: images },
        },
        functions: { edge: { invoke: async (event, signal) => current.runner.invoke(event, signal) } },
        viewerFunctions: mounts.viewerFunctions,
      }
    }
    const edge = createEdge({
      ...distribution(),
      cacheTagHeader: CACHE_TAG_HEADER,
      cacheBytes: CACHE_BYTES,
    })
    const fresh = await keepFresh({ data, renditions, edge, pictures: () => current.pictures, reporter })
    ends.push(async () => fresh.close())
    const serving = await startServing({ ...options, edge, page, store, runner: () => current.runner })
    void checkExamples(current, reporter)
    const rebuilding = followChanges(current, around, {
      options,
      stores: { images, renditions, data },
      edge,
      page,
      onReplaced(next) {
        current = next
        void checkExamples(next, reporter)
        return distribution()
      },
    })
    return {
      port: serving.port,
      settings,
      examples: current.examples,
      pictures: current.pictures,
      async close() {
        current = rebuilding.stop()
        fresh.close()
        await serving.close()
        await current.pictures?.stop()
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
