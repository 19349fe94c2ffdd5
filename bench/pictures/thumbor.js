// @ts-check
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run, startSide } from '../lib/children.js'
import { benchFile, findProgram, ROOT } from '../lib/places.js'

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
