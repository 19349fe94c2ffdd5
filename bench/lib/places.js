// @ts-check
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** @param {string} file relative to bench/. */
export function benchFile(file) {
  return path.join(ROOT, 'bench', file)
}

/** @param {string} program @returns {string | undefined} its path. */
export function findProgram(program) {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file))
}
