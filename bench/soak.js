// @ts-check
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { quantile } from './lib/side-by-side.js'
import { printTable } from './lib/table.js'
import { withWorkspace } from './lib/workspace.js'
import { size, verdict } from './rows/row.js'
import { loadSupport } from './serve/support.js'

/** @typedef {import('../test/support/load/mixed.js').Sample} Sample */
/** @typedef {import('./rows/row.js').Row} Row */

/** The warm-up's share of the time, in which V8's heap grows by itself. */
const WARM_UP = 0.3
/** Bytes per minute. */
const MOST_GROWTH = 3_000_000
/** Idle connections are closed after a minute. */
const SETTLED_MS = 75_000

/** Runs mixed load for `--minutes` (default 10), and reports growth and leftovers. */
export async function measureSoak() {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { minutes: { type: 'string', default: '10' } },
  })
  const minutes = Number(values.minutes)
  if (!(minutes > 0)) throw new Error(`--minutes takes a number, not ${values.minutes}.`)
  await withWorkspace(async (workspace) => {
    const support = await loadSupport(workspace)
    const home = support.makeHome({}, {}, workspace)
    const server = await support.startServer(home.folder, { env: home.env })
    const before = support.openFiles(server.pid)
    let told = 0
    const { samples, answers } = await support.mixedLoad(server, minutes * 60_000, (sample) => {
      if (sample.at < told) return
      told += 30
      console.error(`${Math.round(sample.at)} s: ${size(sample.resident)}, ${sample.openFiles} files`)
    })
    const late = Date.now() + SETTLED_MS
    while (support.openFiles(server.pid) > before && Date.now() < late) await sleep(250)
    const after = support.openFiles(server.pid)
    const processes = support.below(server.pid)
    const code = await server.end('SIGINT')
    // esbuild's process ends shortly after the tool.
    for (const end = Date.now() + 2_000; processes.some(support.isAlive) && Date.now() < end;) await sleep(20)
    const alive = processes.filter(support.isAlive).length
    const left = home.leftovers().length
    const warmUp = minutes * 60 * WARM_UP
    const counted = samples.filter(({ at }) => at >= warmUp)
    const growth = support.growth(samples, warmUp)
    const requests = Object.values(answers).reduce((sum, count) => sum + count, 0)
    const failed = Object.entries(answers).filter(([name]) => / (5|closed)/.test(name))
    print([
      {
        what: `memory, ${minutes} minutes of mixed load`,
        target: `≤ ${size(MOST_GROWTH)} a minute`,
        measured: `${growth < 0 ? '−' : '+'}${size(Math.abs(growth))} a minute`,
        verdict: verdict(growth <= MOST_GROWTH),
      },
      row('open files', 'as before', `${before} before, ${after} after`, after <= before),
      row(
        'requests failed',
        'none',
        `${failed.length === 0 ? 'none' : JSON.stringify(failed)} of ${requests.toLocaleString('en-US')}`,
        failed.length === 0,
      ),
      row(
        'after Ctrl-C',
        'no process, no temporary file',
        `code ${code}; ${alive} processes, ${left} files`,
        code === 0 && alive + left === 0,
      ),
    ])
    console.log(
      `\nresident memory of the tool: ${memory(counted)}; processes of the function: ${Math.max(...counted.map(({ functions }) => functions))}`,
    )
    console.log(`answers: ${JSON.stringify(answers)}`)
  })
}

/** @param {string} what @param {string} target @param {string} measured @param {boolean} reached @returns {Row} */
function row(what, target, measured, reached) {
  return { what, target, measured, verdict: verdict(reached) }
}

/** @param {readonly Sample[]} samples */
function memory(samples) {
  const half = Math.floor(samples.length / 2)
  const median = (/** @type {readonly Sample[]} */ some) =>
    size(quantile(some.map(({ resident }) => resident)))
  return `${median(samples.slice(0, half))} in the first half after warming up, ${median(samples.slice(half))} in the second, ${size(Math.max(...samples.map(({ resident }) => resident)))} at most`
}

/** @param {readonly Row[]} rows */
function print(rows) {
  printTable(
    ['what', 'target', 'measured', ''],
    rows.map(({ what, target, measured, verdict }) => [what, target, measured, verdict]),
  )
  if (rows.some(({ verdict }) => verdict === 'out of reach')) process.exitCode = 1
}
