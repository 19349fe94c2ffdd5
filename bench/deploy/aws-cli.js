// @ts-check
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { run } from '../lib/children.js'
import { findProgram, ROOT } from '../lib/places.js'

/**
 * @typedef {object} AwsCli
 * @property {string} folder of the program `aws`.
 * @property {string} version that it prints.
 */

const VENV = path.join(ROOT, '.cache', 'aws-cli')

/**
 * Finds the aws command line, or installs it for this bench. `GENATO_BENCH_AWS` names one.
 * @returns {Promise<AwsCli | undefined>}
 */
export async function findAwsCli() {
  const chosen = process.env['GENATO_BENCH_AWS']
  for (const candidate of chosen ? [async () => chosen] : [onPath, inVenv]) {
    const program = await candidate()
    const version = program && (await versionOf(program))
    if (version) return { folder: path.dirname(program), version }
  }
  return undefined
}

/** Finds the program behind a version manager's shim, whose own time would be added to each call. */
async function onPath() {
  const program = findProgram('aws')
  if (!program || !/^#!.*sh\b/.test(await readFile(program, 'latin1'))) return program
  try {
    return (await run('pyenv', ['which', 'aws'])).stdout.trim()
  } catch {
    return undefined
  }
}

/** @returns {Promise<string | undefined>} */
async function inVenv() {
  const program = path.join(VENV, 'bin', 'aws')
  // A partial installation doesn't start.
  if (existsSync(program) && (await versionOf(program))) return program
  const base = process.env['PYTHON'] || findProgram('python3')
  if (!base) return undefined
  try {
    console.error('installing the aws command line …')
    await rm(VENV, { recursive: true, force: true })
    await run(base, ['-m', 'venv', VENV])
    await run(path.join(VENV, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', 'awscli'])
    return program
  } catch (error) {
    console.error(`That failed: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** @param {string} program @returns {Promise<string | undefined>} */
async function versionOf(program) {
  try {
    return (await run(program, ['--version'])).stdout.trim()
  } catch {
    return undefined
  }
}
