// Runs in a process of its own: loads the unpacked package and calls it, as Lambda's runtime does.
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { userStack } from '../../lib/user-stack.js'
import { lambdaContext, traceId } from './context.js'
import type { Call, FromChild, ToChild } from './messages.js'

interface Loaded {
  generation: string
  cached: string
  examples: readonly string[]
  handler(event: unknown, context: ReturnType<typeof lambdaContext>): Promise<unknown>
  explain(path: string): unknown
  render(path: string, timeoutMs: number): Promise<unknown>
}

const [folder = '', memory = '', account = ''] = process.argv.slice(2)

/**
 * Watches from a thread, because a generator that is busy leaves the main one no time. Resident memory
 * counts, libvips' included, as it does on Lambda. Ends the process too when its parent was killed, and
 * with it what it has started: the group is its own.
 */
const WATCH = `
const { writeSync } = require('node:fs')
const { workerData } = require('node:worker_threads')
setInterval(() => {
  const tooMuch = process.memoryUsage.rss() > workerData.bytes
  if (tooMuch) writeSync(4, 'memory')
  if (tooMuch || process.ppid !== workerData.parent) process.kill(workerData.victim, 'SIGKILL')
}, 50)`

function send(message: FromChild): void {
  process.send?.(message)
}

async function call(loaded: Loaded, request: Call, timeoutMs: number): Promise<unknown> {
  switch (request.kind) {
    case 'invoke': {
      process.env['_X_AMZN_TRACE_ID'] = traceId()
      const context = lambdaContext(process.env, account, Date.now() + timeoutMs)
      return serialised(await loaded.handler(request.event, context))
    }
    case 'explain':
      return loaded.explain(request.path)
    case 'render':
      return loaded.render(request.path, timeoutMs)
    default:
      return request satisfies never
  }
}

/**
 * What leaves Lambda is JSON: what has no form there is lost, and what can't be written fails the event.
 * Source: aws/aws-lambda-nodejs-runtime-interface-client, which sends `null` for no result.
 */
function serialised(result: unknown): string | undefined {
  try {
    return JSON.stringify(result === undefined ? null : result)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`Unable to stringify response body: ${reason}`, { cause })
  }
}

async function answer(loaded: Loaded, { id, call: request, timeoutMs }: ToChild): Promise<void> {
  send({ kind: 'began', id })
  try {
    send({ kind: 'returned', id, value: await call(loaded, request, timeoutMs) })
  } catch (error) {
    const name = error instanceof Error ? error.name : 'Error'
    const message =
      error instanceof Error ? (name === 'BadRequest' ? error.message : placed(error)) : String(error)
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    send({ kind: 'threw', id, name, message, code })
  }
}

/** What an error says, and the place of the user's code that led to it, if any did. */
function placed(error: Error): string {
  const place = userStack(error.stack ?? '')
    .split('\n')
    .find((line) => /^\s+at /.test(line))
  return place ? `${error.message}\n${place}` : error.message
}

function load(): Loaded | undefined {
  const started = performance.now()
  try {
    const loaded = createRequire(path.join(folder, 'index.js'))('./index.js') as Loaded
    const { generation, cached, examples } = loaded
    send({ kind: 'loaded', generation, cached, examples, ms: performance.now() - started })
    return loaded
  } catch (error) {
    send({ kind: 'load-failed', message: error instanceof Error ? placed(error) : String(error) })
    return undefined
  }
}

// Where the terminal's Ctrl-C reaches this process as well, its parent decides when it ends.
process.on('SIGINT', () => undefined)
// Node would print the line of the bundle as well, which is most of the package.
process.on('uncaughtException', (error: unknown) => {
  const text = error instanceof Error ? userStack(error.stack ?? error.message) : String(error)
  writeSync(2, `${text}\n`)
  process.exit(1)
})
process.on('disconnect', () => process.exit())
new Worker(WATCH, {
  eval: true,
  // It writes nothing that has to be refused.
  execArgv: [],
  workerData: {
    bytes: Number(memory) * 1024 * 1024,
    parent: process.ppid,
    victim: process.platform === 'win32' ? process.pid : -process.pid,
  },
}).unref()
const loaded = load()
if (loaded) process.on('message', (message: ToChild) => void answer(loaded, message))
