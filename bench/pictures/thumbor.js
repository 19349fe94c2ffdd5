// @ts-check
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run, startSide } from '../lib/children.js'
import { benchFile, findProgram, ROOT } from '../lib/places.js'
import { SETTINGS } from './encoders.js'

const VERSION = '7.8.0'
const VENV = path.join(ROOT, '.genato', `bench-thumbor-${VERSION}`)
const PROGRAM = path.join(VENV, 'bin', 'thumbor')

/** @returns {Promise<{ why: string } | undefined>} why it can't be installed. */
export async function installThumbor() {
  if (existsSync(PROGRAM)) return undefined
  const base = findProgram('python3')
  if (!base) return { why: 'no Python' }
  try {
    console.error('making a Python environment with thumbor …')
    await run(base, ['-m', 'venv', VENV])
    const pip = path.join(VENV, 'bin', 'python')
    await run(pip, ['-m', 'pip', 'install', '--quiet', `thumbor==${VERSION}`])
    return undefined
  } catch (error) {
    return {
      why: `thumbor can't be installed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
    }
  }
}

/**
 * Serves a folder with thumbor, as it is set up by default: it stores no result, and keeps no copy of the original.
 * @param {{ workspace: string, photographs: string }} places
 * @returns {Promise<{ port: number, end: () => Promise<void> }>}
 */
export async function startThumbor({ workspace, photographs }) {
  const config = path.join(workspace, 'thumbor.conf')
  await writeFile(
    config,
    `LOADER = 'thumbor.loaders.file_loader'
FILE_LOADER_ROOT_PATH = ${JSON.stringify(photographs)}
STORAGE = 'thumbor.storages.no_storage'
RESPECT_ORIENTATION = True
`,
  )
  const port = await freePort()
  // It doesn't end with its standard input: a small process ends it.
  const side = startSide(process.execPath, [
    benchFile('pictures/sides/until-end.js'),
    PROGRAM,
    '--port',
    String(port),
    '--ip',
    '127.0.0.1',
    '--conf',
    config,
  ])
  for (const late = Date.now() + 20_000; ; await sleep(100)) {
    const up = await fetch(`http://127.0.0.1:${port}/healthcheck`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (up) return { port, end: side.end }
    if (Date.now() > late) {
      await side.end()
      throw new Error('thumbor did not start.')
    }
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/**
 * The same operations in thumbor's words.
 * @param {Omit<import('./sides/orders.js').Order, 'save'>} order
 */
export function thumborPath({ width, height, format, file }) {
  const { quality } = SETTINGS[format]
  const encoder = `format(${format === 'jpg' ? 'jpeg' : format}):quality(${quality})`
  return `/unsafe/${width}x${height}/filters:${encoder}/${path.basename(file)}`
}

/**
 * thumbor as a side that makes renditions. It only comes with a server, so its time includes HTTP on this machine.
 * @param {{ workspace: string, photographs: string }} places
 * @returns {Promise<import('../lib/children.js').Side | { why: string }>}
 */
export async function thumborSide(places) {
  const missing = await installThumbor()
  if (missing) return missing
  const { port, end } = await startThumbor(places)
  return {
    end,
    next: () => Promise.reject(new Error('thumbor says nothing unasked.')),
    async ask(given) {
      const order = /** @type {import('./sides/orders.js').Order} */ (given)
      const started = performance.now()
      const answer = await fetch(`http://127.0.0.1:${port}${thumborPath(order)}`)
      const picture = Buffer.from(await answer.arrayBuffer())
      const ms = performance.now() - started
      if (!answer.ok) throw new Error(`thumbor answered ${answer.status} to ${thumborPath(order)}`)
      if (order.save) await writeFile(order.save, picture)
      return { ms, cpuMs: undefined, bytes: picture.length }
    },
  }
}
