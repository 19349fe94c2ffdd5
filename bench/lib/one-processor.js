// @ts-check
import { readFileSync } from 'node:fs'
import { findProgram } from './places.js'

/** Whether this machine can restrict a program to one processor. */
export function canPin() {
  return process.platform === 'linux' && findProgram('taskset') !== undefined
}

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {[program: string, args: string[]]} a command that runs it on the first processor, otherwise unchanged.
 */
export function onOneProcessor(program, args) {
  const taskset = findProgram('taskset')
  if (!taskset || !canPin()) return [program, args]
  const allowed = /^Cpus_allowed_list:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return [taskset, ['-c', allowed ?? '0', program, ...args]]
}
