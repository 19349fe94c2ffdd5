import path from 'node:path'
import type { LocalFunction } from '../local/lambda/environment.js'
import type { PackageFile } from '../package/package-file.js'
import { removeUnused } from '../lib/last-used.js'
import type { Reporter } from '../reporter/reporter.js'
import { workFolder } from '../lib/work-folder.js'
import { CACHE_BYTES, createEdge } from '../local/cloudfront/edge.js'
import { endServing } from './end-serving.js'
import type { Origin } from '../local/cloudfront/origin/origin-event.js'
import { startFunctionStore } from '../local/lambda/function-store.js'
import { unpackAndRun } from './running.js'
import { isLoopback } from '../local/cloudfront/viewer/listen.js'
import { createPage } from './page/page.js'
import type { ObjectFolder } from '../objects/folder.js'
import type { Objects } from '../objects/object-store.js'
import { startViewerServer, type ViewerServerOptions } from '../local/cloudfront/viewer/server.js'

/** A package that is published, and how it is run. */
interface DeployedPackage extends LocalFunction {
  /** Seconds. */
  timeout: number
  files: PackageFile[]
  digest: string
  version: number
}

export interface DeployedOptions extends Omit<ViewerServerOptions, 'edge' | 'page'> {
  deployed: DeployedPackage
  origin: Origin
  bucket: string
  objects: Objects
  /** Where what is made lies, if it lies on this machine. */
  images: { folder: ObjectFolder; data: string } | undefined
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
  /** Answers what was asked, if that takes no longer than a moment, and ends everything. */
  close(): Promise<void>
}

/**
 * Serves a published package behind a local edge until `close`.
 * @throws GenatoError of loading, folders and ports; nothing is left running then.
 */
export async function startDeployed(options: DeployedOptions): Promise<DeployedServer> {
  const { deployed, objects, bucket, origin, reporter, images } = options
  const ends: (() => Promise<void>)[] = []
  try {
    const work = await workFolder(options.root)
    await removeUnused(path.join(work, 'run'))
    const store = await startFunctionStore(objects, bucket, reporter)
    ends.push(async () => store.close())
    let examples: readonly string[] = []
    const page = createPage({
      about: () => ({ ...readOrigin(deployed), examples }),
      explain: async (asked) => edge.explain(asked),
      images: images?.folder,
      notes: images?.data,
      anyHost: !isLoopback(options.host),
    })
    const onFunctionLine = (line: string) => {
      page.functionLine(line)
      options.onFunctionLine(line)
    }
    const running = await unpackAndRun(deployed, deployed, { work, store: store.access, onFunctionLine })
    ends.push(async () => running.runner.stop())
    examples = running.examples
    const edge = createEdge({ runner: running.runner, store: objects, origin, cacheBytes: CACHE_BYTES })
    const viewer = await startViewerServer({
      ...options,
      edge,
      page,
      onServed(served) {
        page.served(served)
        options.onServed(served)
      },
    })
    return {
      port: viewer.port,
      examples,
      close: async () => endServing({ page, viewer, runner: running.runner, store }),
    }
  } catch (error) {
    await Promise.all(ends.map(async (end) => end()))
    throw error
  }
}

/** What the package says of itself in its genato.json. */
function readOrigin({ files, version }: DeployedPackage) {
  const file = files.find(({ path: name }) => name === 'genato.json')
  const { generator = 'built in', text = '' } = JSON.parse(
    file ? Buffer.from(file.bytes).toString() : '{}',
  ) as { generator?: string; text?: string }
  return { generator: `${generator}, live as version ${version}`, builtin: generator === 'built in', text }
}
