// @ts-check
// Runs a Node program, and prints two peaks of resident memory in bytes: of the program itself, and of it together
// with the processes that it started. Linux only.
//
// node peak.js <program.js> [argument...]
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** The time between two samples in ms. */
const PAUSE = 3

const child = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'ignore', 'inherit'] })
const most = { own: 0, together: 0 }

const watch = setInterval(() => {
  if (child.pid === undefined) return
  // The kernel keeps the peak of one process. The peak of several together must be sampled.
  most.own = Math.max(most.own, bytes(child.pid, /^VmHWM:\s*(\d+) kB$/m))
  most.together = Math.max(most.together, together(child.pid))
}, PAUSE)
child.on('close', (code) => {
  clearInterval(watch)
  process.exitCode = code ?? 1
  console.log(JSON.stringify(most))
})

/**
 * Memory that several processes share, such as Node itself, counts in each of them.
 * @param {number} pid
 * @returns {number}
 */
function together(pid) {
  const own = bytes(pid, /^VmRSS:\s*(\d+) kB$/m)
  return startedBy(pid).reduce((sum, one) => sum + together(one), own)
}

/** @param {number} pid @param {RegExp} line @returns {number} 0 for one that has ended. */
function bytes(pid, line) {
  try {
    return Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** @param {number} pid @returns {number[]} */
function startedBy(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}
