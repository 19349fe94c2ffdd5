// @ts-check
import { quantile } from '../lib/side-by-side.js'
import { withStub } from '../lib/stub.js'
import { makeOne } from './one-image.js'
import { milliseconds, size, verdict } from './row.js'

const MOST_ZIPPED = 9_000_000
const MOST_MEMORY = 200_000_000
const LONGEST_REBUILD = 1_000
const TIMES = 7

/**
 * The package's size, its peak memory, and the time to build it.
 * @param {import('./row.js').Setting} setting
 * @returns {Promise<import('./row.js').Row[]>}
 */
export async function packageRows(setting) {
  const { peakBytes } = await withStub(({ endpoint }) =>
    makeOne(setting, '/4096x4096,white,png', { endpoint, times: TIMES }),
  )
  const rebuilds = []
  for (let time = 0; time < TIMES; time++) rebuilds.push(await setting.built.rebuild())
  const rebuild = quantile(rebuilds)
  return [
    {
      what: 'zip size',
      target: '≤ 9 MB',
      measured: size(setting.built.bytes),
      verdict: verdict(setting.built.bytes <= MOST_ZIPPED),
      detail: `${setting.built.bytes} bytes`,
    },
    {
      what: 'peak memory, 4096×4096 PNG, fresh process',
      target: '≤ 200 MB',
      measured: size(peakBytes),
      verdict: verdict(peakBytes <= MOST_MEMORY),
      detail: `resident memory, the runtime's included; median of ${TIMES}`,
    },
    {
      what: 'no-change rebuild, whole process',
      target: '≤ 1 s',
      measured: milliseconds(rebuild),
      verdict: verdict(rebuild <= LONGEST_REBUILD),
      detail: `${rebuilds.map((ms) => Math.round(ms)).join(', ')} ms; median of ${TIMES}`,
    },
  ]
}
