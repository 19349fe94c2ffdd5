// @ts-check

/** @param {readonly number[]} values @param {number} share 0.5 for the median. */
export function quantile(values, share = 0.5) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

/**
 * Runs all contestants in turn, round after round, so that other load on the machine affects them alike.
 * @template {string} N
 * @param {Record<N, () => Promise<number>>} contestants each returns its milliseconds.
 * @param {{ rounds: number, before?: number }} options rounds that count, and rounds before them.
 * @returns {Promise<Record<N, number[]>>} for each, one figure for each round.
 */
export async function sideBySide(contestants, { rounds, before = 0 }) {
  const names = /** @type {N[]} */ (Object.keys(contestants))
  const times = /** @type {Record<N, number[]>} */ ({})
  for (const name of names) times[name] = []
  for (let round = -before; round < rounds; round++)
    for (const name of names) {
      const ms = await contestants[name]()
      if (round >= 0) times[name].push(ms)
    }
  return times
}

/**
 * @typedef {object} Ratio of two contestants' figures, round by round.
 * @property {number} median
 * @property {[number, number]} half the bounds of the middle half of the rounds.
 * @property {number} rounds
 */

/** @param {readonly number[]} ours @param {readonly number[]} theirs @returns {Ratio} */
export function ratio(ours, theirs) {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? Number.NaN))
  return {
    median: quantile(ratios),
    half: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    rounds: ratios.length,
  }
}
