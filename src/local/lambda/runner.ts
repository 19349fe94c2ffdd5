import os from 'node:os'
import { messageOf } from '../../lib/errors.js'
import type { Call, Loaded } from './messages.js'
import {
  FunctionFailed,
  NeverBegun,
  startProcess,
  type FunctionProcess,
  type ProcessOptions,
} from './process.js'
import { removeLeftTempFolders } from './temp-folder.js'

export interface Invoked {
  value: unknown
  /** How long loading took, if a process was started for this event: a cold start. */
  coldStartMs?: number
  /** How long it waited until a process had time for it. */
  waitedMs: number
}

export interface FunctionRunner {
  /**
   * Waits for its turn: a process takes one event at a time.
   * @param signal drops the event if it still waits: nobody wants the answer any more.
   * @throws FunctionFailed
   */
  invoke(event: object, signal?: AbortSignal): Promise<Invoked>
  /** What the package itself says of a path. @throws FunctionFailed */
  explain(path: string): Promise<unknown>
  /** Starts a first process, so that what keeps the package from loading is known at once. @throws FunctionFailed */
  start(): Promise<Loaded>
  /** Ends every process; what waits is refused. */
  stop(): Promise<void>
}

export interface RunnerOptions extends ProcessOptions {
  timeoutMs: number
  /** The most that run at once; as many as there are cores, if not given. */
  processes?: number
  /** A process that has had nothing to do for so long ends. Lambda doesn't say how long it keeps one. */
  idleMs?: number
  /** Events at once, running and waiting. */
  concurrency?: number
}

interface Waiting {
  request: Call
  /** By performance.now(). */
  since: number
  /** It was given to a process that had just ended. */
  again: boolean
  resolve: (invoked: Invoked) => void
  reject: (error: Error) => void
}

const IDLE_MS = 60_000
/** Of an account, in each region. Source: CloudFront developer guide, "Quotas on Lambda@Edge". */
const CONCURRENCY = 1_000

/** Runs the package in processes that are started when all others are busy, as Lambda scales. */
export function createRunner({
  timeoutMs,
  processes = os.availableParallelism(),
  idleMs = IDLE_MS,
  concurrency = CONCURRENCY,
  ...options
}: RunnerOptions): FunctionRunner {
  /** Until they are gone. */
  const all = new Set<FunctionProcess>()
  /** The one that was used last is the last, and the first to be used again: so the others come to their end. */
  const idle: { process: FunctionProcess; timer: NodeJS.Timeout }[] = []
  const queue: Waiting[] = []
  let starting = 0
  let events = 0
  let stopped: Promise<unknown> | undefined

  const launch = (): FunctionProcess => {
    const process = startProcess(options)
    all.add(process)
    void process.gone.then(() => all.delete(process))
    void process.gone.then(() => leaveIdle(process))
    starting += 1
    void firstTurn(process)
    return process
  }
  const firstTurn = async (process: FunctionProcess) => {
    try {
      const { coldStartMs } = await process.loaded
      starting -= 1
      free(process, coldStartMs)
    } catch (error) {
      starting -= 1
      // The event that it would have been given: so a package that doesn't load is not started for ever.
      queue.shift()?.reject(error as FunctionFailed)
      dispatch()
    }
  }
  const wake = (): FunctionProcess | undefined => {
    for (let last = idle.pop(); last; last = idle.pop()) {
      clearTimeout(last.timer)
      if (last.process.alive()) return last.process
    }
    return undefined
  }
  const rest = (process: FunctionProcess) => {
    const timer = setTimeout(() => {
      leaveIdle(process)
      void process.stop()
    }, idleMs).unref()
    idle.push({ process, timer })
  }
  const leaveIdle = (process: FunctionProcess) => {
    const at = idle.findIndex((one) => one.process === process)
    if (at !== -1) clearTimeout(idle.splice(at, 1)[0]?.timer)
  }
  const free = (process: FunctionProcess, coldStartMs?: number) => {
    if (!process.alive()) return dispatch()
    const next = queue.shift()
    if (next) void run(process, next, coldStartMs)
    else rest(process)
  }
  const dispatch = () => {
    if (stopped) return
    while (queue.length > 0) {
      const process = wake()
      if (!process) break
      void run(process, queue.shift() as Waiting)
    }
    const living = [...all].filter((process) => process.alive()).length
    for (let more = Math.min(queue.length - starting, processes - living); more > 0; more--) {
      try {
        launch()
      } catch (error) {
        queue.shift()?.reject(new FunctionFailed('load', messageOf(error)))
      }
    }
  }
  const run = async (process: FunctionProcess, waiting: Waiting, coldStartMs?: number) => {
    const cold = coldStartMs === undefined ? {} : { coldStartMs }
    const waitedMs = performance.now() - waiting.since
    try {
      waiting.resolve({ value: await process.call(waiting.request, timeoutMs), waitedMs, ...cold })
    } catch (error) {
      if (error instanceof NeverBegun && !waiting.again && !stopped) {
        queue.unshift({ ...waiting, again: true })
      } else waiting.reject(Object.assign(error as FunctionFailed, cold))
    }
    free(process)
  }
  const ask = async (request: Call, signal?: AbortSignal) =>
    new Promise<Invoked>((resolve, reject) => {
      if (stopped) throw new FunctionFailed('stopped', 'The function was stopped.')
      const waiting = { request, since: performance.now(), again: false, resolve, reject }
      queue.push(waiting)
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(waiting)
        if (at === -1) return
        queue.splice(at, 1)
        reject(new FunctionFailed('stopped', 'Nobody waited for it any more.'))
      })
      dispatch()
    })
  return {
    async invoke(event, signal) {
      if (events >= concurrency)
        throw new FunctionFailed(
          'throttled',
          `More than ${concurrency} events at once: Lambda takes no more.`,
        )
      events += 1
      return ask({ kind: 'invoke', event }, signal).finally(() => (events -= 1))
    },
    explain: async (path) => (await ask({ kind: 'explain', path })).value,
    async start() {
      await removeLeftTempFolders(options.temp)
      if (stopped) throw new FunctionFailed('stopped', 'The function was stopped.')
      const running = [...all].find((process) => process.alive())
      return (running ?? launch()).loaded
    },
    async stop() {
      const refused = new FunctionFailed('stopped', 'The function was stopped.')
      for (const { reject } of queue.splice(0)) reject(refused)
      for (const { timer } of idle.splice(0)) clearTimeout(timer)
      stopped ??= Promise.all([...all].map(async (process) => process.stop()))
      await stopped
    },
  }
}
