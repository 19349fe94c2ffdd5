import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { GenatoError } from '../lib/errors.js'
import { removeUnused } from '../lib/last-used.js'
import type { NativePackage } from './native-packages.js'

/**
 * Downloads a package's tarball with npm, which knows the user's registry, proxy and credentials.
 * @param folder inside the user's project, so that npm reads its .npmrc. Created if it doesn't exist.
 * @throws GenatoError NO_NPM, DOWNLOAD_FAILED
 */
export async function downloadTarball({ name, version }: NativePackage, folder: string): Promise<Buffer> {
  await mkdir(folder, { recursive: true })
  await removeUnused(folder)
  const scratch = await mkdtemp(path.join(folder, 'download-'))
  try {
    await npmPack(`${name}@${version}`, scratch)
    const file = (await readdir(scratch)).find((entry) => entry.endsWith('.tgz'))
    if (file === undefined)
      throw new GenatoError('DOWNLOAD_FAILED', `npm pack left no tarball of ${name}@${version}.`)
    return await readFile(path.join(scratch, file))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function npmPack(spec: string, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = [
      'pack',
      spec,
      '--loglevel=error',
      '--pack-destination=.',
      '--dry-run=false',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=500',
    ]
    // On Windows, npm is a script that only a shell can start. Nothing in the line comes from the user.
    const windows = process.platform === 'win32'
    const npm = windows
      ? spawn(`npm ${args.join(' ')}`, { cwd, shell: true, stdio: ['ignore', 'ignore', 'pipe'] })
      : spawn('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
    // It must not outlive an interrupted genato: the next run would download the same again.
    const end = () => void npm.kill()
    process.once('exit', end)
    npm.once('close', () => process.off('exit', end))
    const said: Buffer[] = []
    npm.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    npm.on('error', (cause) =>
      reject(
        new GenatoError('NO_NPM', `${spec} must be downloaded, but npm can't be started: ${cause.message}.`, {
          hint: 'Install npm (it comes with Node.js) and put it on the PATH.',
          cause,
        }),
      ),
    )
    npm.on('close', (code) => {
      if (code === 0) resolve()
      else reject(downloadFailed(spec, Buffer.concat(said).toString('utf8')))
    })
  })
}

function downloadFailed(spec: string, said: string): GenatoError {
  const lines = said
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/i, '').trim())
    .filter((line) => line !== '' && !/complete log of this run|^npm warn/i.test(line))
  const code = /^code (\S+)/.exec(lines[0] ?? '')?.[1]
  const reason = lines.find((line) => !/^(code|errno|syscall) /.test(line))
  return new GenatoError(
    'DOWNLOAD_FAILED',
    `${spec}, sharp's native code for Lambda, could not be downloaded${code ? ` (${code})` : ''}${reason ? `: ${reason}` : '.'}`,
    {
      hint: 'genato downloads it once with npm, then keeps it. Check the network and npm’s registry and proxy settings, then run this again.',
    },
  )
}
