// @ts-check
import { printTable } from './table.js'

/** @typedef {import('../rows/row.js').Row} Row */

/**
 * @param {readonly Row[]} rows
 * @param {string} behind the heading of the details under the table.
 */
export function printRows(rows, behind) {
  printTable(
    ['what', 'target', 'measured (middle half of the rounds)', ''],
    rows.map(({ what, target, measured, verdict }) => [what, target, measured, verdict]),
  )
  console.log(`\n${behind}:`)
  for (const { what, detail } of rows) if (detail) console.log(`  ${what}: ${detail}`)
}

/**
 * Sets the exit code if a target is out of reach or wasn't measured.
 * @param {readonly Row[]} rows
 */
export function complain(rows) {
  for (const { what, measured, verdict } of rows) {
    if (verdict === 'pass' || verdict === '') continue
    process.exitCode = 1
    console.error(`${verdict.toUpperCase()}: ${what}: ${measured}.`)
  }
}
