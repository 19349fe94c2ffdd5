// @ts-check
import { mkdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { run } from './children.js'
import { findProgram, ROOT } from './places.js'

/**
 * @typedef {object} Package
 * @property {string} folder that it is unpacked in.
 * @property {number} bytes of the zip.
 * @property {() => Promise<number>} rebuild builds it again, and returns the process's milliseconds.
 */

/**
 * Builds the package with the command line, and unpacks it.
 * @param {string} workspace
 * @param {string} [tool] genato's folder.
 * @param {{ name?: string, config?: object }} [options] which package, and the project's configuration.
 * @returns {Promise<Package>}
 */
export async function buildPackage(workspace, tool = ROOT, { name, config } = {}) {
  const project = path.join(workspace, 'project')
  const zip = path.join(workspace, 'package.zip')
  const folder = path.join(workspace, 'package')
  await mkdir(project)
  if (config) await writeFile(path.join(project, 'genato.config.json'), JSON.stringify(config))
  const command = [path.join(tool, 'bin', 'genato.js'), 'package', ...(name ? [name] : []), '--out', zip]
  const build = () => run(process.execPath, command, { cwd: project })
  await build()
  await unzip(zip, folder)
  return { folder, bytes: (await stat(zip)).size, rebuild: async () => (await build()).ms }
}

/** @param {string} zip @param {string} folder */
async function unzip(zip, folder) {
  const python = findProgram('python3')
  if (findProgram('unzip')) await run('unzip', ['-q', zip, '-d', folder])
  else if (python) await run(python, ['-m', 'zipfile', '-e', zip, folder])
  else throw new Error('There is neither unzip nor python3 to unpack the package with.')
}
