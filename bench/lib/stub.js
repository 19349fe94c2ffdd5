// @ts-check
import { startSide } from './children.js'
import { benchFile } from './places.js'

/**
 * @typedef {object} Stub
 * @property {string} endpoint
 * @property {() => Promise<{ HEAD: number, PUT: number }>} counts
 * @property {() => Promise<void>} end
 */

/**
 * Lends a stub.
 * @template T
 * @param {(stub: Stub) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withStub(use) {
  const stub = await startStub()
  try {
    return await use(stub)
  } finally {
    await stub.end()
  }
}

/**
 * @param {{ stored?: boolean, identity?: { key: string, certificate: string } }} [options] whether every
 * object is there; files for TLS.
 * @returns {Promise<Stub>}
 */
export async function startStub({ stored = false, identity } = {}) {
  const args = [stored ? 'stored' : 'empty', ...(identity ? [identity.key, identity.certificate] : [])]
  const side = startSide(process.execPath, [benchFile('stub-s3.js'), ...args])
  const { port } = /** @type {{ port: number }} */ (await side.next())
  const endpoint = `${identity ? 'https' : 'http'}://127.0.0.1:${port}`
  return {
    endpoint,
    end: side.end,
    counts: async () => /** @type {{ HEAD: number, PUT: number }} */ (await (await fetch(endpoint)).json()),
  }
}
