// @ts-check
import os from 'node:os'
import { run } from './lib/children.js'
import { findNode22 } from './lib/node-22.js'
import { buildPackage } from './lib/package.js'
import { prepareBaseline } from './lib/python.js'
import { printTable } from './lib/table.js'
import { withWorkspace } from './lib/workspace.js'
import { firstEventRow } from './rows/first-event.js'
import { oneCoreRows } from './rows/one-core.js'
import { packageRows } from './rows/package.js'
import { viewerWaitRows } from './rows/viewer-wait.js'
import { warmRows } from './rows/warm.js'

/** @typedef {import('./rows/row.js').Row} Row */

/** Measures the figures that have targets, and prints them, with the ratios first. */
export async function measureTargets() {
  await withWorkspace(async (workspace) => {
    const started = performance.now()
    const [node22, baseline] = await Promise.all([findNode22(), prepareBaseline(workspace)])
    const setting = {
      workspace,
      baseline,
      node: node22 ?? process.execPath,
      built: await buildPackage(workspace),
    }
    const warm = await warmRows(setting)
    const firstEvent = await firstEventRow(setting)
    const rows = [
      ...warm.filter(({ target }) => target !== ''),
      firstEvent,
      ...(await viewerWaitRows(setting)),
      ...(await oneCoreRows(setting)),
      ...(await packageRows(setting)),
      ...warm.filter(({ target }) => target === ''),
    ]
    print(rows)
    await printMachine(setting)
    console.log(`measured in ${Math.round((performance.now() - started) / 1000)} s`)
    complain(rows, node22)
  })
}

/** @param {readonly Row[]} rows */
function print(rows) {
  printTable(
    ['what', 'target', 'measured (middle half of the rounds)', ''],
    rows.map(({ what, target, measured, verdict }) => [what, target, measured, verdict]),
  )
  console.log('\nmedians behind it:')
  for (const { what, detail } of rows) if (detail) console.log(`  ${what}: ${detail}`)
}

/** @param {import('./rows/row.js').Setting} setting */
async function printMachine({ node, baseline }) {
  const { stdout } = await run(node, ['--version'])
  const { python, pillow, boto3, zlib } = baseline?.versions ?? {}
  console.log(
    `\n${os.type()} ${os.arch()}, ${os.availableParallelism()} processors; Node ${stdout.trim().slice(1)} for the package, ${process.versions.node} for the tool; ${
      baseline ? `Python ${python}, Pillow ${pillow} (${zlib}), boto3 ${boto3}` : 'no Python'
    }`,
  )
}

/** @param {readonly Row[]} rows @param {string | undefined} node22 */
function complain(rows, node22) {
  const missing = rows.filter(({ verdict }) => verdict === 'not measured')
  if (node22 && missing.length === 0) return
  process.exitCode = 1
  for (const { what, measured } of missing) console.error(`NOT MEASURED: ${what}: ${measured}.`)
  if (!node22)
    console.error(`NOT MEASURED on Node 22, which can't be installed: this was ${process.versions.node}.`)
}
