// @ts-check
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { run } from './children.js'

const VERSION = '3.1.1'

/**
 * Installs ipx with npm.
 * @param {string} workspace
 * @returns {Promise<{ folder: string } | { why: string }>} the folder it is in, or why it can't be had.
 */
export async function installIpx(workspace) {
  const folder = path.join(workspace, 'ipx')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'package.json'), '{}')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  try {
    await run(npm, ['install', '--silent', `ipx@${VERSION}`], { cwd: folder })
    return { folder }
  } catch (error) {
    return { why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
  }
}
