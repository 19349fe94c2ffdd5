/**
 * The local Lambda: runs a package in processes with Lambda's environment, memory limit, timeout and read-only file
 * system, and starts more of them as events come, as Lambda does. It passes events on without reading them. It has
 * no layers, extensions, asynchronous invocations or retries, and the machine's
 * CPUs instead of a share that grows with memory. docs/local-edge.md compares it with Lambda.
 */
import os from 'node:os'
import { messageOf } from '../../lib/errors.js'
import type { Loaded } from './messages.js'
import {
  FunctionFailed,
  NeverBegun,
  startProcess,
  type FunctionProcess,
  type ProcessOptions,
} from './process.js'
import type { Response } from './streamed.js'
import { removeLeftTempFolders } from './temp-folder.js'

/** How long an event waited. */
export interface Waits {
  /** How long loading took, if a process was started for this event (a cold start). */
  coldStartMs?: number
  /** How long the event waited for a free process. */
  waitedMs: number
}

interface Invoked<T = unknown> extends Waits {
  value: T
}

/** A function of the local Lambda. */
export interface FunctionRunner {
  /**
   * Runs the handler, as soon as a process is free: each takes one event at a time.
   * @param signal drops the event if it is still waiting.
   * @throws FunctionFailed
   */
  invoke(event: object, signal?: AbortSignal): Promise<Invoked>
  /**
   * Runs the handler in the same way, and takes what it streams. A failure after the first byte is part of the
   * response.
   * @throws FunctionFailed
   */
  stream(event: object, signal?: AbortSignal): Promise<Invoked<Response>>
  /**
   * Calls another function that the package exports.
   * @throws FunctionFailed, also where it exports no such one.
   */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>
  /** Starts a first process, so that a package that doesn't load fails at once. @throws FunctionFailed */
  start(): Promise<Loaded>
  /** Ends every process, and rejects calls that are waiting. */
  stop(): Promise<void>
}

export interface RunnerOptions extends ProcessOptions {
  timeoutMs: number
  /** At most this many run at once; one for each core if left out. */
  processes?: number
  /** An idle process ends after this long. Lambda doesn't document how long it keeps one. */
  idleMs?: number
  /**
   * At most this many events at once, running and waiting: the function's reserved concurrency, or the account's
   * 1,000 if left out.
   */
  concurrency?: number | undefined
}

interface Waiting {
  run: (process: FunctionProcess) => Promise<unknown>
  /** By performance.now(). */
  since: number
  /** This is the second try: the first process had just ended. */
  again: boolean
  resolve: (invoked: Invoked) => void
  reject: (error: Error) => void
}

const IDLE_MS = 60_000
/** An account's quota in each region. Source: CloudFront developer guide, "Quotas on Lambda@Edge". */
const CONCURRENCY = 1_000

/** Runs a package in processes. Another one is started when all others are busy, as Lambda scales. */
export function createRunner({
  timeoutMs,
  processes = os.availableParallelism(),
  idleMs = IDLE_MS,
  concurrency = CONCURRENCY,
  ...options
}: RunnerOptions): FunctionRunner {
  /** All processes that are not gone yet. */
  const all = new Set<FunctionProcess>()
  /** A stack: the process that was used last is used first, so that the others become idle and end. */
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
      // Reject one event for each failed start. Otherwise a package that doesn't load would be started
      // forever.
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
      waiting.resolve({ value: await waiting.run(process), waitedMs, ...cold })
    } catch (error) {
      if (error instanceof NeverBegun && !waiting.again && !stopped) {
        queue.unshift({ ...waiting, again: true })
      } else waiting.reject(Object.assign(error as FunctionFailed, cold))
    }
    free(process)
  }
  const ask = async (onProcess: Waiting['run'], signal?: AbortSignal) =>
    new Promise<Invoked>((resolve, reject) => {
      if (stopped) throw new FunctionFailed('stopped', 'The function was stopped.')
      const waiting = { run: onProcess, since: performance.now(), again: false, resolve, reject }
      queue.push(waiting)
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(waiting)
        if (at === -1) return
        queue.splice(at, 1)
        reject(new FunctionFailed('stopped', 'Nobody waits for it anymore.'))
      })
      dispatch()
    })
  /** Events count against the concurrency; calls of other exports have no counterpart on Lambda. */
  const counted = async (onProcess: Waiting['run'], signal?: AbortSignal) => {
    if (events >= concurrency)
      throw new FunctionFailed('throttled', `More than ${concurrency} events at once: Lambda allows no more.`)
    events += 1
    return ask(onProcess, signal).finally(() => (events -= 1))
  }
  return {
    invoke: async (event, signal) => counted(async (process) => process.invoke(event, timeoutMs), signal),
    stream: async (event, signal) =>
      (await counted(async (process) => process.stream(event, timeoutMs), signal)) as Invoked<Response>,
    call: async (name, ...args) => (await ask(async (process) => process.call(name, args, timeoutMs))).value,
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
