// Runs in its own process: loads the unpacked package and calls it, as Lambda's runtime does.
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { userStack } from '../../lib/user-stack.js'
import { lambdaContext, traceId } from './context.js'
import type { Call, FromChild, Thrown, ToChild } from './messages.js'
import { asStreaming, awslambda, ResponseStream, type StreamingHandler } from './response-stream.js'

type Package = Readonly<Record<string, unknown>>

const [folder = '', memory = '', account = ''] = process.argv.slice(2)

/**
 * Runs in a thread, because a busy function leaves the main thread no time. Ends the process, and its group
 * with everything that it started, when it takes too much memory or when its parent is gone. Resident memory
 * counts, libvips' included, as it does on Lambda.
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

async function run(loaded: Package, { id, call, timeoutMs }: ToChild): Promise<FromChild> {
  switch (call.kind) {
    case 'invoke':
    case 'stream': {
      process.env['_X_AMZN_TRACE_ID'] = traceId()
      const context = lambdaContext(process.env, account, Date.now() + timeoutMs)
      const handler = functionNamed(loaded, 'handler')
      const streaming = asStreaming(handler)
      if (streaming) return streamed(streaming, id, call, context)
      return { kind: 'returned', id, value: serialised(await handler(call.event, context)) }
    }
    case 'call':
      return { kind: 'returned', id, value: await functionNamed(loaded, call.name)(...call.args) }
    default:
      return call satisfies never
  }
}

/** As Lambda's runtime, waits for the end of the stream and of the handler. */
async function streamed(
  handler: StreamingHandler,
  id: number,
  call: Call & { event: unknown },
  context: object,
): Promise<FromChild> {
  if (call.kind !== 'stream')
    throw new Error('The handler streams its response, which this event has no use for.')
  const stream = new ResponseStream((chunk, contentType, done) => {
    // The channel calls back once it has taken the message, which holds back a handler that heeds its stream.
    process.send?.({ kind: 'chunk', id, bytes: chunk, contentType } satisfies FromChild, done)
  })
  const ended = finished(stream)
  ended.catch(() => undefined)
  const result = handler(call.event, stream, context)
  if (!(result instanceof Promise)) throw new Error('Streaming does not support non-async handlers.')
  if ((await result) !== undefined) writeSync(2, 'Streaming handlers ignore return values.\n')
  await ended
  return { kind: 'streamed', id, contentType: stream.contentType }
}

function functionNamed(loaded: Package, name: string): (...args: unknown[]) => unknown {
  const found = Object.hasOwn(loaded, name) ? loaded[name] : undefined
  if (typeof found === 'function') return found as (...args: unknown[]) => unknown
  const others = Object.keys(loaded).filter((one) => typeof loaded[one] === 'function')
  throw new Error(`The package exports no function ${name}; it has ${others.join(', ') || 'none'}.`)
}

/**
 * Lambda returns JSON: values that JSON has no form for are dropped, and a result that can't be written fails
 * the event. Source: aws/aws-lambda-nodejs-runtime-interface-client, which sends `null` for no result.
 */
function serialised(result: unknown): string | undefined {
  try {
    return JSON.stringify(result === undefined ? null : result)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`Unable to stringify response body: ${reason}`, { cause })
  }
}

async function answer(loaded: Package, asked: ToChild): Promise<void> {
  const { id } = asked
  send({ kind: 'began', id })
  try {
    send(await run(loaded, asked))
  } catch (error) {
    send({ kind: 'threw', id, ...describe(error) })
  }
}

function describe(error: unknown): Thrown {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), code: undefined, place: undefined }
  return {
    name: error.name,
    message: error.message,
    code: 'code' in error ? String(error.code) : undefined,
    place: placeOf(error),
  }
}

/** The first frame of the user's own code. */
function placeOf(error: Error): string | undefined {
  return userStack(error.stack ?? '')
    .split('\n')
    .find((line) => /^\s+at /.test(line))
}

function load(): Package | undefined {
  const started = performance.now()
  try {
    const loaded = createRequire(path.join(folder, 'index.js'))('./index.js') as Package
    const values = Object.fromEntries(
      Object.entries(loaded).filter(([, value]) => typeof value !== 'function'),
    )
    send({ kind: 'loaded', values, ms: performance.now() - started })
    return loaded
  } catch (error) {
    const { message, place } = describe(error)
    send({ kind: 'load-failed', message: place === undefined ? message : `${message}\n${place}` })
    return undefined
  }
}

// The terminal sends Ctrl-C to this process as well. Its parent decides when it ends.
process.on('SIGINT', () => undefined)
// Node would also print the failing line of the bundle, which is most of the package.
process.on('uncaughtException', (error: unknown) => {
  const text = error instanceof Error ? userStack(error.stack ?? error.message) : String(error)
  writeSync(2, `${text}\n`)
  process.exit(1)
})
process.on('disconnect', () => process.exit())
new Worker(WATCH, {
  eval: true,
  // The watcher writes no files, so it needs no preload.
  execArgv: [],
  workerData: {
    bytes: Number(memory) * 1024 * 1024,
    parent: process.ppid,
    victim: process.platform === 'win32' ? process.pid : -process.pid,
  },
}).unref()
Object.assign(globalThis, { awslambda })
const loaded = load()
if (loaded) process.on('message', (message: ToChild) => void answer(loaded, message))
