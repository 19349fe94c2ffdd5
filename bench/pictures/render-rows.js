// @ts-check
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { milliseconds, notMeasured, ratioText, size, verdict } from '../rows/row.js'
import { ANIMATION, CUTOUT, PHOTOGRAPHS } from './photographs.js'
import { reference, ssim } from './ssim.js'
import { thumborSide } from './thumbor.js'

/** @typedef {import('../rows/row.js').Row} Row */
/** @typedef {import('../lib/children.js').Side} Side */
/** @typedef {import('./sides/orders.js').Order} Order */
/** @typedef {import('./sides/orders.js').Made} Made */
/** @typedef {'sharp' | 'ipx' | 'thumbor'} Other */

/**
 * @typedef {object} Case
 * @property {string} what
 * @property {string} original
 * @property {Omit<Order, 'file'>} order
 * @property {readonly Other[]} others who does the same. ipx doesn't turn, so it isn't asked where that matters.
 * @property {boolean} aim whether the others set a target.
 * @property {number} [rounds]
 */

/** The package's time at most, as a share of the others'. */
const MOST = { sharp: 1.1, ipx: 1, thumbor: 0.5 }
const ROUNDS = 31
const FEW_ROUNDS = 15
const BEFORE = 4

const LARGE = { width: 800, height: 600 }
const SMALL = { width: 400, height: 300 }
const { small, medium, large, turned, largest } = PHOTOGRAPHS

/** @type {readonly Case[]} */
const CASES = [
  .../** @type {const} */ (['jpg', 'webp']).flatMap((format) => [
    photograph(large, { ...LARGE, format }, { others: ['sharp', 'ipx'], aim: true }),
    photograph(turned, { ...LARGE, format }, { others: ['sharp', 'thumbor'], aim: true }),
  ]),
  photograph(large, { ...LARGE, format: 'avif' }, { others: ['sharp'], aim: true }),
  photograph(turned, { ...LARGE, format: 'avif' }, { others: ['sharp'], aim: true }),
  ...[small, medium, largest].map((original) =>
    photograph(
      original,
      { ...SMALL, format: 'webp' },
      { others: ['sharp', 'ipx'], aim: false, rounds: FEW_ROUNDS },
    ),
  ),
  {
    what: 'PNG with alpha, 1.9 MP → 400×300 webp',
    original: CUTOUT.name,
    order: { ...SMALL, format: 'webp' },
    others: ['sharp', 'ipx'],
    aim: false,
    rounds: FEW_ROUNDS,
  },
  {
    what: `GIF of ${ANIMATION.frames} frames → 240×180 webp`,
    original: ANIMATION.name,
    order: { width: 240, height: 180, format: 'webp' },
    others: ['sharp', 'ipx'],
    aim: false,
    rounds: FEW_ROUNDS,
  },
]

/**
 * @param {(typeof PHOTOGRAPHS)[keyof typeof PHOTOGRAPHS]} original
 * @param {Omit<Order, 'file'>} order
 * @param {Pick<Case, 'others' | 'aim' | 'rounds'>} rest
 * @returns {Case}
 */
function photograph(original, order, rest) {
  const { name, width, height } = original
  const megapixels = (width * height) / 1e6
  const size = megapixels < 10 ? megapixels.toFixed(1) : String(megapixels)
  const way = original === turned ? ', turned' : ''
  return {
    what: `${size} MP → ${order.width}×${order.height} ${order.format}${way}`,
    original: name,
    order,
    ...rest,
  }
}

/**
 * Renditions of originals in memory, in warm processes: the package, and others who do the same.
 * @param {import('./setting.js').Setting} setting
 * @returns {Promise<Row[]>}
 */
export async function renderRows(setting) {
  const { genato, sharp, ipx } = setting.startSides()
  const thumbor = await thumborSide(setting)
  /** @type {Record<Other, Side | { why: string }>} */
  const others = { sharp, ipx: ipx ?? { why: setting.ipxMissing }, thumbor }
  try {
    const rows = []
    for (const one of CASES) rows.push(...(await compare(one, { genato, others, setting })))
    // Rows with a target come first.
    return rows.sort((a, b) => Number(a.target === '') - Number(b.target === ''))
  } finally {
    await Promise.all([genato, ...Object.values(others)].map(async (side) => 'end' in side && side.end()))
  }
}

/**
 * @param {Case} one
 * @param {{ genato: Side, others: Record<Other, Side | { why: string }>, setting: import('./setting.js').Setting }} sides
 * @returns {Promise<Row[]>}
 */
async function compare(one, { genato, others, setting }) {
  const order = { ...one.order, file: path.join(setting.photographs, one.original) }
  /** @type {Map<string, Side>} */
  const taking = new Map([['genato', genato]])
  for (const name of one.others) {
    const side = others[name]
    if ('ask' in side) taking.set(name, side)
  }
  const shown = await results(taking, order, setting.workspace)
  const { times, cpu } = await timesOf(taking, order, one.rounds ?? ROUNDS)
  const detail = [...taking.keys()].map((name) => {
    const cpuMs = cpu[name]?.length ? ` (CPU ${milliseconds(quantile(cpu[name]))})` : ''
    return `${name} ${milliseconds(quantile(times[name] ?? []))}${cpuMs}, ${shown[name]}`
  })
  return one.others.map((name, index) => {
    const what = `${one.what} ÷ ${name}`
    const target = one.aim ? `≤ ${MOST[name]} × ${name}` : ''
    const side = others[name]
    if ('why' in side) return notMeasured(what, target, side.why)
    const against = ratio(times['genato'] ?? [], times[name] ?? [])
    const byCpu = cpu[name]?.length ? ratio(cpu['genato'] ?? [], cpu[name]).median.toFixed(2) : undefined
    return {
      what,
      target,
      measured: `${ratioText(against)} × ${name}${byCpu === undefined ? '' : `, CPU ${byCpu}`}`,
      verdict: one.aim ? verdict(against.median <= MOST[name]) : '',
      ...(index === 0 ? { detail: `${detail.join('; ')}; ${one.rounds ?? ROUNDS} rounds` } : {}),
    }
  })
}

/** @param {ReadonlyMap<string, Side>} sides @param {Order} order @param {number} rounds */
async function timesOf(sides, order, rounds) {
  /** @type {Record<string, number[]>} */
  const cpu = {}
  const contestants = [...sides].map(([name, side]) => {
    cpu[name] = []
    const make = async () => {
      const { ms, cpuMs } = /** @type {Made} */ (await side.ask(order))
      if (cpuMs !== undefined) cpu[name]?.push(cpuMs)
      return ms
    }
    return /** @type {const} */ ([name, make])
  })
  return { times: await sideBySide(Object.fromEntries(contestants), { rounds, before: BEFORE }), cpu }
}

/**
 * What comes out of each side: bytes, and similarity to the lossless result.
 * @param {ReadonlyMap<string, Side>} sides
 * @param {Order} order
 * @param {string} workspace
 */
async function results(sides, order, workspace) {
  const still = !order.file.endsWith('.gif')
  const wanted = still ? await reference(order.file, order.width, order.height) : undefined
  /** @type {Record<string, string>} */
  const shown = {}
  for (const [name, side] of sides) {
    const save = path.join(workspace, `${name}.out`)
    const { bytes } = /** @type {Made} */ (await side.ask({ ...order, save }))
    const likeness = wanted && (await ssim(await readFile(save), wanted)).toFixed(3)
    shown[name] = likeness === undefined ? size(bytes) : `${size(bytes)}, SSIM ${likeness}`
  }
  return shown
}
