// @ts-check
import path from 'node:path'
import { runForJson } from '../lib/children.js'
import { withOriginalsStub } from '../lib/originals-stub.js'
import { benchFile } from '../lib/places.js'
import { quantile } from '../lib/side-by-side.js'
import { size, verdict } from '../rows/row.js'
import { imageEnvironment } from './function.js'
import { PHOTOGRAPHS } from './photographs.js'

const TIMES = 5
const AT_ONCE = 8
const CASES = [
  { what: 'peak memory, 24 MP JPEG → 800×600 webp, fresh process', count: 1, most: 120_000_000 },
  { what: `the same, ${AT_ONCE} different ones at once`, count: AT_ONCE, most: 300_000_000 },
]

/**
 * The function's whole process, runtime included, after its first events.
 * @param {import('./setting.js').Setting} setting
 * @returns {Promise<import('../rows/row.js').Row[]>}
 */
export async function memoryRows({ photographs, node, built }) {
  const { name } = PHOTOGRAPHS.largest
  return withOriginalsStub(path.join(photographs, name), async ({ endpoint }) => {
    /** @type {import('../rows/row.js').Row[]} */
    const rows = []
    for (const { what, count, most } of CASES) {
      const paths = Array.from({ length: count }, (_, at) => `/photos/${800 - at}x600,webp/${name}`)
      const peaks = []
      for (let time = 0; time < TIMES; time++) {
        const { peakBytes } = /** @type {{ peakBytes: number }} */ (
          await runForJson(node, [benchFile('pictures/sides/first-picture.js'), built.folder, ...paths], {
            env: imageEnvironment(built.folder, endpoint),
          })
        )
        peaks.push(peakBytes)
      }
      const peak = quantile(peaks)
      rows.push({
        what,
        target: `≤ ${most / 1e6} MB`,
        measured: size(peak),
        verdict: verdict(peak <= most),
        detail: `resident memory, the runtime's included: ${peaks.map(size).join(', ')}; median of ${TIMES}`,
      })
    }
    return rows
  })
}
