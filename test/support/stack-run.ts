import { createHash } from 'node:crypto'
import type { Clock } from '../../src/aws/clock.js'
import type { ClientOptions } from '../../src/aws/clients.js'
import { withSession, type Session } from '../../src/aws/session.js'
import type { Settings } from '../../src/config/types.js'
import { zipFiles, zipHashes } from '../../src/package/zip.js'
import type { Reporter } from '../../src/reporter/reporter.js'
import { cleanup, type CleanupOptions } from '../../src/stacks/cleanup.js'
import { findLogGroups, takeInventory } from '../../src/stacks/inventory.js'
import { deploy, type Deployed, type DeployOptions } from '../../src/stacks/deploy.js'
import type { PackageSource } from '../../src/stacks/prepared-package.js'
import { findPurgeable, purge, type Purged } from '../../src/stacks/purge.js'
import { status, type LocalPackage, type Status } from '../../src/stacks/status.js'
import { ALL, countStored, type Chosen } from '../../src/stacks/stored-images.js'
import { bucketNamed, describeStack, type StackDescription } from '../../src/stacks/description.js'

/** A clock that doesn't wait: sleeping moves the time forward at once. */
function fastClock(): Clock & { slept: number[] } {
  let now = Date.UTC(2026, 10, 21)
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted()
      slept.push(ms)
      now += ms
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    },
  }
}

/** Records a run's output, in order: `done …`, `failed …`, `warn …`, `planned …`. */
function recordingReporter(): Reporter & { said: string[] } {
  const said: string[] = []
  return {
    said,
    step: (title) => ({
      update: () => undefined,
      done: (detail) => void said.push(`done ${title}${detail ? `: ${detail}` : ''}`),
      failed: () => void said.push(`failed ${title}`),
    }),
    warn: (message) => void said.push(`warn ${message}`),
    result: (text) => void said.push(`result ${text}`),
    bytes: () => undefined,
    bytesAreShown: false,
    event: (type, text) => void said.push(`${type} ${text}`),
    error: () => undefined,
    close: () => undefined,
  }
}

/** A package of a few bytes. Each text gives a different package. */
export function smallPackage(code = 'one', generation = 'gen1', cached = generation): PackageSource {
  const zipped = zipFiles([{ path: 'index.js', bytes: Buffer.from(`exports.handler = () => '${code}'`) }])
  return {
    digest: async () => createHash('sha256').update(code).digest('hex'),
    zip: async () => {
      const zip = await zipped
      return { zip, ...zipHashes(zip) }
    },
    load: async () => ({ generation, cached }),
  }
}

export interface StackRun {
  clock: ReturnType<typeof fastClock>
  said: string[]
  session: <T>(run: (session: Session, stack: StackDescription) => Promise<T>, dryRun?: boolean) => Promise<T>
  deploy(source?: PackageSource, options?: Partial<DeployOptions> & { dryRun?: boolean }): Promise<Deployed>
  status(local?: LocalPackage): Promise<Status>
  purge(beginning?: string): Promise<Purged>
  cleanup(options?: Partial<CleanupOptions> & { dryRun?: boolean }): Promise<void>
}

/** For a run that has no reason to ask. */
async function refuseFiles(question: string): Promise<void> {
  throw new Error(`asked about files: ${question}`)
}

/** `genato purge` without its question. @param beginning of paths. `undefined`: all. */
export async function purgeBeginning(
  session: Session,
  stack: StackDescription,
  beginning: string | undefined,
): Promise<Purged> {
  const purgeable = await findPurgeable(session, stack)
  const chosen: Chosen = beginning === undefined ? ALL : { kind: 'beginning', path: beginning }
  const counted = await countStored(session, bucketNamed(stack, 'images').name, chosen)
  return purge(session, stack, purgeable, chosen, counted)
}

interface RunOptions {
  client?: ClientOptions | undefined
  signal?: AbortSignal | undefined
}

/** Runs the commands of a stack without waiting, at the AWS endpoint in the environment. */
export function stackRun(settings: Settings, { client, signal }: RunOptions = {}): StackRun {
  const clock = fastClock()
  const reporter = recordingReporter()
  const open: StackRun['session'] = async (run, dryRun = false) =>
    withSession(
      {
        reporter,
        clock,
        dryRun,
        signal: signal ?? new AbortController().signal,
        ...(client ? { client } : {}),
      },
      async (session) => run(session, describeStack(settings, session.account)),
    )
  return {
    clock,
    said: reporter.said,
    session: open,
    deploy: async (
      source = smallPackage(),
      { adopt = false, wait = true, dryRun = false, confirmFiles = refuseFiles } = {},
    ) =>
      open(
        async (session, stack) => deploy(session, stack, { edge: source }, { adopt, wait, confirmFiles }),
        dryRun,
      ),
    status: async (local) => open(async (session, stack) => status(session, stack, local)),
    purge: async (beginning) => open(async (session, stack) => purgeBeginning(session, stack, beginning)),
    cleanup: async ({ dryRun = false, ...options } = {}) =>
      open(async (session, stack) => {
        const inventory = await takeInventory(session, stack)
        const groups = await findLogGroups(session, stack, inventory)
        await cleanup(session, stack, inventory, groups, {
          keepImages: false,
          deleteFiles: false,
          timeout: 40 * 60_000,
          ...options,
        })
      }, dryRun),
  }
}
