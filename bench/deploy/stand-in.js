// @ts-check
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { ROOT } from '../lib/places.js'

/** @typedef {import('../../test/support/moto/moto.js').OwnMoto} Moto */
/** @typedef {import('../../test/support/fault-proxy.js').FaultProxy} Proxy */

/**
 * @typedef {object} StandIn for AWS, as the tests have it.
 * @property {Moto} moto
 * @property {Proxy} proxy in front of it: what the sides talk to.
 */

const SUPPORT = path.join(ROOT, 'test', 'support')
const ENTRY = `
export { startFaultProxy } from './fault-proxy.ts'
export { startMoto } from './moto/moto.ts'
`
/** What is needed of it here: where the tests are handed moto, it is brought. The rest is for tests only. */
const INSTEAD_OF_VITEST = `exports.inject = () => require('./moto/bring.ts').bringMoto()`

/**
 * Lends moto, with the tests' patches and proxy.
 * @template T
 * @param {string} workspace
 * @param {(standIn: StandIn) => Promise<T>} use
 * @returns {Promise<T>}
 * @throws when there is no Python, or moto can't be installed.
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
 * The tests' support is TypeScript, which not every Node can import.
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
          // The server's files and the cache are found from where the sources are.
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
