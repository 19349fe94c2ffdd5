// @ts-check
import path from 'node:path'
import { startSide } from '../lib/children.js'
import { benchFile } from '../lib/places.js'
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { printTable } from '../lib/table.js'
import { milliseconds, size } from '../rows/row.js'
import { SETTINGS } from './encoders.js'
import { PHOTOGRAPHS } from './photographs.js'

const ROUNDS = 3
const { effort, chromaSubsampling, quality } = SETTINGS.avif
const CHOICES = [
  { effort, chromaSubsampling },
  { effort, chromaSubsampling: '4:4:4' },
  { effort: 0, chromaSubsampling: '4:2:0' },
  { effort: 2, chromaSubsampling: '4:2:0' },
  { effort: 4, chromaSubsampling: '4:2:0' },
  { effort: 4, chromaSubsampling: '4:4:4' },
]

/** @typedef {{ ms: number, bytes: number, ssim: number }} Encoded */

/**
 * Prints what other efforts and subsamplings of AVIF cost, each at the quality that looks like the handler's setting.
 * @param {import('./setting.js').Setting} setting
 * @returns {Promise<[]>} no row: nothing here has a target.
 */
export async function avifRows({ photographs, node }) {
  const side = startSide(node, [benchFile('pictures/sides/avif.js')])
  const order = { file: path.join(photographs, PHOTOGRAPHS.large.name), width: 800, height: 600 }
  const encode = async (/** @type {object} */ choice) =>
    /** @type {Encoded} */ (await side.ask({ ...order, ...choice }))
  try {
    const current = await encode({ effort, chromaSubsampling, quality, compare: true })
    const found = []
    for (const choice of CHOICES)
      found.push({ ...choice, quality: await qualityFor(choice, current.ssim, encode) })
    const times = await sideBySide(
      Object.fromEntries(found.map((choice, index) => [index, async () => (await encode(choice)).ms])),
      { rounds: ROUNDS, before: 1 },
    )
    const rows = []
    for (const [index, choice] of found.entries()) {
      const { bytes, ssim } = await encode({ ...choice, compare: true })
      rows.push([
        `effort ${choice.effort}, ${choice.chromaSubsampling}${index === 0 ? ' (in use)' : ''}`,
        String(choice.quality),
        ssim.toFixed(4),
        ratio(times[index] ?? [], times[0] ?? []).median.toFixed(2),
        (bytes / current.bytes).toFixed(2),
        milliseconds(quantile(times[index] ?? [])),
        size(bytes),
      ])
    }
    console.log('\nAVIF of 800×600, each at the quality whose SSIM is nearest to that of the setting in use')
    printTable(['setting', 'quality', 'SSIM', 'time, ratio', 'bytes, ratio', 'time', 'bytes'], rows)
    console.log('')
    return []
  } finally {
    await side.end()
  }
}

/**
 * The quality that comes nearest to an SSIM, which grows with it.
 * @param {object} choice @param {number} wanted @param {(choice: object) => Promise<Encoded>} encode
 */
async function qualityFor(choice, wanted, encode) {
  let [low, high] = [40, 63]
  /** @type {Map<number, number>} */
  const seen = new Map()
  while (low <= high) {
    const middle = (low + high) >> 1
    const { ssim } = await encode({ ...choice, quality: middle, compare: true })
    seen.set(middle, Math.abs(ssim - wanted))
    if (ssim < wanted) low = middle + 1
    else high = middle - 1
  }
  const [best] = [...seen].sort(([, one], [, other]) => one - other)
  return best?.[0] ?? quality
}
