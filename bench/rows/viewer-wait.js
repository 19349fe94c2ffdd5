// @ts-check
import { runForJson } from '../lib/children.js'
import { lambdaEnvironment, writeEvent } from '../lib/lambda.js'
import { benchFile } from '../lib/places.js'
import { quantile, ratio } from '../lib/side-by-side.js'
import { withStub } from '../lib/stub.js'
import { milliseconds, ratioText, verdict } from './row.js'

/** Delays of S3's responses in ms, for a viewer in Tokyo. */
const FAR = 150
const ROUNDS = 9
const WARM = 8
const KINDS = [
  { what: 'stored image', stored: true, limit: 0.6 },
  { what: 'new image', stored: false, limit: 0.75 },
]

/**
 * The wait of a viewer far from the bucket, compared with a response through CloudFront's GET.
 * @param {import('./row.js').Setting} setting
 * @returns {Promise<import('./row.js').Row[]>}
 */
export async function viewerWaitRows({ workspace, built, node }) {
  const event = writeEvent(workspace, '/640x480,white,png')
  /** @type {import('./row.js').Row[]} */
  const rows = []
  for (const { what, stored, limit } of KINDS) {
    /** @type {Record<'now' | 'before', { first: number[], later: number[] }>} */
    const times = { now: { first: [], later: [] }, before: { first: [], later: [] } }
    await withStub(
      async ({ endpoint }) => {
        for (let round = 0; round < ROUNDS; round++)
          for (const way of /** @type {const} */ (['now', 'before'])) {
            const args = [benchFile('sides/viewer-wait.js'), built.folder, event, way, String(WARM)]
            const env = lambdaEnvironment(built.folder, endpoint)
            const { first, later } = /** @type {{ first: number, later: number[] }} */ (
              await runForJson(node, args, { env })
            )
            times[way].first.push(first)
            times[way].later.push(quantile(later))
          }
      },
      { stored, delay: FAR },
    )
    for (const [when, name] of /** @type {const} */ ([
      ['first', 'first event'],
      ['later', 'warm'],
    ])) {
      const [now, before] = [times.now[when], times.before[when]]
      const against = ratio(now, before)
      rows.push({
        what: `${what}, ${FAR} ms to S3, ${name}`,
        target: `≤ ${limit} × by CloudFront's GET`,
        measured: `${ratioText(against)} × by CloudFront's GET`,
        verdict: verdict(against.median <= limit),
        detail: `${milliseconds(quantile(now))} against ${milliseconds(quantile(before))}; ${ROUNDS} processes of each`,
      })
    }
  }
  return rows
}
