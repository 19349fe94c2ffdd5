// @ts-check
import { startSide } from './children.js'
import { benchFile } from './places.js'

/** @typedef {{ GET: number, HEAD: number, PUT: number }} Counts */

/**
 * @typedef {object} Stub
 * @property {string} endpoint
 * @property {() => Promise<Counts>} counts
 * @property {() => Promise<void>} end
 */

/**
 * Runs a function with a stub, and ends the stub.
 * @template T
 * @param {(stub: Stub) => Promise<T>} use
 * @param {Parameters<typeof startStub>[0]} [options]
 * @returns {Promise<T>}
 */
export async function withStub(use, options) {
  const stub = await startStub(options)
  try {
    return await use(stub)
  } finally {
    await stub.end()
  }
}

/**
 * @param {{ stored?: boolean, delay?: number, identity?: { key: string, certificate: string } }} [options]
 * whether every object exists, the delay of each response in ms, and files for TLS.
 * @returns {Promise<Stub>}
 */
export async function startStub({ stored = false, delay = 0, identity } = {}) {
  const args = [
    stored ? 'stored' : 'empty',
    String(delay),
    ...(identity ? [identity.key, identity.certificate] : []),
  ]
  const side = startSide(process.execPath, [benchFile('stub-s3.js'), ...args])
  const { port } = /** @type {{ port: number }} */ (await side.next())
  const endpoint = `${identity ? 'https' : 'http'}://127.0.0.1:${port}`
  return {
    endpoint,
    end: side.end,
    counts: async () => /** @type {Counts} */ (await (await fetch(`${endpoint}/counts`)).json()),
  }
}
