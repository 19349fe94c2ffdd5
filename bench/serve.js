// @ts-check
import os from 'node:os'
import { startSide } from './lib/children.js'
import { benchFile } from './lib/places.js'
import { printTable } from './lib/table.js'
import { withWorkspace } from './lib/workspace.js'
import { ipxRows } from './serve/ipx-rows.js'
import { loadRows } from './serve/load-rows.js'
import { loadSupport } from './serve/support.js'

/** @typedef {import('./rows/row.js').Row} Row */

/** Measures `genato dev` under load, and beside ipx, and prints it. */
export async function measureServe() {
  await withWorkspace(async (workspace) => {
    const started = performance.now()
    const support = await loadSupport(workspace)
    const hammer = startSide(process.execPath, [benchFile('serve/hammer.js')])
    const setting = { support, hammer, workspace }
    const rows = [...(await loadRows(setting)), ...(await ipxRows(setting))]
    await hammer.end()
    print(rows)
    console.log(
      `\n${os.type()} ${os.arch()}, ${os.availableParallelism()} processors, shared with the load generator; Node ${process.versions.node}`,
    )
    console.log(`measured in ${Math.round((performance.now() - started) / 1000)} s`)
    complain(rows)
  })
}

/** @param {readonly Row[]} rows */
function print(rows) {
  printTable(
    ['what', 'to reach', 'measured (middle half of the rounds)', ''],
    rows.map(({ what, target, measured, verdict }) => [what, target, measured, verdict]),
  )
  console.log('\nbehind it:')
  for (const { what, detail } of rows) if (detail) console.log(`  ${what}: ${detail}`)
}

/** @param {readonly Row[]} rows */
function complain(rows) {
  for (const { what, measured, verdict } of rows) {
    if (verdict === 'pass' || verdict === '') continue
    process.exitCode = 1
    console.error(`${verdict.toUpperCase()}: ${what}: ${measured}.`)
  }
}
