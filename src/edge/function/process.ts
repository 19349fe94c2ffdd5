import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { packageRoot } from '../../package-root.js'
import type { Call, FromChild, Loaded, ToChild } from './messages.js'

/** Why the function gave no answer. */
export type FailureKind = 'load' | 'crash' | 'timeout' | 'memory' | 'threw' | 'stopped'

/** The function gave no answer: what CloudFront answers with 503. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed'
  constructor(
    readonly kind: FailureKind,
    message: string,
    /** Of what was thrown, if it had one. */
    readonly code?: string,
  ) {
    super(message)
  }
}

export interface ProcessOptions {
  /** Where the unpacked package is. */
  folder: string
  /** MB of resident memory. */
  memory: number
  env: Record<string, string>
  /** Every line that the function writes, on either stream. */
  onLine: (line: string) => void
}

export interface FunctionProcess {
  /** Once the package is loaded. @throws FunctionFailed */
  loaded: Promise<Loaded>
  /** One at a time. @throws FunctionFailed; the process is gone then, unless the function threw. */
  call(request: Call, timeoutMs: number): Promise<unknown>
  alive(): boolean
  /** Kills it, whatever it does, and waits until it is gone. */
  stop(): Promise<void>
}

const LOAD_TIMEOUT = 10_000
const KEPT_STDERR = 20

/** Starts a process that runs the package, as Lambda starts an execution environment. */
export function startProcess({ folder, memory, env, onLine }: ProcessOptions): FunctionProcess {
  const child = fork(path.join(packageRoot(), 'dist', 'function-child.js'), [folder, String(memory)], {
    env,
    cwd: folder,
    // The function's own limit is the resident memory; V8's must not end it earlier.
    execArgv: [`--max-old-space-size=${memory}`, '--enable-source-maps'],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
  })
  const complaints: string[] = []
  readLines(child.stdout, onLine)
  readLines(child.stderr, (line) => {
    complaints.push(line)
    if (complaints.length > KEPT_STDERR) complaints.shift()
    onLine(line)
  })
  let memoryExceeded = false
  child.stdio[4]?.on('data', () => (memoryExceeded = true))

  let failure: FunctionFailed | undefined
  let waiting: { id: number; resolve: (value: unknown) => void; reject: (error: Error) => void } | undefined
  let settleLoad: {
    resolve: (value: Loaded) => void
    reject: (error: Error) => void
  }
  const loaded = new Promise<Loaded>((resolve, reject) => {
    settleLoad = { resolve, reject }
  })
  loaded.catch(() => undefined)
  const fail = (kind: FailureKind, message: string) => {
    failure ??= new FunctionFailed(kind, message)
    settleLoad.reject(failure)
    waiting?.reject(failure)
    waiting = undefined
    child.kill('SIGKILL')
  }
  const loading = setTimeout(
    () => fail('load', `The package did not load within ${LOAD_TIMEOUT / 1000} s.`),
    LOAD_TIMEOUT,
  )
  void loaded.then(
    () => clearTimeout(loading),
    () => clearTimeout(loading),
  )

  child.on('message', (message: FromChild) => {
    if (message.kind === 'loaded') settleLoad.resolve(message)
    else if (message.kind === 'load-failed') fail('load', message.message)
    else if (waiting?.id === message.id) {
      const { resolve, reject } = waiting
      waiting = undefined
      if (message.kind === 'returned') resolve(message.value)
      else reject(new FunctionFailed('threw', `${message.name}: ${message.message}`, message.code))
    }
  })
  child.on('error', (error) => fail('crash', error.message))
  const closed = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      if (memoryExceeded) fail('memory', `It took more than its ${memory} MB of memory, and was ended.`)
      else
        fail('crash', `Its process ended with ${signal ?? `exit code ${code}`}${lastComplaint(complaints)}.`)
      resolve()
    })
  })

  let calls = 0
  return {
    loaded,
    alive: () => failure === undefined,
    async call(request, timeoutMs) {
      await loaded
      if (failure) throw failure
      const id = ++calls
      const answer = new Promise<unknown>((resolve, reject) => {
        waiting = { id, resolve, reject }
      })
      const timer = setTimeout(
        () => fail('timeout', `It did not answer within ${timeoutMs / 1000} s, and was ended.`),
        timeoutMs,
      )
      try {
        post(child, { id, call: request, timeoutMs })
        return await answer
      } finally {
        clearTimeout(timer)
      }
    },
    async stop() {
      fail('stopped', 'It was stopped.')
      await closed
    },
  }
}

/** A message to a process that has just ended is lost; its end is what answers the call. */
function post(child: ChildProcess, message: ToChild): void {
  child.send(message, () => undefined)
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', onLine)
}

function lastComplaint(lines: string[]): string {
  const error = lines.findLast((line) => /^\s*(\w*Error|FATAL ERROR)\b.*:/.test(line)) ?? lines.at(-1)
  return error ? `: ${error.trim()}` : ''
}
