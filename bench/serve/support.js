// @ts-check
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { ROOT } from '../lib/places.js'

/**
 * @typedef {object} Support of the load tests.
 * @property {typeof import('../../test/support/load/home.js').makeHome} makeHome
 * @property {typeof import('../../test/support/load/home.js').putFiles} putFiles
 * @property {typeof import('../../test/support/load/home.js').stored} stored
 * @property {typeof import('../../test/support/load/mixed.js').mixedLoad} mixedLoad
 * @property {typeof import('../../test/support/load/mixed.js').growth} growth
 * @property {typeof import('../../test/support/load/server.js').startServer} startServer
 * @property {typeof import('../../test/support/load/processes.js').below} below
 * @property {typeof import('../../test/support/load/processes.js').isAlive} isAlive
 * @property {typeof import('../../test/support/load/processes.js').openFiles} openFiles
 * @property {typeof import('../../test/support/load/processes.js').resident} resident
 * @property {typeof import('../../test/support/load/processes.js').residentPeak} residentPeak
 */

const ENTRY = `
export * from './home.ts'
export * from './mixed.ts'
export * from './server.ts'
export * from './processes.ts'
`

/**
 * Builds the tool, and bundles the tests' support, which is TypeScript that not every Node can import.
 * @param {string} workspace
 * @returns {Promise<Support>}
 */
export async function loadSupport(workspace) {
  await import('../../scripts/build.js')
  const outfile = path.join(workspace, 'support.mjs')
  await build({
    stdin: {
      contents: ENTRY,
      resolveDir: path.join(ROOT, 'test', 'support', 'load'),
      sourcefile: 'entry.js',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  })
  // The bundle is in another folder, from which it wouldn't find the tool.
  process.env['GENATO_ROOT'] = ROOT
  const support = /** @type {Support} */ (await import(pathToFileURL(outfile).href))
  return {
    ...support,
    async startServer(...args) {
      const server = await support.startServer(...args)
      // If a measurement fails, the run ends without ending the server.
      process.once('exit', () => endIfRunning(server.pid))
      return server
    },
  }
}

/** @param {number} pid */
function endIfRunning(pid) {
  try {
    process.kill(pid)
  } catch {
    // It has already ended.
  }
}
