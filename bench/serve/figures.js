// @ts-check

/** @typedef {import('./hammer.js').Figures} Figures */

/** @param {Figures} figures @returns {number} responses per second. */
export function rate({ answers, ms }) {
  return (answers / ms) * 1_000
}

/** @param {number} perSecond */
export function rateText(perSecond) {
  const step = perSecond < 1_000 ? 1 : 100
  return `${(Math.round(perSecond / step) * step).toLocaleString('en-US')}/s`
}

/**
 * @param {Figures} figures
 * @param {Partial<Record<string, number>>} results the expected counts by `X-Cache`.
 * @throws if a response isn't 200, or has another `X-Cache`.
 */
export function checkFigures(figures, results) {
  const { answers, statuses, results: had } = figures
  if (statuses['200'] !== answers) throw new Error(`Not all were 200: ${JSON.stringify(statuses)}`)
  if (JSON.stringify(had) !== JSON.stringify(results))
    throw new Error(`X-Cache was ${JSON.stringify(had)}, not ${JSON.stringify(results)}`)
}
