// @ts-check
import { existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { startSide } from '../lib/children.js'
import { installIpx } from '../lib/ipx.js'
import { lambdaEnvironment } from '../lib/lambda.js'
import { findNode22 } from '../lib/node-22.js'
import { buildPackage } from '../lib/package.js'
import { benchFile, ROOT } from '../lib/places.js'
import { prepareBaseline } from '../lib/python.js'
import { writePhotographs } from './photographs.js'

/** @typedef {import('../lib/children.js').Side} Side */

/**
 * @typedef {object} Setting of all rows about stored pictures.
 * @property {string} workspace
 * @property {string} photographs the folder of the originals.
 * @property {string} node the Node that stands in for Lambda's.
 * @property {boolean} isNode22
 * @property {import('../lib/package.js').Package} built the package of the image function.
 * @property {import('../lib/python.js').Baseline | undefined} baseline
 * @property {string | undefined} ipx the folder that ipx is installed in.
 * @property {string} ipxMissing why it isn't.
 * @property {() => { genato: Side, sharp: Side, ipx: Side | undefined }} startSides processes that make renditions.
 */

/** A mount named `photos` that permits everything. */
const CONFIG = { originals: { mounts: { photos: { allow: 'any' } } } }

/** @param {string} workspace @returns {Promise<Setting>} */
export async function prepareSetting(workspace) {
  const photographs = await keptPhotographs()
  const [node22, baseline, ipxAt] = await Promise.all([
    findNode22(),
    prepareBaseline(workspace),
    installIpx(workspace),
  ])
  await import('../../scripts/build.js')
  const built = await buildPackage(workspace, ROOT, { name: 'images', config: CONFIG })
  const node = node22 ?? process.execPath
  const ipx = 'folder' in ipxAt ? ipxAt.folder : undefined
  // Nothing listens at this port, because pictures are only made.
  const env = lambdaEnvironment(built.folder, 'http://127.0.0.1:9')
  return {
    workspace,
    photographs,
    node,
    isNode22: node22 !== undefined,
    built,
    baseline,
    ipx,
    ipxMissing: 'why' in ipxAt ? ipxAt.why : '',
    startSides: () => ({
      genato: startSide(node, [benchFile('pictures/sides/genato.js'), built.folder], { env }),
      sharp: startSide(node, [benchFile('pictures/sides/sharp.js')], { env }),
      ipx:
        ipx === undefined ? undefined : startSide(node, [benchFile('pictures/sides/ipx.js'), ipx], { env }),
    }),
  }
}

/** Making the originals takes a while, so they are kept as long as what makes them is the same. */
async function keptPhotographs() {
  const source = await readFile(benchFile('pictures/photographs.js'))
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 8)
  const kept = path.join(ROOT, '.genato', `bench-photographs-${digest}`)
  if (existsSync(kept)) return kept
  console.error('making photographs …')
  const made = `${kept}.${process.pid}`
  await mkdir(made, { recursive: true })
  await writePhotographs(made)
  await rename(made, kept)
  return kept
}
