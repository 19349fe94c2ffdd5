// @ts-check
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startSide } from '../lib/children.js'
import { installIpx } from '../lib/ipx.js'
import { benchFile } from '../lib/places.js'
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { notMeasured, ratioText, size } from '../rows/row.js'
import { checkFigures, rateText } from './figures.js'

/** @typedef {import('../rows/row.js').Row} Row */
/** @typedef {import('./hammer.js').Figures} Figures */

const ROUNDS = 15
/** Requests in a round: more of the faster kind. */
const REQUESTS = { ipx: 200, hit: 3_000, miss: 200 }
const CONNECTIONS = 16
/** Long enough that escapes give a spelling for each request. */
const NAME = 'illustration'

/**
 * The same stored image from both: first an SVG, which ipx sends unchanged, then a PNG, which it decodes and encodes
 * for every request, whatever the options.
 * @param {import('./load-rows.js').Setting} setting
 * @returns {Promise<Row[]>}
 */
export async function ipxRows({ support, hammer, workspace }) {
  const ipxAt = await installIpx(workspace)
  if ('why' in ipxAt) return [notMeasured('a stored image, against ipx', '', ipxAt.why)]
  const installed = ipxAt.folder
  const images = path.join(installed, 'images')
  await mkdir(images, { recursive: true })
  const home = support.makeHome({}, {}, workspace)
  const first = await support.startServer(home.folder, { env: home.env })
  const made = await Promise.all(
    ['svg', 'png'].map(async (format) => bytesOf(first.port, `/640x480,teal,${format}`)),
  )
  await first.end()
  const [svg = Buffer.alloc(0), png = Buffer.alloc(0)] = made
  await writeFile(path.join(images, `${NAME}.svg`), svg)
  await writeFile(path.join(images, `${NAME}.png`), png)
  const ipx = startSide(process.execPath, [benchFile('serve/ipx-server.js'), installed, images])
  const other = /** @type {{ port: number, pid: number }} */ (await ipx.next())
  // ipx's own version of the PNG, from which it generates the same bytes again.
  const encoded = await bytesOf(other.port, `/_/${NAME}.png`)
  await writeFile(path.join(images, `${NAME}.png`), encoded)
  await support.putFiles(home, { [`${NAME}.svg`]: svg }, 'image/svg+xml')
  await support.putFiles(home, { [`${NAME}.png`]: encoded }, 'image/png')
  const server = await support.startServer(home.folder, { env: home.env })
  try {
    const rows = []
    for (const format of ['svg', 'png'])
      rows.push(...(await compare({ hammer, own: server.port, ipx: other.port, file: `${NAME}.${format}` })))
    const detail = `genato's own process; with the function's ${size(server.functions().reduce((sum, pid) => sum + support.residentPeak(pid), support.residentPeak(server.pid)))}`
    const peaks = { own: support.residentPeak(server.pid), ipx: support.residentPeak(other.pid) }
    const measured = `${(peaks.own / peaks.ipx).toFixed(2)} × ipx`
    return [
      ...rows,
      {
        what: 'peak memory meanwhile',
        target: '',
        measured,
        verdict: '',
        detail: `genato ${size(peaks.own)}, ipx ${size(peaks.ipx)}: ${detail}`,
      },
    ]
  } finally {
    await Promise.all([ipx.end(), server.end()])
  }
}

/**
 * @param {{ hammer: import('../lib/children.js').Side, own: number, ipx: number, file: string }} sides
 * @returns {Promise<Row[]>}
 */
async function compare({ hammer, own, ipx, file }) {
  const [ours, theirs] = await Promise.all([bytesOf(own, `/${file}`), bytesOf(ipx, `/_/${file}`)])
  if (!ours.equals(theirs))
    throw new Error(`${file}: ${ours.length} bytes from genato, ${theirs.length} from ipx.`)
  let spelling = 1
  const ask = async (
    /** @type {keyof REQUESTS} */ side,
    /** @type {number} */ port,
    /** @type {() => string} */ target,
  ) => {
    const targets = Array.from({ length: REQUESTS[side] }, target)
    const figures = /** @type {Figures} */ (await hammer.ask({ port, targets, connections: CONNECTIONS }))
    checkFigures(figures, { ipx: {}, hit: { Hit: targets.length }, miss: { Miss: targets.length } }[side])
    return figures.ms / targets.length
  }
  const times = await sideBySide(
    {
      ipx: () => ask('ipx', ipx, () => `/_/${file}`),
      hit: () => ask('hit', own, () => `/${file}`),
      // Each request has a new spelling, which isn't cached: the function and the edge both read the store.
      miss: () => ask('miss', own, () => `/${spelt(file, spelling++)}`),
    },
    { rounds: ROUNDS, before: 2 },
  )
  const perSecond = (/** @type {readonly number[]} */ ms) => rateText(1_000 / quantile(ms))
  const detail = `ipx ${perSecond(times.ipx)}, genato ${perSecond(times.hit)} from its cache, ${perSecond(times.miss)} through function and store; ${size(ours.length)}, the same bytes; ${ROUNDS} rounds over ${CONNECTIONS} connections`
  const kind = file.endsWith('svg') ? 'SVG, which ipx reads and sends' : 'PNG, which ipx decodes and encodes'
  return [
    {
      what: `stored ${kind}: genato's cache`,
      target: '',
      measured: `${ratioText(ratio(times.hit, times.ipx))} × ipx`,
      verdict: '',
      detail,
    },
    {
      what: `stored ${kind}: genato's function and store`,
      target: '',
      measured: `${ratioText(ratio(times.miss, times.ipx))} × ipx`,
      verdict: '',
    },
  ]
}

/** The name with some of its letters escaped, differently for each number below 4,096. @param {string} file @param {number} which */
function spelt(file, which) {
  return Array.from(file, (letter, at) =>
    (which >> at) & 1 ? `%${letter.charCodeAt(0).toString(16)}` : letter,
  ).join('')
}

/** @param {number} port @param {string} target @returns {Promise<Buffer>} */
async function bytesOf(port, target) {
  const answer = await fetch(`http://127.0.0.1:${port}${target}`)
  if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`)
  return Buffer.from(await answer.arrayBuffer())
}
