import { FunctionFailed, startProcess, type FunctionProcess, type ProcessOptions } from './process.js'
import type { Call, Loaded } from './messages.js'

export interface FunctionRunner {
  /** Waits for its turn: a process takes one event at a time. @throws FunctionFailed */
  call(request: Call): Promise<unknown>
  /** Starts the process if it is not running yet, so that the first call need not. @throws FunctionFailed */
  start(): Promise<Loaded>
  /** Ends the process; calls that wait are refused. */
  stop(): Promise<void>
}

/** Runs the package in one process, started when needed and again after it died. */
export function createRunner(options: ProcessOptions & { timeoutMs: number }): FunctionRunner {
  let current: FunctionProcess | undefined
  let stopped = false
  let turn: Promise<unknown> = Promise.resolve()
  const running = (): FunctionProcess => {
    if (stopped) throw new FunctionFailed('stopped', 'The function was stopped.')
    if (!current?.alive()) current = startProcess(options)
    return current
  }
  return {
    call(request) {
      const mine = turn.then(() => running().call(request, options.timeoutMs))
      turn = mine.catch(() => undefined)
      return mine
    },
    start: async () => running().loaded,
    async stop() {
      stopped = true
      await current?.stop()
    },
  }
}
