// @ts-check
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'
import { startSide } from '../lib/children.js'
import { benchFile, ROOT } from '../lib/places.js'
import { quantile } from '../lib/side-by-side.js'
import { milliseconds, size, verdict } from '../rows/row.js'
import { PHOTOGRAPHS } from './photographs.js'

const MOST_MS = 100
const MOST_BYTES = 2_500_000
const ROUNDS = 25
const BEFORE = 5

const ENTRY = `
export { inspect } from './inspect.ts'
export { openFaceDetector } from './faces/detector.ts'
`

/**
 * The built-in detector, from an original in memory to the faces. What it finds is measured on real photographs, by
 * bench/faces.js: these have none.
 * @param {import('./setting.js').Setting} setting
 * @returns {Promise<import('../rows/row.js').Row[]>}
 */
export async function faceRows({ photographs, node }) {
  // The bundle finds sharp from where it lies.
  const bundle = path.join(ROOT, '.genato', 'bench-faces.cjs')
  const { metafile } = await build({
    stdin: { contents: ENTRY, resolveDir: path.join(ROOT, 'handler', 'images'), loader: 'ts' },
    outfile: bundle,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    external: ['sharp'],
    metafile: true,
  })
  const code = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([file]) => file.includes('images/faces/'))
      .map(([, { bytesInOutput }]) => bytesInOutput),
  )
  const weights = path.join(ROOT, 'handler', 'images', 'faces', 'yunet.bin')
  const bytes = (await stat(weights)).size + code.reduce((sum, one) => sum + one, 0)
  const side = startSide(node, [benchFile('pictures/sides/faces.js'), bundle, weights])
  try {
    const ask = async () =>
      /** @type {{ ms: number, cpuMs: number }} */ (
        await side.ask({ file: path.join(photographs, PHOTOGRAPHS.large.name) })
      )
    const first = await ask()
    const rounds = []
    for (let round = -BEFORE; round < ROUNDS; round++) rounds.push(await ask())
    rounds.splice(0, BEFORE)
    const times = rounds.map(({ ms }) => ms)
    const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(times, share))
    return [
      {
        what: 'faces, warm, 12 MP, shrinking included',
        target: `≤ ${MOST_MS} ms`,
        measured: `${milliseconds(median ?? 0)} (${milliseconds(low ?? 0)} to ${milliseconds(high ?? 0)})`,
        verdict: verdict((median ?? Infinity) <= MOST_MS),
        detail: `CPU ${milliseconds(quantile(rounds.map(({ cpuMs }) => cpuMs)))}; the first time ${milliseconds(first.ms)}, loading sharp and the weights included; ${ROUNDS} rounds`,
      },
      {
        what: 'the face detector in the package',
        target: `≤ ${size(MOST_BYTES)}`,
        measured: size(bytes),
        verdict: verdict(bytes <= MOST_BYTES),
        detail: 'weights and code; the weights are read when a face is first asked for',
      },
    ]
  } finally {
    await side.end()
  }
}
