import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Settings } from '../config/types.js'
import { GenatoError, messageOf } from '../errors.js'
import { imagesBucket } from '../names.js'
import { buildPackage, type FunctionPackage } from '../package/build.js'
import { removeOtherPackages, unpackForHost } from '../package/unpack.js'
import type { Reporter } from '../reporter/reporter.js'
import { createEdge, type Edge } from './edge.js'
import { reservedEnvironment } from './function/environment.js'
import { createRunner, type FunctionRunner } from './function/runner.js'
import { dropOthersImages } from './made-by.js'
import { openObjectFolder, type ObjectFolder } from './store/folder.js'
import { startObjectStore, type ObjectStore } from './store/server.js'
import { workFolder } from '../work-folder.js'
import { startViewerServer, type Served, type ViewerServer } from './viewer-server.js'
import { watchFiles } from './watch.js'

export interface DevOptions {
  /** Reads the configuration anew, at the start and after each change. */
  loadSettings: () => Promise<Settings>
  host: string
  port: number | undefined
  /** Where stored images lie, relative to the working directory or absolute. */
  data: string
  reporter: Reporter
  onServed: (served: Served) => void
  /** A line that the function wrote, unless it is a request's. */
  onFunctionLine: (line: string) => void
  onRebuilt: (rebuilt: Rebuilt) => void
  onRebuildFailed: (error: unknown) => void
}

export interface Rebuilt {
  /** The file whose change was seen first. */
  file: string
  ms: number
  /** Stored images that the code before had made. */
  dropped: number
}

export interface DevServer {
  port: number
  settings: Settings
  /** Ends everything at once: connections, the function's process, the store. */
  close(): Promise<void>
}

const CACHE_BYTES = 256 * 1024 * 1024
/** How long a burst of changes is waited for, in ms. */
const SETTLE = 50

/** What runs one package: replaced as a whole when the package changes. */
interface Running {
  settings: Settings
  digest: string
  inputs: string[]
  runner: FunctionRunner
}

/** Builds the package, and serves it behind a local edge until `close`. */
export async function startDev(options: DevOptions): Promise<DevServer> {
  const { reporter } = options
  const settings = await options.loadSettings()
  const work = await workFolder(settings.root)
  const store = await openStore(options, reporter)
  const credentials = {
    accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  }
  const bucket = settings.buckets.images ?? imagesBucket(settings.stack)
  const server = await startObjectStore({
    folder: store,
    bucket,
    credentials,
    onError: (error) => reporter.warn(`The object store failed: ${messageOf(error)}.`),
  })
  const opened = { options, work, store, server, credentials }

  let running: Running
  let edge: Edge
  let viewer: ViewerServer
  try {
    const step = reporter.step('building the package')
    running = await buildAndRun(settings, opened).catch((error: unknown) => {
      step.failed()
      throw error
    })
    step.done(`digest ${running.digest.slice(0, 12)}`)
    await dropOthersImages(store, options.data, running.digest)
    edge = createEdge({ runner: running.runner, store, bucket, cacheBytes: CACHE_BYTES })
    viewer = await startViewerServer({
      edge,
      host: options.host,
      port: options.port,
      onServed: options.onServed,
    }).catch(async (error: unknown) => {
      await running.runner.stop()
      throw error
    })
  } catch (error) {
    await server.close()
    throw error
  }
  const rebuilding = rebuildOnChange(opened, edge, running)
  return {
    port: viewer.port,
    settings,
    async close() {
      const last = rebuilding.stop()
      await Promise.all([viewer.close(), server.close(), last.then(async ({ runner }) => runner.stop())])
    },
  }
}

interface Opened {
  options: DevOptions
  work: string
  store: ObjectFolder
  server: ObjectStore
  credentials: { accessKeyId: string; secretAccessKey: string }
}

async function buildAndRun(settings: Settings, opened: Opened): Promise<Running> {
  return run(settings, await buildPackage(settings, opened.options.reporter), opened)
}

