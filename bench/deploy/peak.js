// @ts-check
// Runs a program of Node's and tells the most memory that it and its child processes have taken: each one's
// peak of resident memory, added up. Linux only.
//
// node peak.js <program.js> [argument...]
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const child = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'ignore', 'inherit'] })
/** @type {Map<number, { name: string, bytes: number }>} */
const peaks = new Map()

const watch = setInterval(() => {
  if (child.pid !== undefined) look(child.pid)
}, 5)
child.on('close', (code) => {
  clearInterval(watch)
  process.exitCode = code ?? 1
  console.log(JSON.stringify([...peaks.values()]))
})

/** @param {number} pid */
function look(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? []
    const [, name = ''] = /^Name:\s*(.*)$/m.exec(status) ?? []
    // One that has ended has no memory any more.
    if (kibibytes !== undefined) peaks.set(pid, { name, bytes: Number(kibibytes) * 1024 })
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      for (const one of children.split(' ')) if (one !== '') look(Number(one))
    }
  } catch {
    // It has ended in between.
  }
}
