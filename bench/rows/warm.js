// @ts-check
import path from 'node:path'
import { startSide } from '../lib/children.js'
import { lambdaEnvironment } from '../lib/lambda.js'
import { benchFile } from '../lib/places.js'
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { milliseconds, notMeasured, ratioText, size, verdict } from './row.js'

/** @typedef {import('./row.js').Row} Row */

const SIZES = [
  { name: '640×480', width: 640, height: 480, limit: 0.4, rounds: 300, before: 20 },
  { name: '4096×4096', width: 4096, height: 4096, limit: 0.2, rounds: 21, before: 2 },
]

/** Nothing listens here, because images are only generated, not stored. */
const NO_STORE = 'http://127.0.0.1:9'

/** Below the package, and what its row says of it. */
const FLOORS = {
  'sharp create': 'sharp, create + png, no text',
  'sharp svg': 'sharp, from SVG',
  zlib: 'zlib level 1, a byte a pixel',
}

/**
 * PNG in warm processes: the package against Pillow, and against its floor.
 * @param {import('./row.js').Setting} setting
 * @returns {Promise<Row[]>}
 */
export async function warmRows({ built, node, baseline }) {
  const start = (/** @type {string} */ program, /** @type {string[]} */ args) =>
    startSide(program, args, { env: lambdaEnvironment(built.folder, NO_STORE) })
  const ours = start(node, [benchFile('sides/genato.js'), built.folder])
  const floor = start(node, [benchFile('sides/floor.js'), built.folder])
  const pillow = baseline && start(baseline.program, [path.join(baseline.folder, 'warm.py')])
  try {
    const rows = []
    for (const image of SIZES) rows.push(...(await sizeRows(image, { ours, floor, pillow })))
    // Rows with a target come first.
    return rows.sort((a, b) => Number(a.target === '') - Number(b.target === ''))
  } finally {
    await Promise.all([ours, floor, pillow].map(async (side) => side?.end()))
  }
}

/** @typedef {import('../lib/children.js').Side} Side */

/**
 * @param {(typeof SIZES)[number]} image
 * @param {{ ours: Side, floor: Side, pillow: Side | undefined }} sides
 * @returns {Promise<Row[]>}
 */
async function sizeRows({ name, width, height, limit, rounds, before }, { ours, floor, pillow }) {
  /** @type {Record<string, number>} */
  const bytes = {}
  const make = (/** @type {Side} */ side, /** @type {string} */ what) => async () => {
    const made = /** @type {{ ms: number, bytes: number }} */ (await side.ask({ what, width, height }))
    bytes[what] = made.bytes
    return made.ms
  }
  const versus = (/** @type {Side} */ side, /** @type {string[]} */ others) =>
    sideBySide(
      Object.fromEntries([
        ['package', make(ours, 'package')],
        ...others.map((what) => /** @type {const} */ ([what, make(side, what)])),
      ]),
      { rounds, before },
    )
  const againstPillow = pillow && (await versus(pillow, ['Pillow']))
  const againstFloor = await versus(floor, Object.keys(FLOORS))
  const detail = (/** @type {Record<string, number[]>} */ times, /** @type {string} */ what) =>
    `${what} ${milliseconds(quantile(times[what] ?? []))}, ${size(bytes[what] ?? 0)}`
  const target = `≤ ${limit} × Pillow`
  return [
    againstPillow
      ? {
          what: `${name} PNG, warm`,
          target,
          measured: `${ratioText(against(againstPillow, 'Pillow'))} × Pillow`,
          verdict: verdict(against(againstPillow, 'Pillow').median <= limit),
          detail: `${detail(againstPillow, 'package')}; ${detail(againstPillow, 'Pillow')}; ${rounds} rounds`,
        }
      : notMeasured(`${name} PNG, warm`, target, 'no Python with Pillow'),
    ...Object.entries(FLOORS).map(([what, text]) => ({
      what: `${name} PNG ÷ ${text}`,
      target: '',
      measured: `${ratioText(against(againstFloor, what))} ×`,
      verdict: /** @type {const} */ (''),
      detail: `${detail(againstFloor, 'package')}; ${detail(againstFloor, what)}; ${rounds} rounds`,
    })),
  ]
}

/**
 * @param {Record<string, number[]>} times
 * @param {string} what
 */
function against(times, what) {
  return ratio(times['package'] ?? [], times[what] ?? [])
}