/** Unpacks a package and starts it, so that what keeps it from loading is known at once. */
async function run(
  settings: Settings,
  built: FunctionPackage,
  { options, work, server, credentials }: Opened,
): Promise<Running> {
  const packages = path.join(work, 'run')
  const folder = await unpackForHost(built, packages)
  const env = reservedEnvironment(settings, { folder, endpoint: server.endpoint, credentials })
  const onLine = (line: string) => {
    if (!isRequestLine(line)) options.onFunctionLine(line)
  }
  const runner = createRunner({
    folder,
    memory: settings.memory,
    timeoutMs: settings.timeout * 1000,
    env,
    onLine,
  })
  try {
    await runner.start()
  } catch (error) {
    await runner.stop()
    throw new GenatoError('GENERATOR_FAILED', `The package could not be loaded: ${messageOf(error)}`, {
      cause: error,
    })
  }
  await removeOtherPackages(packages, folder)
  return { settings, digest: built.digest, inputs: built.inputs, runner }
}

/** The function's own line about a request: what it tells is in the edge's line already. */
function isRequestLine(line: string): boolean {
  return line.startsWith('{"requestId":')
}

function rebuildOnChange(opened: Opened, edge: Edge, first: Running): { stop(): Promise<Running> } {
  const { options, store } = opened
  let running = first
  let changed: string | undefined
  let working: Promise<void> | undefined
  let stopped = false

  const rebuild = async (file: string) => {
    const started = performance.now()
    try {
      const settings = await options.loadSettings()
      const built = await buildPackage(settings, options.reporter)
      watcher.follow(inputsOf(settings, built.inputs))
      if (
        built.digest === running.digest &&
        settings.memory === running.settings.memory &&
        settings.timeout === running.settings.timeout
      )
        return
      const next = await run(settings, built, opened)
      const before = running
      running = next
      let dropped = 0
      await edge.replace(async () => {
        // It ends first, so that nothing it still makes is stored after the rest was dropped.
        await before.runner.stop()
        dropped = await dropOthersImages(store, options.data, built.digest)
        return next.runner
      })
      options.onRebuilt({
        file: path.relative(settings.root, file) || file,
        ms: performance.now() - started,
        dropped,
      })
    } catch (error) {
      options.onRebuildFailed(error)
    }
  }
  const work = async () => {
    while (changed !== undefined && !stopped) {
      await new Promise((resolve) => {
        setTimeout(resolve, SETTLE)
      })
      const file = changed
      changed = undefined
      await rebuild(file)
    }
    working = undefined
  }
  const watcher = watchFiles((file) => {
    changed ??= file
    working ??= work()
  })
  watcher.follow(inputsOf(first.settings, first.inputs))
  return {
    async stop() {
      stopped = true
      watcher.close()
      await working
      return running
    },
  }
}

/** Also the places where a configuration would be found, if there is none yet. */
function inputsOf({ root, generator }: Settings, inputs: string[]): string[] {
  const configs = ['ts', 'js', 'mjs', 'json'].map((ending) => path.join(root, `genato.config.${ending}`))
  return [...new Set([...configs, ...inputs, ...(generator ? [generator] : [])])]
}

async function openStore({ data }: DevOptions, reporter: Reporter): Promise<ObjectFolder> {
  try {
    return await openObjectFolder(path.join(data, 'objects'), {
      onCorrupt: (key) =>
        reporter.warn(`A stored image was damaged, and is made anew: ${key ?? 'its name is lost'}.`),
    })
  } catch (error) {
    throw unwritable(data, error)
  }
}

function unwritable(folder: string, cause: unknown): GenatoError {
  return new GenatoError('FOLDER_UNWRITABLE', `${folder} can't be written: ${messageOf(cause)}.`, {
    hint: 'Run genato in a folder that can be written, or set --data.',
    cause,
  })
}
