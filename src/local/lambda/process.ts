import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../lib/package-root.js'
import { removeKept } from '../../lib/last-used.js'
import { processEnvironment } from './environment.js'
import { ACCOUNT } from './context.js'
import { FunctionFailed, functionThrew, type FailureKind } from './failure.js'
import type { Call, FromChild, Loaded, ToChild } from './messages.js'
import { readOutput } from './output.js'
import { permissionFlags } from './permissions.js'
import { collector, MAX_STREAMED_BYTES, type Collector, type Response } from './streamed.js'
import { createTempFolder } from './temp-folder.js'
import { withResolvers } from '../../lib/async.js'

export { FunctionFailed }

export interface ProcessOptions {
  /** The folder of the unpacked package. */
  folder: string
  /** Each process gets its own temporary folder in here, removed when it ends. */
  temp: string
  /** MB of resident memory. */
  memory: number
  env: Record<string, string>
  /** The account that owns the function, 12 digits. Zeros if left out. */
  account?: string
  /** Receives every line that the function writes, on either stream. */
  onLine: (line: string) => void
}

export interface FunctionProcess {
  /** Resolves once the package is loaded. @throws FunctionFailed */
  loaded: Promise<Loaded>
  /**
   * Runs the handler. A process takes one call at a time.
   * @returns the result, parsed from JSON.
   * @throws FunctionFailed; the process is gone then, unless the function threw. NeverBegun if the process
   * ended before the call reached it.
   */
  invoke(event: object, timeoutMs: number): Promise<unknown>
  /**
   * Runs the handler, and takes what it streams. A failure after the first byte is part of the response.
   * @throws FunctionFailed, as `invoke` does.
   */
  stream(event: object, timeoutMs: number): Promise<Response>
  /** Calls another function that the package exports. @throws FunctionFailed, as `invoke` does. */
  call(name: string, args: readonly unknown[], timeoutMs: number): Promise<unknown>
  alive(): boolean
  /** Kills the process, whatever it does, and waits until it and its folder are gone. */
  stop(): Promise<void>
  /** Resolves once the process and its folder are gone. */
  gone: Promise<void>
}

/** The process ended before the call reached it. Another process can take the call. */
export class NeverBegun extends FunctionFailed {}

interface Waiting {
  id: number
  began: boolean
  /** What was streamed so far. */
  chunks: Collector
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

/** Source: Lambda developer guide, "Lambda execution environment lifecycle": 10 s for the init phase. */
const LOAD_TIMEOUT = 10_000
/**
 * Programs that the function started can hold its output open. It is closed this long after the end, in ms.
 */
const LAST_WORDS = 500
const GROUPS = process.platform !== 'win32'

/**
 * Starts a process that runs the package, as Lambda starts an execution environment.
 * @throws FunctionFailed if the package's folder is gone.
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
      `The unpacked package is gone: ${folder}. Change the configuration, or start genato dev again, to bring it back.`,
    )
  const own = createTempFolder(temp)
  const child = fork(built('function-child.js'), [folder, String(memory), account ?? ACCOUNT], {
    env: { ...env, ...processEnvironment(env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '1', own) },
    cwd: folder,
    // The limit is on resident memory. V8's own limit must not end the process earlier.
    execArgv: [
      `--max-old-space-size=${memory}`,
      '--enable-source-maps',
      ...permissionFlags(own),
      // Not --import, which doesn't reach threads that are started from a string.
      '--require',
      built('function-preload.cjs'),
    ],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    // In its own group, so that programs that the function started end with it.
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
    const cut = waiting?.chunks.soFar(failure)
    if (cut) waiting?.resolve(cut)
    else waiting?.reject(kind === 'crash' && !waiting.began ? new NeverBegun(kind, message) : failure)
    waiting = undefined
    // After the end, the pid and process group may have been reused.
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
    else if (message.kind === 'chunk') {
      if (!waiting.chunks.add(message.bytes, message.contentType)) fail('too-large', TOO_LARGE)
    } else {
      const { chunks, resolve, reject } = waiting
      waiting = undefined
      if (message.kind === 'returned') resolve(message.value)
      else if (message.kind === 'streamed') resolve(chunks.soFar() ?? nothing(message.contentType))
      else {
        const thrown = functionThrew(message)
        const cut = chunks.soFar(thrown)
        if (cut) resolve(cut)
        else reject(thrown)
      }
    }
  })
  child.on('error', (error) => fail('crash', error.message))
  child.on('exit', () => {
    kill(child)
    ended = true
    setTimeout(() => child.stdio.forEach((stream) => stream?.destroy()), LAST_WORDS).unref()
  })
  const gone = new Promise<void>((resolve) => {
    // A process that could not be started never closes.
    if (child.pid === undefined) resolve()
    child.on('close', (code, signal) => {
      if (memoryExceeded) fail('memory', `It took more than its ${memory} MB of memory, and was ended.`)
      else fail('crash', `Its process ended with ${signal ?? `exit code ${code}`}${output.lastComplaint()}.`)
      resolve()
    })
  }).then(async () => removeKept(own))

  let calls = 0
  const ask = async (call: Call, timeoutMs: number): Promise<unknown> => {
    await loaded
    if (failure) throw new NeverBegun(failure.kind, failure.message)
    const id = ++calls
    const answer = new Promise<unknown>((resolve, reject) => {
      waiting = { id, began: false, chunks: collector(), resolve, reject }
    })
    const timer = setTimeout(
      () => fail('timeout', `It did not answer within its timeout of ${timeoutMs / 1000} s, and was ended.`),
      timeoutMs,
    )
    try {
      post(child, { id, call, timeoutMs })
      return await answer
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    loaded,
    gone,
    alive: () => failure === undefined,
    invoke: async (event, timeoutMs) => parsed(await ask({ kind: 'invoke', event }, timeoutMs)),
    stream: async (event, timeoutMs) => {
      const value = await ask({ kind: 'stream', event }, timeoutMs)
      return isResponse(value) ? value : { kind: 'returned', value: parsed(value) }
    },
    call: async (name, args, timeoutMs) => ask({ kind: 'call', name, args }, timeoutMs),
    async stop() {
      fail('stopped', 'It was stopped.')
      await gone
    },
  }
}

const TOO_LARGE = `It streamed more than the ${MAX_STREAMED_BYTES / 1024 / 1024} MB that Lambda sends, and was ended.`

/** A stream that ended without a byte. */
function nothing(contentType: string): Response {
  return { kind: 'streamed', contentType, bytes: Buffer.alloc(0) }
}

/** A returned value is JSON text, or nothing. */
function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null
}

function built(name: string): string {
  return path.join(packageRoot(), 'dist', name)
}

/** The JSON that Lambda's runtime would have sent; `undefined` if it would have sent nothing. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : undefined
}

/** A message to a process that has just ended is lost. The end itself then rejects the call. */
function post(child: ChildProcess, message: ToChild): void {
  child.send(message, () => undefined)
}

/** Kills the process and everything that it started. */
function kill(child: ChildProcess): void {
  child.kill('SIGKILL')
  if (!GROUPS || child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The whole group is gone already.
  }
}
