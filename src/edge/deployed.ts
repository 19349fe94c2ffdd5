import path from 'node:path'
import type { Settings } from '../config/types.js'
import type { PackageFile } from '../package/files.js'
import { removeUnused } from '../package/kept.js'
import type { Reporter } from '../reporter/reporter.js'
import { workFolder } from '../work-folder.js'
import { CACHE_BYTES, createEdge } from './edge.js'
import type { Origin } from './event.js'
import { startFunctionStore } from './function-store.js'
import { unpackAndRun } from './running.js'
import type { Objects } from './store/objects.js'
import { startViewerServer, type ViewerServerOptions } from './viewer-server.js'

/** A package that is published, and how it is run. */
interface DeployedPackage extends Pick<Settings, 'stack' | 'memory' | 'timeout'> {
  files: PackageFile[]
  digest: string
  runtime: string
  version: number
}

export interface DeployedOptions extends Omit<ViewerServerOptions, 'edge'> {
  deployed: DeployedPackage
  origin: Origin
  bucket: string
  objects: Objects
  /** The project's folder. */
  root: string
  reporter: Reporter
  /** A line that the function wrote to its log. */
  onFunctionLine: (line: string) => void
}

export interface DeployedServer {
  port: number
  /** Paths to try. */
  examples: readonly string[]
  /** Ends everything at once: connections, the function's process, the store. */
  close(): Promise<void>
}

/**
 * Serves a published package behind a local edge until `close`.
 * @throws GenatoError of loading, folders and ports; nothing is left running then.
 */
export async function startDeployed(options: DeployedOptions): Promise<DeployedServer> {
  const { deployed, objects, bucket, origin, reporter, onFunctionLine } = options
  const ends: (() => Promise<void>)[] = []
  const close = async () => void (await Promise.all(ends.map(async (end) => end())))
  try {
    const work = await workFolder(options.root)
    await removeUnused(path.join(work, 'run'))
    const store = await startFunctionStore(objects, bucket, reporter)
    ends.push(async () => store.close())
    const around = { work, store: store.access, onFunctionLine }
    const { runner, examples } = await unpackAndRun(deployed, deployed, around)
    ends.push(async () => runner.stop())
    const edge = createEdge({ runner, store: objects, origin, cacheBytes: CACHE_BYTES })
    const viewer = await startViewerServer({ ...options, edge })
    ends.push(async () => viewer.close())
    return { port: viewer.port, examples, close }
  } catch (error) {
    await close()
    throw error
  }
}
