// @ts-check
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { ROOT } from '../lib/places.js'

/**
 * @typedef {object} Support what the tests under load have.
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
 * The tests' support is TypeScript, which not every Node can import. The tool that it starts is built anew.
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
  // From where it lies now, it would not find the tool.
  process.env['GENATO_ROOT'] = ROOT
  const support = /** @type {Support} */ (await import(pathToFileURL(outfile).href))
  return {
    ...support,
    async startServer(...args) {
      const server = await support.startServer(...args)
      // Where a figure can't be taken, the run ends without having ended it.
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
    // It has ended.
  }
}
