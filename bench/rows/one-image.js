// @ts-check
import { runForJson } from '../lib/children.js'
import { lambdaEnvironment, writeEvent } from '../lib/lambda.js'
import { onOneProcessor } from '../lib/one-processor.js'
import { benchFile } from '../lib/places.js'
import { quantile } from '../lib/side-by-side.js'

/** @typedef {{ ms: number, cpuMs: number, peakBytes: number }} Figures */

/**
 * One image in a new process, with the whole flow: load, look up, generate, store.
 * @param {import('./row.js').Setting} setting
 * @param {string} uri
 * @param {{ endpoint: string, times: number, oneProcessor?: boolean }} options
 * @returns {Promise<Figures>} medians.
 */
export async function makeOne({ workspace, built, node }, uri, { endpoint, times, oneProcessor = false }) {
  const plain = [benchFile('sides/first-event.js'), built.folder, writeEvent(workspace, uri)]
  const [program, args] = oneProcessor ? onOneProcessor(node, plain) : [node, plain]
  const env = lambdaEnvironment(built.folder, endpoint)
  /** @type {Figures[]} */
  const made = []
  for (let time = 0; time < times; time++) made.push(await runForJson(program, args, { env }))
  const median = (/** @type {keyof Figures} */ name) => quantile(made.map((figures) => figures[name]))
  return { ms: median('ms'), cpuMs: median('cpuMs'), peakBytes: median('peakBytes') }
}
