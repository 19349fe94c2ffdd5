// @ts-check
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { killChildren } from './children.js'

/**
 * Runs a function with a temporary folder. Afterwards, and after an interruption, ends all children and removes it.
 * @param {(folder: string) => Promise<void>} use
 */
export async function withWorkspace(use) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'genato-bench-'))
  const clean = () => {
    killChildren()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const interrupt = (/** @type {NodeJS.Signals} */ signal) => {
    clean()
    // Without the handler, the signal now ends the process as usual.
    process.kill(process.pid, signal)
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    await use(folder)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    clean()
  }
}
