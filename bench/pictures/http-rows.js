// @ts-check
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startSide } from '../lib/children.js'
import { benchFile } from '../lib/places.js'
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { milliseconds, notMeasured, ratioText, size, verdict } from '../rows/row.js'
import { loadSupport } from '../serve/support.js'
import { ipxModifiers } from './ipx.js'
import { PHOTOGRAPHS } from './photographs.js'
import { reference, ssim } from './ssim.js'
import { installThumbor, startThumbor, thumborPath } from './thumbor.js'

/** @typedef {import('../rows/row.js').Row} Row */
/** @typedef {import('../serve/hammer.js').Figures} Figures */
/** @typedef {import('./sides/orders.js').Order} Order */
/** @typedef {'jpg' | 'webp'} Format */
/** @typedef {{ port: number, target: (order: Pick<Order, 'width' | 'height' | 'format' | 'file'>) => string }} Server */

const MOST_IPX = 1.15
const ROUNDS = 31
const BEFORE = 4
const SIZE = { width: 800, height: 600 }
const AT_ONCE = 64
const MOST_MEMORY = 700_000_000

/**
 * `genato dev` with its edge, gate, function and stores, next to ipx and thumbor with their own servers. Every
 * request of genato's has another `v=`, so that it is in no cache and no store: it is made and stored.
 * @param {import('./setting.js').Setting} setting
 * @returns {Promise<Row[]>}
 */
export async function httpRows(setting) {
  const support = await loadSupport(setting.workspace)
  const hammer = startSide(process.execPath, [benchFile('serve/hammer.js')])
  const home = support.makeHome({}, {}, setting.workspace)
  const noThumbor = await installThumbor()
  const own = await support.startServer(home.folder, {
    args: ['--originals', `photos=${setting.photographs}`],
    env: home.env,
  })
  const ipx =
    setting.ipx === undefined
      ? undefined
      : startSide(process.execPath, [benchFile('serve/ipx-server.js'), setting.ipx, setting.photographs])
  const thumbor = noThumbor ? undefined : await startThumbor(setting)
  let version = 0
  /** @type {Record<string, Server>} */
  const servers = {
    genato: {
      port: own.port,
      target: ({ width, height, format, file }) =>
        `/photos/${width}x${height},${format},v=${++version}/${file}`,
    },
  }
  if (ipx) {
    const { port } = /** @type {{ port: number }} */ (await ipx.next())
    servers['ipx'] = { port, target: ({ file, ...order }) => `/${ipxPath(order)}/${file}` }
  }
  if (thumbor) servers['thumbor'] = { port: thumbor.port, target: thumborPath }
  try {
    const ask = async (/** @type {string} */ name, /** @type {Order} */ order) => {
      const server = servers[name]
      if (!server) return Number.NaN
      const figures = /** @type {Figures} */ (
        await hammer.ask({ port: server.port, targets: [server.target(order)], connections: 1 })
      )
      if (figures.statuses['200'] !== 1)
        throw new Error(`${name} answered ${JSON.stringify(figures.statuses)} to ${server.target(order)}`)
      if (name === 'genato' && figures.results['Miss'] !== 1) throw new Error('The picture was cached.')
      return figures.ms
    }
    /** @type {Row[]} */
    const rows = []
    for (const format of /** @type {Format[]} */ (['jpg', 'webp']))
      rows.push(
        ...(await upright({ format, ask, servers, setting })),
        ...(await turned({ format, ask, servers, setting, noThumbor })),
      )
    rows.push(await together({ hammer, own, support }))
    return rows.sort((a, b) => Number(a.target === '') - Number(b.target === ''))
  } finally {
    await Promise.all([own.end(), ipx?.end(), thumbor?.end(), hammer.end()])
    await rm(home.folder, { recursive: true, force: true })
  }
}

/**
 * @typedef {object} Comparison
 * @property {Format} format
 * @property {(name: string, order: Order) => Promise<number>} ask
 * @property {Record<string, Server>} servers
 * @property {import('./setting.js').Setting} setting
 */

/** ipx doesn't turn, and thumbor doesn't either for a photograph that is upright. @param {Comparison} comparison */
async function upright({ format, ask, servers, setting }) {
  const order = { ...SIZE, format, file: PHOTOGRAPHS.large.name }
  const names = Object.keys(servers)
  const times = await inTurns(names, order, ask)
  const detail = await details(names, order, { times, servers, setting })
  const what = `over HTTP, cold, 12 MP → 800×600 ${format}, upright`
  const target = `≤ ${MOST_IPX} × ipx`
  if (!servers['ipx']) return [notMeasured(what, target, setting.ipxMissing)]
  return [versus(what, 'ipx', MOST_IPX, times, detail), ...versusThumbor(what, times, servers)]
}

