// @ts-check
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { milliseconds, notMeasured, ratioText, verdict } from '../rows/row.js'

/** @typedef {import('../rows/row.js').Row} Row */
/** @typedef {import('./sides.js').Sides} Sides */

const FIRST = { what: 'first deploy, package built before', most: 0.3 }
const SECOND = { what: 'second deploy, nothing changed', most: 0.12 }
const ROUNDS = 7

/** @typedef {Record<'genato' | 'aws' | 'oneByOne', number[]>} Times in ms of each side, one for each round. */

/**
 * Compares genato with the aws commands, and with one process that sends the commands' calls one by one.
 * @param {Sides} sides
 * @param {boolean} withAws
 * @returns {Promise<Row[]>}
 */
export async function ratioRows({ forget, genato, aws, oneByOne, awsCalls }, withAws) {
  if (!withAws) return [FIRST, SECOND].map((row) => notMeasured(row.what, target(row), 'no aws command'))
  const fresh = (/** @type {() => Promise<number>} */ deploy) => async () => {
    await forget()
    return deploy()
  }
  // Each second deploy follows the first one of the same side.
  const times = await sideBySide(
    {
      firstAws: fresh(aws),
      secondAws: aws,
      first: fresh(genato),
      second: genato,
      firstOneByOne: fresh(oneByOne),
      secondOneByOne: oneByOne,
    },
    { rounds: ROUNDS, before: 1 },
  )
  const first = { genato: times.first, aws: times.firstAws, oneByOne: times.firstOneByOne }
  const second = { genato: times.second, aws: times.secondAws, oneByOne: times.secondOneByOne }
  return [
    ratioRow(FIRST, first, awsCalls()),
    ratioRow(SECOND, second, awsCalls()),
    referenceRow('first deploy', first),
    referenceRow('second deploy', second),
  ]
}

/** @param {typeof FIRST} row */
function target({ most }) {
  return `≤ ${most} × aws`
}

/** @param {typeof FIRST} row @param {Times} times @param {number} calls @returns {Row} */
function ratioRow(row, { genato, aws }, calls) {
  const against = ratio(genato, aws)
  return {
    what: row.what,
    target: target(row),
    measured: `${ratioText(against)} × aws`,
    verdict: verdict(against.median <= row.most),
    detail: `genato ${milliseconds(quantile(genato))}; ${calls} aws commands ${milliseconds(quantile(aws))}; ${ROUNDS} rounds`,
  }
}

/** @param {string} what @param {Times} times @returns {Row} */
function referenceRow(what, { genato, aws, oneByOne }) {
  return {
    what: `the commands' calls from one Node process, ${what}`,
    target: '',
    measured: `${ratioText(ratio(oneByOne, aws))} × aws`,
    verdict: '',
    detail: `${milliseconds(quantile(oneByOne))}; genato takes ${ratioText(ratio(genato, oneByOne))} × that`,
  }
}
