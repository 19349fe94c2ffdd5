// @ts-check
import { quantile } from '../lib/side-by-side.js'
import { milliseconds, size, verdict } from '../rows/row.js'
import { checkFigures, rate, rateText } from './figures.js'

/** @typedef {import('../rows/row.js').Row} Row */
/** @typedef {import('./hammer.js').Figures} Figures */

/**
 * @typedef {object} Setting
 * @property {import('./support.js').Support} support
 * @property {import('../lib/children.js').Side} hammer
 * @property {string} workspace
 */

const LEAST_HITS = 8_000
const MOST_MEMORY = 400_000_000
const HIT_ROUNDS = 7
const HIT_MS = 1_500
const COLD_ROUNDS = 5
const COLD = 200

/** @param {Setting} setting @returns {Promise<Row[]>} */
export async function loadRows({ support, hammer, workspace }) {
  const home = support.makeHome({}, {}, workspace)
  const server = await support.startServer(home.folder, { env: home.env })
  const { port, pid } = server
  const ask = async (/** @type {object} */ order) =>
    /** @type {Figures} */ (await hammer.ask({ port, ...order }))

  const burst = await ask({
    targets: Array.from({ length: 1_000 }, () => '/640x480,navy,png'),
    connections: 1_000,
  })
  /** @type {Figures[]} */
  const hits = []
  await ask({ targets: ['/640x480,white,png'], connections: 1 })
  for (let round = 0; round <= HIT_ROUNDS; round++)
    hits.push(await ask({ targets: ['/640x480,white,png'], connections: 16, ms: HIT_MS }))
  hits.shift()
  for (const figures of hits) checkFigures(figures, { Hit: figures.answers })

  const formats = ['png', 'jpg', 'webp', 'avif', 'gif', 'svg']
  const atOnce = await ask({
    targets: Array.from({ length: 200 }, (_, at) => `/${641 + at}x480,white,${formats[at % formats.length]}`),
    connections: 200,
  })
  checkFigures(atOnce, { Miss: 200 })
  /** @type {Figures[]} */
  const cold = []
  for (let round = 0; round < COLD_ROUNDS; round++) {
    const color = `00${round}`
    cold.push(
      await ask({
        targets: Array.from({ length: COLD }, (_, at) => `/${640 + at}x480,${color},png`),
        connections: 16,
      }),
    )
  }
  for (const figures of cold) checkFigures(figures, { Miss: COLD })

  const peak = support.residentPeak(pid)
  const functions = server.functions()
  const functionPeaks = functions.map(support.residentPeak)
  await server.end()
  const { objects } = await support.stored(home)
  const navy = [...objects.keys()].filter((key) => key.includes('/640x480/navy/')).length

  const perSecond = hits.map(rate)
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => rateText(quantile(perSecond, share)))
  return [
    {
      what: 'cache hits on loopback, 16 connections',
      target: `≥ ${rateText(LEAST_HITS)}`,
      measured: `${median} (${low} to ${high})`,
      verdict: verdict(quantile(perSecond) >= LEAST_HITS),
      detail: `640×480 PNG of ${size((hits[0]?.bytes ?? 0) / (hits[0]?.answers ?? 1))}; half of the requests took ${milliseconds(quantile(hits.map(({ p50 }) => p50)))} at most, 99 of 100 ${milliseconds(quantile(hits.map(({ p99 }) => p99)))}; the load generator took ${Math.round(quantile(hits.map(({ cpu, ms }) => cpu / ms)) * 100)} % of a processor; ${HIT_ROUNDS} rounds`,
    },
    {
      what: '1,000 requests at once on one cold URL',
      target: '1 image made, all answered',
      measured: `${navy} image made, ${burst.statuses['200'] ?? 0} answered`,
      verdict: verdict(navy === 1 && burst.statuses['200'] === 1_000),
      detail: `${milliseconds(burst.ms)} for all, over 1,000 connections`,
    },
    {
      what: '200 different cold URLs at once',
      target: 'all answered',
      measured: `${atOnce.statuses['200'] ?? 0} answered`,
      verdict: verdict(atOnce.statuses['200'] === 200),
      detail: `640×480 and wider, in all formats: ${milliseconds(atOnce.ms)} for all`,
    },
    {
      what: 'peak memory of the tool, after all of this',
      target: `≤ ${size(MOST_MEMORY)}`,
      measured: size(peak),
      verdict: verdict(peak <= MOST_MEMORY),
      detail: `its own process; the function's ${functions.length}: ${functionPeaks.map(size).join(', ')}`,
    },
    {
      what: 'cold URLs, 16 connections',
      target: '',
      measured: rateText(quantile(cold.map(rate))),
      verdict: '',
      detail: `640×480 PNG, looked for, made, stored and fetched; ${COLD_ROUNDS} rounds of ${COLD}`,
    },
  ]
}
