// @ts-check
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { milliseconds, notMeasured, ratioText, size, verdict } from '../rows/row.js'
import { ANIMATION, CUTOUT, PHOTOGRAPHS } from './photographs.js'
import { reference, ssim } from './ssim.js'

/** @typedef {import('../rows/row.js').Row} Row */
/** @typedef {import('./sides/orders.js').Order} Order */
/** @typedef {import('./sides/orders.js').Made} Made */
/** @typedef {'genato' | 'sharp' | 'ipx'} Name */

const MOST = 1.1
const ROUNDS = 31
const BEFORE = 4

const SIZE = { width: 800, height: 600 }
const { small, medium, large, turned, largest } = PHOTOGRAPHS

/**
 * @type {{ what: string, original: string, order: Omit<Order, 'file'>, aims: ('sharp' | 'ipx')[], turned?: boolean, rounds?: number }[]}
 */
const CASES = [
  ...['jpg', 'webp', 'avif'].flatMap((text) => {
    const format = /** @type {Order['format']} */ (text)
    const order = { ...SIZE, format }
    return [
      {
        what: `12 MP → 800×600 ${format}, upright`,
        original: large.name,
        order,
        // What ipx encodes as AVIF, it does at another effort.
        aims: format === 'avif' ? ['sharp'] : ['sharp', 'ipx'],
      },
      {
        what: `12 MP → 800×600 ${format}, turned`,
        original: turned.name,
        order,
        aims: ['sharp'],
        turned: true,
      },
    ]
  }),
  ...[
    { what: '0.3 MP → 400×300 webp', original: small.name },
    { what: '3.5 MP → 400×300 webp', original: medium.name },
    { what: '24 MP → 400×300 webp', original: largest.name },
    { what: 'PNG with alpha, 1.9 MP → 400×300 webp', original: CUTOUT.name },
    { what: `GIF of ${ANIMATION.frames} frames → 240×180 webp`, original: ANIMATION.name },
  ].map(({ what, original }) => ({
    what,
    original,
    order: {
      ...(original === ANIMATION.name ? { width: 240, height: 180 } : { width: 400, height: 300 }),
      format: /** @type {const} */ ('webp'),
    },
    aims: [],
    rounds: 15,
  })),
]

/**
 * Renditions of originals in memory, in warm processes: the package, bare sharp doing the same, and ipx.
 * @param {import('./setting.js').Setting} setting
 * @returns {Promise<Row[]>}
 */
export async function renderRows(setting) {
  const sides = setting.startSides()
  try {
    const rows = []
    for (const one of CASES) rows.push(...(await compare(one, sides, setting)))
    // Rows with a target come first.
    return rows.sort((a, b) => Number(a.target === '') - Number(b.target === ''))
  } finally {
    await Promise.all(Object.values(sides).map(async (side) => side?.end()))
  }
}

/**
 * @param {(typeof CASES)[number]} one
 * @param {ReturnType<import('./setting.js').Setting['startSides']>} sides
 * @param {import('./setting.js').Setting} setting
 * @returns {Promise<Row[]>}
 */
async function compare({ what, original, order, aims, turned = false, rounds = ROUNDS }, sides, setting) {
  const file = path.join(setting.photographs, original)
  // ipx doesn't turn, so it would do less.
  const others = Object.entries(sides).flatMap(([name, side]) =>
    side && !(turned && name === 'ipx') ? [/** @type {const} */ ([name, side])] : [],
  )
  const shown = await results(others, { ...order, file }, setting.workspace)
  /** @type {Record<string, number[]>} */
  const cpu = Object.fromEntries(others.map(([name]) => [name, []]))
  const times = await sideBySide(
    Object.fromEntries(
      others.map(([name, side]) => [
        name,
        async () => {
          const { ms, cpuMs } = /** @type {Made} */ (await side.ask({ ...order, file }))
          cpu[name]?.push(cpuMs)
          return ms
        },
      ]),
    ),
    { rounds, before: BEFORE },
  )
  const detail = others
    .map(
      ([name]) =>
        `${name} ${milliseconds(quantile(times[name] ?? []))} (CPU ${milliseconds(quantile(cpu[name] ?? []))}), ${shown[name]}`,
    )
    .join('; ')
  const versus = (/** @type {string} */ other) => ratio(times['genato'] ?? [], times[other] ?? [])
  /** @type {Row[]} */
  const rows = []
  for (const other of /** @type {const} */ (['sharp', 'ipx'])) {
    if (turned && other === 'ipx') continue
    const limit = aims.includes(other) ? (other === 'sharp' ? MOST : 1) : undefined
    const target = limit === undefined ? '' : `≤ ${limit} × ${other}`
    if (!sides[other]) {
      rows.push(notMeasured(`${what} ÷ ${other}`, target, setting.ipxMissing))
      continue
    }
    const against = versus(other)
    rows.push({
      what: `${what} ÷ ${other}`,
      target,
      measured: `${ratioText(against)} × ${other}, CPU ${ratio(cpu['genato'] ?? [], cpu[other] ?? []).median.toFixed(2)}`,
      verdict: limit === undefined ? '' : verdict(against.median <= limit),
      ...(other === 'sharp' ? { detail: `${detail}; ${rounds} rounds` } : {}),
    })
  }
  return rows
}

/**
 * What comes out of each side: bytes, and similarity to the lossless result.
 * @param {readonly (readonly [string, import('../lib/children.js').Side])[]} sides
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
