// @ts-check
import { canPin } from '../lib/one-processor.js'
import { withStub } from '../lib/stub.js'
import { makeOne } from './one-image.js'
import { milliseconds, size, verdict } from './row.js'

/** @typedef {import('./row.js').Row} Row */

/** 2 s before the function's timeout of 30 s, in ms. */
const DEADLINE = 28_000
/** Lambda's processors differ from this one, so half of the deadline is the limit. */
const WELL_INSIDE = DEADLINE / 2
const TIMES = 5
const FORMATS = { avif: 'AVIF', webp: 'WebP' }

/**
 * The largest images in the slowest formats on one processor, which is Lambda's share at 1769 MB.
 * @param {import('./row.js').Setting} setting
 * @returns {Promise<Row[]>}
 */
export async function oneCoreRows(setting) {
  const where = canPin() ? 'on one processor' : 'NOT pinned to one processor: there is no taskset'
  return withStub(async ({ endpoint }) => {
    /** @type {Row[]} */
    const rows = []
    for (const [format, name] of Object.entries(FORMATS)) {
      const uri = `/4096x4096,white,${format}`
      const { ms, cpuMs, peakBytes } = await makeOne(setting, uri, {
        endpoint,
        times: TIMES,
        oneProcessor: true,
      })
      rows.push({
        what: `4096×4096 ${name}, fresh process, one processor`,
        target: 'well inside 28 s: ≤ 14 s',
        measured: `${milliseconds(ms)} wall, ${milliseconds(cpuMs)} cpu, ${(ms / DEADLINE).toFixed(2)} of the deadline`,
        verdict: verdict(ms <= WELL_INSIDE),
        detail: `${where}; peak memory ${size(peakBytes)}; median of ${TIMES}`,
      })
    }
    return rows
  })
}
