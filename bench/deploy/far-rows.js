// @ts-check
import { quantile, sideBySide } from '../lib/side-by-side.js'
import { verdict } from '../rows/row.js'

/** The delay of each response in ms, as over a real network. */
const LATENCY = 100
const LONGEST = 1_500
const MOST_ROUNDS = 6
const MOST_READS = 32
const ROUNDS = 9

/** @typedef {{ writes: number, reads: number, rounds: number }} Wire the calls of one deploy. */

/**
 * A second deploy over a distance. Calls are counted here, because the delay shows which ones are simultaneous:
 * without it, one may have ended before the next is sent.
 * @param {import('./sides.js').Sides} sides
 * @param {import('./stand-in.js').StandIn} standIn
 * @returns {Promise<import('../rows/row.js').Row[]>}
 */
export async function farRows({ forget, genato }, { proxy }) {
  await forget()
  await genato()
  /** @type {Wire[]} */
  const wire = []
  const deploy = async () => {
    proxy.clear()
    proxy.latency = LATENCY
    const ms = await genato()
    const writes = proxy.writes().length
    wire.push({ writes, reads: proxy.calls.length - writes, rounds: proxy.rounds() })
    return ms
  }
  const { far } = await sideBySide({ far: deploy }, { rounds: ROUNDS, before: 1 })
  const asked = tally(proxy.calls.map(({ service, operation }) => `${service} ${operation}`))
  proxy.clear()
  const most = (/** @type {keyof Wire} */ what) => Math.max(...wire.map((one) => one[what]))
  const [writes, reads] = [most('writes'), most('reads')]
  // On a busy machine, a late call looks as if it had waited for a response. That doesn't happen in every run.
  const rounds = quantile(wire.slice(1).map((one) => one.rounds))
  return [
    {
      what: 'second deploy on the wire',
      target: `0 writes; ≤ ${MOST_READS} reads in ≤ ${MOST_ROUNDS} rounds`,
      measured: `${writes} writes; ${reads} reads in ${rounds} rounds`,
      verdict: verdict(writes === 0 && reads <= MOST_READS && rounds <= MOST_ROUNDS),
      detail: `the most calls of ${wire.length} runs, the median of rounds (${wire.map((one) => one.rounds).join(', ')}); the last: ${asked}`,
    },
    {
      what: `second deploy, ${LATENCY} ms added to each answer`,
      target: `≤ ${LONGEST / 1000} s`,
      measured: `${seconds(quantile(far))} s (${seconds(quantile(far, 0.25))} to ${seconds(quantile(far, 0.75))})`,
      verdict: verdict(quantile(far) <= LONGEST),
      detail: `${far.map((ms) => Math.round(ms)).join(', ')} ms; median of ${ROUNDS}`,
    },
  ]
}

/** @param {readonly string[]} names @returns {string} each name once, with its count. */
function tally(names) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} × ${count}`)).join(', ')
}

/** @param {number} ms */
function seconds(ms) {
  return (ms / 1000).toFixed(2)
}
