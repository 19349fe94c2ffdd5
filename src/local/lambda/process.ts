import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../lib/package-root.js'
import { removeKept } from '../../lib/last-used.js'
import { ownEnvironment } from './environment.js'
import { ACCOUNT } from './context.js'
import { FunctionFailed, type FailureKind } from './failure.js'
import type { Call, FromChild, Loaded, ToChild } from './messages.js'
import { readOutput } from './output.js'
import { permissionFlags } from './permissions.js'
import { createTempFolder } from './temp-folder.js'
import { withResolvers } from '../../lib/async.js'

export { FunctionFailed }

export interface ProcessOptions {
  /** Where the unpacked package is. */
  folder: string
  /** Where each process gets a temporary folder of its own, which goes with it. */
  temp: string
  /** MB of resident memory. */
  memory: number
  env: Record<string, string>
  /** Whose the function is, 12 digits. None of this machine's, if not given. */
  account?: string
  /** Every line that the function writes, on either stream. */
  onLine: (line: string) => void
}

export interface FunctionProcess {
  /** Once the package is loaded. @throws FunctionFailed */
  loaded: Promise<Loaded>
  /**
   * One at a time.
   * @throws FunctionFailed; the process is gone then, unless the function threw. NeverBegun if it was gone
   * before the call had reached it.
   */
  call(request: Call, timeoutMs: number): Promise<unknown>
  alive(): boolean
  /** Kills it, whatever it does, and waits until it and its folder are gone. */
  stop(): Promise<void>
  /** When it and its folder are gone. */
  gone: Promise<void>
}

/** The process ended before the call had reached it: it can be given to another. */
export class NeverBegun extends FunctionFailed {}

interface Waiting {
  id: number
  began: boolean
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

/** Source: Lambda developer guide, "Lambda execution environment lifecycle": 10 s for the init phase. */
const LOAD_TIMEOUT = 10_000
/** How long the output of a process that has ended may take, in ms: what it has started may hold it open. */
const LAST_WORDS = 500
const GROUPS = process.platform !== 'win32'

/**
 * Starts a process that runs the package, as Lambda starts an execution environment.
 * @throws FunctionFailed if the package is not there any more.
 */
export function startProcess({
  folder,
  temp,
  memory,
  env,
  account,
  onLine,
}: ProcessOptions): FunctionProcess {
  const started = performance.now()
  if (!existsSync(path.join(folder, 'index.js')))
    throw new FunctionFailed(
      'load',
      `The unpacked package is gone: ${folder}. A change of the configuration brings it back, and so does starting genato dev again.`,
    )
  const own = createTempFolder(temp)
  const child = fork(built('function-child.js'), [folder, String(memory), account ?? ACCOUNT], {
    env: { ...env, ...ownEnvironment(env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '1', own) },
    cwd: folder,
    // The function's own limit is the resident memory; V8's must not end it earlier.
    execArgv: [
      `--max-old-space-size=${memory}`,
      '--enable-source-maps',
      ...permissionFlags(own),
      // Not --import, which does not reach threads that are made of a text.
      '--require',
      built('function-preload.cjs'),
    ],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    // A group of its own, so that what the function has started ends with it.
    detached: GROUPS,
  })
  const output = readOutput(child, onLine)
  let memoryExceeded = false
  child.stdio[4]?.on('data', () => (memoryExceeded = true))

  let failure: FunctionFailed | undefined
  let ended = false
  let waiting: Waiting | undefined
  const { promise: loaded, resolve: hasLoaded, reject: failedToLoad } = withResolvers<Loaded>()
  loaded.catch(() => undefined)
  const fail = (kind: FailureKind, message: string) => {
    failure ??= new FunctionFailed(kind, message)
    failedToLoad(failure)
    waiting?.reject(kind === 'crash' && !waiting.began ? new NeverBegun(kind, message) : failure)
    waiting = undefined
    // Its number, and that of its group, may be somebody else's by now.
    if (!ended) kill(child)
  }
  const loading = setTimeout(
    () => fail('load', `The package did not load within ${LOAD_TIMEOUT / 1000} s.`),
    LOAD_TIMEOUT,
  )
  const stopClock = () => clearTimeout(loading)
  void loaded.then(stopClock, stopClock)

  child.on('message', (message: FromChild) => {
    if (message.kind === 'loaded') hasLoaded({ ...message, coldStartMs: performance.now() - started })
    else if (message.kind === 'load-failed') fail('load', message.message)
    else if (waiting?.id !== message.id) return
    else if (message.kind === 'began') waiting.began = true
    else {
      const { resolve, reject } = waiting
      waiting = undefined
      if (message.kind === 'returned') resolve(message.value)
      else reject(new FunctionFailed('threw', `${message.name}: ${message.message}`, message.code))
    }
  })
  child.on('error', (error) => fail('crash', error.message))
  child.on('exit', () => {
    kill(child)
    ended = true
    setTimeout(() => child.stdio.forEach((stream) => stream?.destroy()), LAST_WORDS).unref()
  })
  const gone = new Promise<void>((resolve) => {
    // A process that could not be started has no end to wait for.
    if (child.pid === undefined) resolve()
    child.on('close', (code, signal) => {
      if (memoryExceeded) fail('memory', `It took more than its ${memory} MB of memory, and was ended.`)
      else fail('crash', `Its process ended with ${signal ?? `exit code ${code}`}${output.lastComplaint()}.`)
      resolve()
    })
  }).then(async () => removeKept(own))

  let calls = 0
  return {
    loaded,
    gone,
    alive: () => failure === undefined,
    async call(request, timeoutMs) {
      await loaded
      if (failure) throw new NeverBegun(failure.kind, failure.message)
      const id = ++calls
      const answer = new Promise<unknown>((resolve, reject) => {
        waiting = { id, began: false, resolve, reject }
      })
      const timer = setTimeout(
        () =>
          fail('timeout', `It did not answer within its timeout of ${timeoutMs / 1000} s, and was ended.`),
        timeoutMs,
      )
      try {
        post(child, { id, call: request, timeoutMs })
        const value = await answer
        return request.kind === 'invoke' ? parsed(value) : value
      } finally {
        clearTimeout(timer)
      }
    },
    async stop() {
      fail('stopped', 'It was stopped.')
      await gone
    },
  }
}

function built(name: string): string {
  return path.join(packageRoot(), 'dist', name)
}

/** What Lambda's runtime would have sent; nothing, if that is no JSON. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : undefined
}

/** A message to a process that has just ended is lost; its end is what answers the call. */
function post(child: ChildProcess, message: ToChild): void {
  child.send(message, () => undefined)
}

/** With all that it has started. */
function kill(child: ChildProcess): void {
  child.kill('SIGKILL')
  if (!GROUPS || child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
}
