// @ts-check
// A process's first event, as on Lambda: loads the package and calls it once. The clock starts once Node has
// started. Prints wall time and CPU time in milliseconds, and the process's peak memory.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [folder = '', eventFile = ''] = process.argv.slice(2)
const event = JSON.parse(readFileSync(eventFile, 'utf8'))
const require = createRequire(import.meta.url)

const cpuBefore = process.cpuUsage()
const started = performance.now()
const end = Date.now() + 30_000
const { handler } = require(`${folder}/index.js`)
const loaded = performance.now()
const answer = await handler(event, { getRemainingTimeInMillis: () => end - Date.now() })
const ms = performance.now() - started
const { user, system } = process.cpuUsage(cpuBefore)

if (answer.status !== '200' && !String(answer.uri).startsWith('/generated/'))
  throw new Error(`No image: ${JSON.stringify(answer)}`)
console.log(
  JSON.stringify({ ms, loadMs: loaded - started, cpuMs: (user + system) / 1000, peakBytes: peakBytes() }),
)

/** Peak resident memory. On Linux, of this program alone, without the process that it was forked from. */
function peakBytes() {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (peak) return Number(peak) * 1024
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024
}
