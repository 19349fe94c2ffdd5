// @ts-check
import { notMeasured, size, verdict } from '../rows/row.js'

const WHAT = 'peak memory of a deploy'
const TARGET = '≤ 200 MB'
const MOST_BYTES = 200_000_000
const TIMES = 3

/** @typedef {import('./sides.js').Peaks} Peaks */

/**
 * The hungriest of some first and second deploys, with all the processes that it has started.
 * @param {import('./sides.js').Sides} sides
 * @returns {Promise<import('../rows/row.js').Row>}
 */
export async function memoryRow({ forget, genatoPeaks }) {
  if (process.platform !== 'linux') return notMeasured(WHAT, TARGET, 'can be told on Linux only')
  /** @type {Peaks[]} */
  const runs = []
  for (let time = 0; time < TIMES; time++) {
    await forget()
    runs.push(await genatoPeaks(), await genatoPeaks())
  }
  const [most = []] = runs.sort((a, b) => total(b) - total(a))
  return {
    what: WHAT,
    target: TARGET,
    measured: size(total(most)),
    verdict: verdict(total(most) <= MOST_BYTES),
    detail: `${most.map(({ name, bytes }) => `${name} ${size(bytes)}`).join(' + ')}; the most of ${TIMES} first and ${TIMES} second deploys`,
  }
}

/** @param {Peaks} peaks */
function total(peaks) {
  return peaks.reduce((bytes, one) => bytes + one.bytes, 0)
}
