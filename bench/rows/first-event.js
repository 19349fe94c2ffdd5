// @ts-check
import path from 'node:path'
import { runForJson } from '../lib/children.js'
import { lambdaEnvironment, writeEvent } from '../lib/lambda.js'
import { benchFile } from '../lib/places.js'
import { quantile, ratio, sideBySide } from '../lib/side-by-side.js'
import { withStub } from '../lib/stub.js'
import { milliseconds, notMeasured, ratioText, verdict } from './row.js'

const LIMIT = 0.45
const ROUNDS = 25
const BEFORE = 3
const TARGET = `≤ ${LIMIT} × boto3 and Pillow`

/** @typedef {{ ms: number, loadMs: number }} FirstEvent */

/**
 * The first event of a fresh process: load, look up, generate, store. Excludes starting the runtimes.
 * @param {import('./row.js').Setting} setting
 * @returns {Promise<import('./row.js').Row>}
 */
export async function firstEventRow({ workspace, built, node, baseline }) {
  const version = await runForJson(node, ['-p', 'JSON.stringify(process.versions.node)'])
  const what = `first event of a fresh process, Node ${String(version).split('.')[0]}`
  if (!baseline) return notMeasured(what, TARGET, 'no Python with Pillow and boto3')
  return withStub(async (stub) => {
    const event = writeEvent(workspace, '/640x480,white,png')
    const programs = {
      ours: [node, [benchFile('sides/first-event.js'), built.folder, event], built.folder],
      python: [baseline.program, [path.join(baseline.folder, 'first_event.py'), event], baseline.folder],
    }
    /** @type {Record<string, number[]>} */
    const loads = { ours: [], python: [] }
    const first = (/** @type {keyof typeof programs} */ side) => async () => {
      const [program, args, folder] = /** @type {[string, string[], string]} */ (programs[side])
      const made = /** @type {FirstEvent} */ (
        await runForJson(program, args, { env: lambdaEnvironment(folder, stub.endpoint) })
      )
      loads[side]?.push(made.loadMs)
      return made.ms
    }
    const times = await sideBySide(
      { ours: first('ours'), python: first('python') },
      { rounds: ROUNDS, before: BEFORE },
    )
    await checkCounts(stub, 2 * (ROUNDS + BEFORE))
    const against = ratio(times.ours, times.python)
    const detail = (/** @type {keyof typeof programs} */ side) =>
      `${milliseconds(quantile(times[side]))}, of it ${milliseconds(quantile(loads[side] ?? []))} loading`
    return {
      what,
      target: TARGET,
      measured: `${ratioText(against)} × boto3 and Pillow`,
      verdict: verdict(against.median <= LIMIT),
      detail: `package ${detail('ours')}; Python ${detail('python')}; ${ROUNDS} rounds`,
    }
  })
}

/**
 * Checks that both sides did the same work: one lookup and one PUT in each process.
 * @param {import('../lib/stub.js').Stub} stub
 * @param {number} expected
 */
async function checkCounts(stub, expected) {
  const { GET, HEAD, PUT } = await stub.counts()
  if (GET + HEAD !== expected || PUT !== expected)
    throw new Error(`The stub got ${GET + HEAD} lookups and ${PUT} images instead of ${expected} each.`)
}