/** @param {Comparison & { noThumbor: { why: string } | undefined }} comparison */
async function turned({ format, ask, servers, setting, noThumbor }) {
  const order = { ...SIZE, format, file: PHOTOGRAPHS.turned.name }
  const names = Object.keys(servers).filter((name) => name !== 'ipx')
  const times = await inTurns(names, order, ask)
  const detail = await details(names, order, { times, servers, setting })
  const what = `over HTTP, cold, 12 MP → 800×600 ${format}, turned`
  if (noThumbor) return [notMeasured(what, '', noThumbor.why)]
  return [versus(what, 'thumbor', undefined, times, detail)]
}

/** @param {string} what @param {Record<string, number[]>} times @param {Record<string, Server>} servers */
function versusThumbor(what, times, servers) {
  return servers['thumbor'] ? [versus(what, 'thumbor', undefined, times)] : []
}

/**
 * @param {readonly string[]} names @param {Order} order
 * @param {Comparison['ask']} ask
 * @returns {Promise<Record<string, number[]>>}
 */
function inTurns(names, order, ask) {
  return sideBySide(Object.fromEntries(names.map((name) => [name, async () => ask(name, order)])), {
    rounds: ROUNDS,
    before: BEFORE,
  })
}

/**
 * @param {string} what @param {string} other @param {number | undefined} limit
 * @param {Record<string, number[]>} times @param {string} [detail]
 * @returns {Row}
 */
function versus(what, other, limit, times, detail) {
  const against = ratio(times['genato'] ?? [], times[other] ?? [])
  return {
    what: `${what} ÷ ${other}`,
    target: limit === undefined ? '' : `≤ ${limit} × ${other}`,
    measured: `${ratioText(against)} × ${other}`,
    verdict: limit === undefined ? '' : verdict(against.median <= limit),
    ...(detail === undefined ? {} : { detail }),
  }
}

/**
 * @param {readonly string[]} names @param {Order} order
 * @param {{ times: Record<string, number[]>, servers: Record<string, Server>, setting: import('./setting.js').Setting }} measured
 */
async function details(names, order, { times, servers, setting }) {
  const wanted = await reference(path.join(setting.photographs, order.file), order.width, order.height)
  const parts = []
  for (const name of names) {
    const server = servers[name]
    if (!server) continue
    const answer = await fetch(`http://127.0.0.1:${server.port}${server.target(order)}`)
    const body = Buffer.from(await answer.arrayBuffer())
    await writeFile(path.join(setting.workspace, `${name}.out`), body)
    parts.push(
      `${name} ${milliseconds(quantile(times[name] ?? []))}, ${size(body.length)}, SSIM ${(await ssim(body, wanted)).toFixed(3)}`,
    )
  }
  return `${parts.join('; ')}; ${ROUNDS} rounds, one request at a time`
}

/** @param {Parameters<typeof ipxModifiers>[0]} order */
function ipxPath(order) {
  const { resize, fit, format, quality } = ipxModifiers(order)
  return `s_${resize},fit_${fit},f_${format},q_${quality}`
}

/**
 * Different renditions of one original, all at once.
 * @param {{ hammer: import('../lib/children.js').Side, own: Awaited<ReturnType<import('../serve/support.js').Support['startServer']>>, support: import('../serve/support.js').Support }} setting
 * @returns {Promise<Row>}
 */
async function together({ hammer, own, support }) {
  const targets = Array.from(
    { length: AT_ONCE },
    (_, at) => `/photos/${640 + at * 2}x480,webp/${PHOTOGRAPHS.large.name}`,
  )
  const figures = /** @type {Figures} */ (await hammer.ask({ port: own.port, targets, connections: AT_ONCE }))
  const functions = own.functions().map(support.residentPeak)
  const tool = support.residentPeak(own.pid)
  const total = functions.reduce((sum, one) => sum + one, tool)
  const right = figures.statuses['200'] ?? 0
  return {
    what: `${AT_ONCE} different renditions of one 12 MP original at once`,
    target: `all right, ≤ ${size(MOST_MEMORY)}`,
    measured: `${right} right, ${size(total)}`,
    verdict: verdict(right === AT_ONCE && total <= MOST_MEMORY),
    detail: `${milliseconds(figures.ms)} for all; peak memory: the tool ${size(tool)}, the function's ${functions.length} processes ${functions.map(size).join(', ')}`,
  }
}
