// @ts-check
import { run } from './children.js'

/** Rows about Lambda are measured with this version of Node. */
const MAJOR = '22'

/**
 * @returns {Promise<string | undefined>} a Node 22: the running one, npm's, or `GENATO_BENCH_NODE`.
 */
export async function findNode22() {
  if (process.env['GENATO_BENCH_NODE']) return process.env['GENATO_BENCH_NODE']
  if (process.versions.node.split('.')[0] === MAJOR) return process.execPath
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
  try {
    const { stdout } = await run(npx, ['-y', '-p', `node@${MAJOR}`, 'node', '-p', 'process.execPath'])
    return stdout.trim()
  } catch (error) {
    console.error(`Node ${MAJOR} can't be had: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
