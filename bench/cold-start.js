// @ts-check
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buildVariant } from './cold-start/variant.js'
import { run, runForJson } from './lib/children.js'
import { makeIdentity, withFarStub } from './lib/far-stub.js'
import { lambdaEnvironment, writeEvent } from './lib/lambda.js'
import { findNode22 } from './lib/node-22.js'
import { onOneProcessor } from './lib/one-processor.js'
import { benchFile } from './lib/places.js'
import { quantile, ratio, sideBySide } from './lib/side-by-side.js'
import { withStub } from './lib/stub.js'
import { printTable } from './lib/table.js'
import { withWorkspace } from './lib/workspace.js'
import { milliseconds, ratioText } from './rows/row.js'

/** @typedef {import('./cold-start/variant.js').Variant} Variant */

/** @type {Record<string, Variant>} The first is the handler itself. */
const CLIENTS = {
  'aws4 over node:https, as it is': {},
  aws4fetch: { store: 'aws4fetch.js' },
  '@aws-sdk/client-s3, bundled': { store: 'sdk.js' },
}
/** @type {Record<string, Variant>} */
const WARMING = {
  'sharp loaded once the look-up is sent, as it is': {},
  'sharp loaded before there is a connection': { warm: 'early' },
  'sharp loaded after the look-up': { warm: 'never' },
}
/** The round trip to S3 in ms. */
const ROUND_TRIPS = [5, 20, 60]
const ROUNDS = 15

/** Measures a fresh process's first event with other clients, and with and without warming, on one processor. */
export async function measureColdStart() {
  await withWorkspace(async (workspace) => {
    const node = (await findNode22()) ?? process.execPath
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    await writeFile(path.join(workspace, 'package.json'), '{}')
    await run(npm, ['install', '--silent', 'aws4fetch', '@aws-sdk/client-s3'], { cwd: workspace })
    /** @type {Map<string, string>} */
    const places = new Map()
    for (const [name, variant] of Object.entries({ ...CLIENTS, ...WARMING }))
      places.set(name, await buildVariant(path.join(workspace, `variant-${places.size}`), variant))
    const event = writeEvent(workspace, '/640x480,white,png')
    /** @type {Measure} */
    const measure = async (names, endpoint, extra = {}) => {
      const first = (/** @type {string} */ place) => async () => {
        const [program, args] = onOneProcessor(node, [benchFile('sides/first-event.js'), place, event])
        const env = { ...lambdaEnvironment(place, endpoint), ...extra }
        /** @type {{ ms: number }} */
        const { ms } = await runForJson(program, args, { env })
        return ms
      }
      const contestants = Object.fromEntries(names.map((name) => [name, first(places.get(name) ?? '')]))
      return sideBySide(contestants, { rounds: ROUNDS, before: 2 })
    }
    await compareClients(measure)
    await compareWarming(measure, workspace)
  })
}

/** @typedef {(names: string[], endpoint: string, extra?: Record<string, string>) => Promise<Record<string, number[]>>} Measure */

/** @param {Measure} measure */
async function compareClients(measure) {
  const times = await withStub(({ endpoint }) => measure(Object.keys(CLIENTS), endpoint))
  console.log('\nfirst event of a fresh process, by what talks to S3; a stub on this machine')
  printTimes('client', times)
}

/** @param {Measure} measure @param {string} workspace */
async function compareWarming(measure, workspace) {
  const identity = await makeIdentity(workspace)
  for (const stored of [false, true])
    for (const roundTrip of ROUND_TRIPS) {
      const trust = { NODE_EXTRA_CA_CERTS: identity.certificate }
      const times = await withFarStub(identity, { roundTrip, stored }, (endpoint) =>
        measure(Object.keys(WARMING), endpoint, trust),
      )
      const what = stored ? 'an image that is stored' : 'an image that is made'
      console.log(`\n${what}, first event; a stub behind TLS and a round trip of ${roundTrip} ms`)
      printTimes('when', times)
    }
}

/** @param {string} what @param {Record<string, number[]>} times The others are compared with the first. */
function printTimes(what, times) {
  const [current = []] = Object.values(times)
  printTable(
    [what, 'time, ratio (middle half)', 'time'],
    Object.entries(times).map(([name, figures]) => [
      name,
      ratioText(ratio(figures, current)),
      milliseconds(quantile(figures)),
    ]),
  )
}
