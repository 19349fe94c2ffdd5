// @ts-check
import { printTable } from './table.js'

/** @typedef {import('../rows/row.js').Row} Row */

/**
 * @param {readonly Row[]} rows
 * @param {string} behind what the details under the table are.
 */
export function printRows(rows, behind) {
  printTable(
    ['what', 'to reach', 'measured (middle half of the rounds)', ''],
    rows.map(({ what, target, measured, verdict }) => [what, target, measured, verdict]),
  )
  console.log(`\n${behind}:`)
  for (const { what, detail } of rows) if (detail) console.log(`  ${what}: ${detail}`)
}

/**
 * What is out of reach, or was not measured, is the exit code too.
 * @param {readonly Row[]} rows
 */
export function complain(rows) {
  for (const { what, measured, verdict } of rows) {
    if (verdict === 'pass' || verdict === '') continue
    process.exitCode = 1
    console.error(`${verdict.toUpperCase()}: ${what}: ${measured}.`)
  }
}
