// @ts-check
import { startSide } from './lib/children.js'
import { lambdaEnvironment } from './lib/lambda.js'
import { findNode22 } from './lib/node-22.js'
import { onOneProcessor } from './lib/one-processor.js'
import { buildPackage } from './lib/package.js'
import { benchFile } from './lib/places.js'
import { quantile, ratio, sideBySide } from './lib/side-by-side.js'
import { printTable } from './lib/table.js'
import { withWorkspace } from './lib/workspace.js'
import { milliseconds, size } from './rows/row.js'

/** Possible settings by format. The first is the choice of handler/shared/image/. */
const CHOICES = {
  png: ['RLE', 'default', 'HUFFMAN', 'FILTERED'].flatMap((strategy) =>
    [6, 1, 9].map((level) => `png level ${level} ${strategy}`),
  ),
  webp: [2, 0, 1, 4].map((effort) => `webp effort ${effort}`),
  avif: [1, 0, 2].map((effort) => `avif effort ${effort}`),
  gif: ['gif by hand, text drawn too', ...[1, 4, 7, 10].map((effort) => `gif effort ${effort}`)],
  jpg: ['jpg optimiseCoding', 'jpg plain'],
}
const SIZES = [
  { width: 640, height: 480, rounds: 30 },
  { width: 4096, height: 4096, rounds: 5 },
]

/** Measures the time and size of other encoder settings on one processor. */
export async function measureSettings() {
  await withWorkspace(async (workspace) => {
    const node = (await findNode22()) ?? process.execPath
    const { folder } = await buildPackage(workspace)
    const [program, args] = onOneProcessor(node, [benchFile('sides/encoders.js'), folder])
    const side = startSide(program, args, { env: lambdaEnvironment(folder, 'http://127.0.0.1:9') })
    try {
      for (const image of SIZES) await compare(side, image)
    } finally {
      await side.end()
    }
  })
}

/**
 * @param {import('./lib/children.js').Side} side
 * @param {(typeof SIZES)[number]} image
 */
async function compare(side, { width, height, rounds }) {
  await side.ask({ what: 'prepare', width, height })
  const rows = []
  for (const choices of Object.values(CHOICES)) {
    /** @type {Record<string, number>} */
    const bytes = {}
    const make = (/** @type {string} */ what) => async () => {
      const made = /** @type {{ ms: number, bytes: number }} */ (await side.ask({ what, width, height }))
      bytes[what] = made.bytes
      return made.ms
    }
    const times = await sideBySide(Object.fromEntries(choices.map((what) => [what, make(what)])), {
      rounds,
      before: 1,
    })
    const [current = ''] = choices
    for (const what of choices) {
      const figures = times[what] ?? []
      rows.push([
        what === current ? `${what}, as it is` : what,
        ratio(figures, times[current] ?? []).median.toFixed(2),
        ((bytes[what] ?? 0) / (bytes[current] ?? 0)).toFixed(2),
        milliseconds(quantile(figures)),
        size(bytes[what] ?? 0),
      ])
    }
  }
  console.log(`\n${width}×${height}, compression alone, on one processor`)
  printTable(['setting', 'time, ratio', 'bytes, ratio', 'time', 'bytes'], rows)
}
