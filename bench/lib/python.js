// @ts-check
import { existsSync } from 'node:fs'
import { copyFile, cp } from 'node:fs/promises'
import path from 'node:path'
import { run, runForJson } from './children.js'
import { benchFile, findProgram, ROOT } from './places.js'

/** @typedef {{ python: string, pillow: string, boto3: string, zlib: string }} Versions */

/**
 * @typedef {object} Baseline
 * @property {string} program a Python with Pillow and boto3.
 * @property {string} folder the baseline's files, with the font.
 * @property {Versions} versions
 */

const VENV = path.join(ROOT, '.genato', 'bench-venv')
const VENV_PYTHON =
  process.platform === 'win32' ? path.join(VENV, 'Scripts', 'python.exe') : path.join(VENV, 'bin', 'python')

/**
 * Finds a Python with Pillow and boto3, or installs one, and copies the baseline's files, because Python writes
 * compiled files next to its sources.
 * @param {string} workspace
 * @returns {Promise<Baseline | undefined>}
 */
export async function prepareBaseline(workspace) {
  const folder = path.join(workspace, 'baseline')
  await cp(benchFile('baseline'), folder, { recursive: true })
  await copyFile(
    path.join(ROOT, 'handler', 'fonts', 'Inter-Regular.ttf'),
    path.join(folder, 'Inter-Regular.ttf'),
  )
  const chosen = process.env['GENATO_BENCH_PYTHON']
  const candidates = chosen
    ? [() => chosen]
    : [makeVenv, () => findProgram('python3'), () => '/usr/bin/python3']
  for (const candidate of candidates) {
    const program = await candidate()
    const versions = program && (await versionsOf(program, folder))
    if (versions) return { program, folder, versions }
  }
  return undefined
}

/** @returns {Promise<string | undefined>} */
async function makeVenv() {
  if (existsSync(VENV_PYTHON)) return VENV_PYTHON
  const base = findProgram('python3')
  if (!base) return undefined
  try {
    console.error('making a Python environment with Pillow and boto3 …')
    await run(base, ['-m', 'venv', VENV])
    await run(VENV_PYTHON, ['-m', 'pip', 'install', '--quiet', 'pillow', 'boto3'])
    return VENV_PYTHON
  } catch (error) {
    console.error(`That failed: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/**
 * @param {string} program
 * @param {string} folder
 * @returns {Promise<Versions | undefined>}
 */
async function versionsOf(program, folder) {
  try {
    return await runForJson(program, [path.join(folder, 'versions.py')])
  } catch {
    return undefined
  }
}
