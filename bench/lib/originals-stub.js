// @ts-check
import { startSide } from './children.js'
import { benchFile } from './places.js'

/** @typedef {{ looks: number, originals: number, stored: number }} OriginalsCounts */

/**
 * Runs a function with a process that stands in for S3 and has one original.
 * @template T
 * @param {string} file the original.
 * @param {(stub: { endpoint: string, counts: () => Promise<OriginalsCounts> }) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withOriginalsStub(file, use) {
  const side = startSide(process.execPath, [benchFile('stub-originals.js'), file])
  try {
    const { port } = /** @type {{ port: number }} */ (await side.next())
    const endpoint = `http://127.0.0.1:${port}`
    return await use({
      endpoint,
      counts: async () => /** @type {OriginalsCounts} */ (await (await fetch(`${endpoint}/counts`)).json()),
    })
  } finally {
    await side.end()
  }
}
