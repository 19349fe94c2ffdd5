// @ts-check
import path from 'node:path'
import { runForJson } from '../lib/children.js'
import { withOriginalsStub } from '../lib/originals-stub.js'
import { benchFile } from '../lib/places.js'
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { milliseconds, notMeasured, ratioText, size, verdict } from '../rows/row.js'
import { imageEnvironment } from './function.js'
import { PHOTOGRAPHS } from './photographs.js'

const LIMIT = 0.5
const ROUNDS = 25
const BEFORE = 3
const TARGET = `≤ ${LIMIT} × boto3 and Pillow`
const FORMATS = /** @type {const} */ (['jpg', 'webp'])

/** @typedef {{ ms: number, loadMs: number, bytes: number }} First */

/**
 * The first event of a fresh process: load, look, get the original, make, store. Excludes starting the runtimes.
 * @param {import('./setting.js').Setting} setting
 * @returns {Promise<import('../rows/row.js').Row[]>}
 */
export async function firstEventRows(setting) {
  const rows = []
  for (const format of FORMATS) rows.push(await firstEventRow(setting, format))
  return rows
}

/**
 * @param {import('./setting.js').Setting} setting
 * @param {(typeof FORMATS)[number]} format
 * @returns {Promise<import('../rows/row.js').Row>}
 */
async function firstEventRow({ photographs, node, built, baseline }, format) {
  const what = `first event of a fresh process, 3.5 MP → 800×600 ${format}`
  if (!baseline) return notMeasured(what, TARGET, 'no Python with Pillow and boto3')
  const { name } = PHOTOGRAPHS.medium
  return withOriginalsStub(path.join(photographs, name), async (stub) => {
    /** @type {Record<string, First[]>} */
    const made = { ours: [], python: [] }
    const event = JSON.stringify({ width: 800, height: 600, format, key: `photos/${name}` })
    const ours = [
      benchFile('pictures/sides/first-picture.js'),
      built.folder,
      `/photos/800x600,${format}/${name}`,
    ]
    const python = [path.join(baseline.folder, 'first_picture.py'), event]
    const first =
      (/** @type {string} */ side, /** @type {string} */ program, /** @type {string[]} */ args) =>
      async () => {
        const env = imageEnvironment(side === 'ours' ? built.folder : baseline.folder, stub.endpoint)
        const result = /** @type {First} */ (await runForJson(program, args, { env }))
        made[side]?.push(result)
        return result.ms
      }
    const times = await sideBySide(
      { ours: first('ours', node, ours), python: first('python', baseline.program, python) },
      { rounds: ROUNDS, before: BEFORE },
    )
    const counts = await stub.counts()
    const runs = 2 * (ROUNDS + BEFORE)
    if (counts.originals !== runs || counts.stored !== runs)
      throw new Error(`The stub got ${JSON.stringify(counts)} instead of ${runs} originals and renditions.`)
    const against = ratio(times.ours, times.python)
    const detail = (/** @type {string} */ side) => {
      const results = made[side] ?? []
      return `${milliseconds(quantile(results.map(({ ms }) => ms)))}, of it ${milliseconds(quantile(results.map(({ loadMs }) => loadMs)))} loading, ${size(results[0]?.bytes ?? 0)}`
    }
    return {
      what,
      target: TARGET,
      measured: `${ratioText(against)} × boto3 and Pillow`,
      verdict: verdict(against.median <= LIMIT),
      detail: `package ${detail('ours')}; Python ${detail('python')}; ${ROUNDS} rounds; the package asks S3 six times, Python three times`,
    }
  })
}
