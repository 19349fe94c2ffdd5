// @ts-check
import { notMeasured, size, verdict } from '../rows/row.js'

const WHAT = 'peak memory of a deploy'
const TARGET = '≤ 200 MB'
const MOST_BYTES = 200_000_000
const TIMES = 3

/** @typedef {import('./sides.js').Peak} Peak */

/**
 * The highest memory peak of some first and second deploys.
 * @param {import('./sides.js').Sides} sides
 * @returns {Promise<import('../rows/row.js').Row>}
 */
export async function memoryRow({ forget, genatoPeak }) {
  if (process.platform !== 'linux') return notMeasured(WHAT, TARGET, 'measured on Linux only')
  /** @type {Peak[]} */
  const first = []
  /** @type {Peak[]} */
  const second = []
  for (let time = 0; time < TIMES; time++) {
    await forget()
    first.push(await genatoPeak())
    second.push(await genatoPeak())
  }
  const own = most([...first, ...second], 'own')
  return {
    what: WHAT,
    target: TARGET,
    measured: size(own),
    verdict: verdict(own <= MOST_BYTES),
    detail: `genato's own process, the most of ${TIMES} first and ${TIMES} second ones; at one time with those that it starts: first deploy ${size(most(first, 'together'))}, second ${size(most(second, 'together'))}, with Node's own pages counted in each`,
  }
}

/** @param {readonly Peak[]} peaks @param {keyof Peak} which */
function most(peaks, which) {
  return Math.max(...peaks.map((peak) => peak[which]))
}
