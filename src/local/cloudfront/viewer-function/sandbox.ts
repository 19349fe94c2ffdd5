import { createHash, createHmac } from 'node:crypto'
import vm from 'node:vm'
import { messageOf } from '../../../lib/errors.js'
import { KEPT_GLOBALS, KEPT_METHODS } from './runtime-names.js'
import { RUNTIME } from './runtime-source.js'

/**
 * CloudFront stops a function after less than a millisecond of its processor. This machine may be slower and busy,
 * so the limit only ends what would never end.
 */
const LIMIT_MS = 1_000

/** The global through which the host starts a run. No variable of the function's code can have such a name. */
const RUN = "globalThis['genato run']"

/**
 * What the context gets of the host. Only the runtime's own code sees it: a host's function reachable for the
 * function's code would lead to the host's `Function`. Arguments and results are strings and numbers.
 */
interface Bridge {
  keptGlobals: string
  keptMethods: string
  digest: (algorithm: string, keyHex: string | undefined, dataHex: string) => string
  toHex: (text: string, encoding: string) => string
  fromHex: (hex: string, encoding: string) => string
  /** The event as JSON, and the time of the run in milliseconds. */
  event: () => string
  now: () => number
  /** @param json `undefined` for a result that JSON has no text for. */
  done: (json: string | undefined) => void
  failed: (message: string) => void
}

interface Outcome {
  json?: string | undefined
  failure?: string
}

/**
 * Makes a viewer function from its code, as CloudFront's runtime `cloudfront-js-2.0` does: strict mode, a frozen clock,
 * no code from strings, and no names but those that the guide lists. `TextEncoder`, `TextDecoder`, `atob`, `btoa`,
 * `console` and the `cloudfront` module are missing here.
 *
 * The event goes in and the result comes out as JSON, so that the code gets no object of this process. The context
 * stays from run to run, as it may on AWS: global variables keep their values.
 * @returns a function that rejects if the code is wrong, throws, doesn't settle, or runs for too long. CloudFront, too,
 * accepts wrong code, and fails at the first request.
 */
export function openViewerFunction(code: string): (event: object) => Promise<unknown> {
  let event = ''
  let now = Date.now()
  let outcome: Outcome = {}
  const bridge: Bridge = {
    keptGlobals: JSON.stringify(KEPT_GLOBALS),
    keptMethods: JSON.stringify(KEPT_METHODS),
    digest: hexDigest,
    toHex: (text, encoding) => Buffer.from(text, encoding as BufferEncoding).toString('hex'),
    fromHex: (hex, encoding) => Buffer.from(hex, 'hex').toString(encoding as BufferEncoding),
    event: () => event,
    now: () => now,
    done: (json) => (outcome = { json }),
    failed: (message) => (outcome = { failure: message }),
  }
  let context: vm.Context
  const start = new vm.Script(`${RUN}()`, { filename: 'run.js' })
  const open = (): vm.Context => {
    const opened = vm.createContext(
      // Names are looked up in this object too, and a prototype would give the code this process's `Object`.
      Object.assign(Object.create(null) as object, { bridge }),
      // Promises are settled before a run returns, so its time limit covers them.
      { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' },
    )
    vm.runInContext(RUNTIME, opened, { filename: 'runtime.js' })
    vm.runInContext(`'use strict';${code}`, opened, { filename: 'function.js', timeout: LIMIT_MS })
    return opened
  }
  return async (given) => {
    now = Date.now()
    event = JSON.stringify(given)
    outcome = { failure: 'its promise never settles' }
    try {
      context ??= open()
      start.runInContext(context, { timeout: LIMIT_MS })
    } catch (error) {
      // The error may be an object of the context, which stays there.
      outcome = { failure: messageOf(error) }
    }
    if (outcome.failure !== undefined) throw new Error(`The function failed: ${outcome.failure}`)
    return outcome.json === undefined ? undefined : JSON.parse(outcome.json)
  }
}

function hexDigest(algorithm: string, keyHex: string | undefined, dataHex: string): string {
  const hash =
    keyHex === undefined ? createHash(algorithm) : createHmac(algorithm, Buffer.from(keyHex, 'hex'))
  return hash.update(dataHex, 'hex').digest('hex')
}
