// @ts-check

/**
 * @typedef {object} Row of the table.
 * @property {string} what
 * @property {string} target may be empty.
 * @property {string} measured
 * @property {'pass' | 'out of reach' | 'not measured' | ''} verdict
 * @property {string} [detail] the figures behind it.
 */

/**
 * @typedef {object} Setting shared by all rows.
 * @property {string} workspace
 * @property {import('../lib/package.js').Package} built
 * @property {string} node the Node that stands in for Lambda's.
 * @property {import('../lib/python.js').Baseline | undefined} baseline
 */

/**
 * @param {string} what
 * @param {string} target
 * @param {string} why
 * @returns {Row}
 */
export function notMeasured(what, target, why) {
  return { what, target, measured: why, verdict: 'not measured' }
}

/** @param {boolean} reached @returns {Row['verdict']} */
export function verdict(reached) {
  return reached ? 'pass' : 'out of reach'
}

/** @param {import('../lib/side-by-side.js').Ratio} ratio */
export function ratioText({ median, half: [low, high] }) {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
}

/** @param {number} ms */
export function milliseconds(ms) {
  return ms < 10
    ? `${ms.toFixed(1)} ms`
    : ms < 10_000
      ? `${Math.round(ms)} ms`
      : `${(ms / 1000).toFixed(1)} s`
}

/** @param {number} bytes */
export function size(bytes) {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`
}
