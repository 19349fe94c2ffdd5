import path from 'node:path'
import { BEHAVIOURS, ORIGIN_ID } from '../../templates/distribution.js'
import { removeUnused } from '../lib/last-used.js'
import { workFolder } from '../lib/work-folder.js'
import { CACHE_BYTES, createEdge } from '../local/cloudfront/edge.js'
import type { Origin } from '../local/cloudfront/origin/origin-event.js'
import type { LambdaFunction } from '../local/lambda/environment.js'
import { startFunctionStore } from '../local/lambda/function-store.js'
import type { ObjectFolder } from '../objects/folder.js'
import type { Objects } from '../objects/object-store.js'
import type { PackageFile } from '../package/package-file.js'
import type { Reporter } from '../reporter/reporter.js'
import { unpackAndRun } from './running.js'
import { pageAt, startServing, type Address } from './serving.js'

/** A published package, and the function that runs it. */
interface DeployedPackage {
  fn: LambdaFunction
  files: PackageFile[]
  digest: string
}

export interface DeployedOptions extends Address {
  deployed: DeployedPackage
  origin: Origin
  bucket: string
  objects: Objects
  /** The folder for images that are generated here, unless they are stored in the live bucket. */
  images: { folder: ObjectFolder; data: string } | undefined
  /** The project's folder. */
  root: string
  reporter: Reporter
  /** Receives each line that the function writes to its log. */
  onFunctionLine: (line: string) => void
}

export interface DeployedServer {
  port: number
  /** Paths to try. */
  examples: readonly string[]
  /** Responds to requests under way, if that takes only a moment, and stops everything. */
  close(): Promise<void>
}

/**
 * Serves a published package behind a local edge until `close`.
 * @throws GenatoError of loading, folders and ports. Nothing is left running then.
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
    const page = pageAt(options, {
      pictures: () => undefined,
      about: () => ({ ...readOrigin(deployed), examples }),
      explain: async (asked) => running.runner.call('explain', asked),
      images: images?.folder,
      notes: images?.data,
    })
    const onFunctionLine = (line: string) => {
      page.functionLine(line)
      options.onFunctionLine(line)
    }
    const around = { work, store: store.access, onFunctionLine }
    const running = await unpackAndRun(deployed, deployed.fn, around)
    ends.push(async () => running.runner.stop())
    examples = running.examples
    const edge = createEdge({
      behaviours: BEHAVIOURS,
      origins: { [ORIGIN_ID]: { ...origin, objects } },
      functions: { edge: running.runner },
      cacheBytes: CACHE_BYTES,
    })
    const serving = await startServing({ ...options, edge, page, store, runner: () => running.runner })
    return { ...serving, examples }
  } catch (error) {
    await Promise.all(ends.map(async (end) => end()))
    throw error
  }
}

/** What the package states about itself in its genato.json. */
function readOrigin({ files, fn }: DeployedPackage) {
  const file = files.find(({ path: name }) => name === 'genato.json')
  const { generator = 'built in', text = '' } = JSON.parse(
    file ? Buffer.from(file.bytes).toString() : '{}',
  ) as { generator?: string; text?: string }
  return { generator: `${generator}, live as version ${fn.version}`, builtin: generator === 'built in', text }
}
