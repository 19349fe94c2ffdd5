// @ts-check
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { ROOT } from '../lib/places.js'

/** @typedef {import('../../test/support/moto/moto.js').OwnMoto} Moto */
/** @typedef {import('../../test/support/fault-proxy.js').FaultProxy} Proxy */

/**
 * @typedef {object} StandIn for AWS, the same as in the tests.
 * @property {Moto} moto
 * @property {Proxy} proxy in front of it, which the sides call.
 */

const SUPPORT = path.join(ROOT, 'test', 'support')
const ENTRY = `
export { startFaultProxy } from './fault-proxy.ts'
export { startMoto } from './moto/moto.ts'
`
/** Replaces vitest, which hands moto to the tests. Here moto is installed directly. */
const INSTEAD_OF_VITEST = `exports.inject = () => require('./moto/bring.ts').bringMoto()`

/**
 * Runs a function with moto, the tests' patches and their proxy.
 * @template T
 * @param {string} workspace
 * @param {(standIn: StandIn) => Promise<T>} use
 * @returns {Promise<T>}
 * @throws if Python is missing or moto can't be installed.
 */
export async function withStandIn(workspace, use) {
  const { startMoto, startFaultProxy } = await loadSupport(path.join(workspace, 'stand-in.mjs'))
  const moto = await startMoto()
  try {
    const proxy = await startFaultProxy(moto.endpoint)
    try {
      return await use({ moto, proxy })
    } catch (error) {
      const said = moto.said().trim()
      throw said === '' ? error : new Error(`moto said:\n${said}`, { cause: error })
    } finally {
      await proxy.close()
    }
  } finally {
    await moto.close()
  }
}

/**
 * Bundles the tests' support, which is TypeScript that not every Node can import.
 * @param {string} outfile
 * @returns {Promise<{ startMoto: () => Promise<Moto>, startFaultProxy: (target: string) => Promise<Proxy> }>}
 */
async function loadSupport(outfile) {
  await build({
    stdin: { contents: ENTRY, resolveDir: SUPPORT, sourcefile: 'stand-in-entry.js' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    plugins: [
      {
        name: 'support outside of tests',
        setup(plugin) {
          plugin.onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'instead' }))
          plugin.onLoad({ filter: /^vitest$/, namespace: 'instead' }, () => ({
            contents: INSTEAD_OF_VITEST,
            resolveDir: SUPPORT,
          }))
          // The server's files and the cache are found relative to the sources.
          plugin.onLoad({ filter: /[\\/]test[\\/]support[\\/].*\.ts$/ }, async ({ path: file }) => ({
            contents: (await readFile(file, 'utf8')).replaceAll(
              'import.meta.dirname',
              JSON.stringify(path.dirname(file)),
            ),
            loader: 'ts',
          }))
        },
      },
    ],
  })
  return import(pathToFileURL(outfile).href)
}
